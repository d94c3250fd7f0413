/* A program that calls the functions as its words say. */
#define USAGE_IMPLEMENTATION
#include "usage_client.h"
#include <pthread.h>

static void *work(void *nothing) {
  int index;
  for (index = 0; index < 100; index++) usage_feature("Algorithm", "Load.v1");
  return nothing;
}

static void run_threads(void) {
  pthread_t threads[8];
  int index;
  for (index = 0; index < 8; index++) pthread_create(threads + index, NULL, work, NULL);
  for (index = 0; index < 8; index++) pthread_join(threads[index], NULL);
}

/* Reads durations, one case a line, and prints what the client makes of each. */
static void print_timings(void) {
  static char line[1 << 20];
  while (fgets(line, sizeof line, stdin)) {
    uc_timings timings;
    uc_text text = {NULL, 0, 0, 0};
    char *at;
    memset(&timings, 0, sizeof timings);
    for (at = strtok(line, " \n"); at; at = strtok(NULL, " \n"))
      uc_record_duration(&timings, strtod(at, NULL));
    uc_add_timings(&text, &timings);
    puts(text.at);
    uc_free(&text);
  }
}

int main(int count, char **words) {
  int index, use;
  for (index = 1; index < count; index++) {
    char *const *next = words + index + 1;
    if (!strcmp(words[index], "start")) usage_start("1.0");
    else if (!strcmp(words[index], "threads")) run_threads();
    else if (!strcmp(words[index], "timings")) print_timings();
    else if (!strcmp(words[index], "end")) usage_end(atoi(next[0])), index++;
    else if (!strcmp(words[index], "feature")) usage_feature("Algorithm", next[0]), index++;
    else if (!strcmp(words[index], "field")) usage_field(next[0], next[1]), index += 2;
    else if (!strcmp(words[index], "detail")) usage_detail(next[0], next[1]), index += 2;
    else if (!strcmp(words[index], "uses")) {
      for (use = 0; use < atoi(next[1]); use++) usage_feature("Algorithm", next[0]);
      index += 2;
    } else return 2;
  }
  return 0;
}
