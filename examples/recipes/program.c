/* A C program: starts `usage` by posix_spawn and waits for the few milliseconds that it takes.
   cc -o program program.c; USAGE_PROJECT_FILE names the project. Where there is no `usage`, nothing happens. */
#define _POSIX_C_SOURCE 200809L
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

extern char **environ;

/* Runs one command of usage. Never fails: the program goes on whatever happens. */
static void count(char *const arguments[]) {
  pid_t pid;
  if (posix_spawnp(&pid, "usage", NULL, NULL, arguments, environ) == 0) waitpid(pid, NULL, 0);
}

int main(void) {
  int code = 3;
  char text[12];
  count((char *[]){"usage", "start", "--app-version", "1.4.0", NULL});
  count((char *[]){"usage", "feature", "Solver.explicit", "--type", "Algorithm", NULL});
  puts("computed");
  snprintf(text, sizeof text, "%d", code);
  count((char *[]){"usage", "end", "--exit-code", text, NULL});
  return code;
}
