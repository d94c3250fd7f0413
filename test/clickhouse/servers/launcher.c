/*
 * Runs the ClickHouse server of libchdb.so, and starts it again when it ends, as systemd would.
 *
 *   launcher OWNER LIBRARY ARGUMENT...
 *
 * OWNER is the process id of the parent. When the parent ends, even by SIGKILL, the kernel kills
 * this process and its server. SIGTERM ends both. Prints the process id of each server on a line.
 * What the server prints goes to stderr.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The beginning of the result of query_stable_v2, see chdb.h. */
struct result {
  char *output;
  size_t length;
  void *buffer;
  double seconds;
  unsigned long long rows, bytes;
  char *error;
};

static volatile sig_atomic_t server = 0;

static void stop(int signal) {
  if (server > 0) kill(server, SIGKILL);
  if (server > 0) waitpid(server, NULL, 0);
  _exit(128 + signal);
}

static void end_with(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1); /* It ended before the call. */
}

/* Returns when the server ends. */
static int serve(int count, char **arguments) {
  void *library = dlopen(arguments[0], RTLD_NOW | RTLD_GLOBAL);
  struct result *(*query)(int, char **) = library ? dlsym(library, "query_stable_v2") : NULL;
  if (!query) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  struct result *result = query(count, arguments);
  fprintf(stderr, "%s\n", result && result->error ? result->error : "the server ended");
  return 1;
}

int main(int count, char **arguments) {
  if (count < 3) return 2;
  end_with(atoi(arguments[1]));
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  signal(SIGTERM, stop);
  for (;; usleep(300000)) {
    pid_t self = getpid();
    sigprocmask(SIG_BLOCK, &stops, NULL);
    pid_t child = fork();
    if (child == 0) {
      signal(SIGTERM, SIG_DFL);
      sigprocmask(SIG_UNBLOCK, &stops, NULL);
      end_with(self);
      dup2(STDERR_FILENO, STDOUT_FILENO);
      _exit(serve(count - 2, arguments + 2));
    }
    server = child;
    sigprocmask(SIG_UNBLOCK, &stops, NULL);
    printf("%d\n", (int)child);
    fflush(stdout);
    waitpid(child, NULL, 0);
    server = 0;
  }
}
