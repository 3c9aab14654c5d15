/* Waits on descriptors of which only the last is ready: idle select|poll|epoll[+thread] COUNT MILLISECONDS */
#define _GNU_SOURCE
#include <sys/eventfd.h>

#include "../shared/backends.h"

static const struct backend* backend;
static volatile long visited;

static void visit(int index) { visited += index; }

static void run(long waits) {
  for (long i = 0; i < waits; i++) backend->turn();
}

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  backend = backend_named(argv[1]);
  int count = atoi(argv[2]);
  raise_limit();
  int* fds = calloc(count, sizeof *fds);
  for (int i = 0; i < count; i++) {
    fds[i] = check(eventfd(i == count - 1, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
  }
  backend->watch(fds, count);
  printf("{\"ns per wait\": %.1f}\n", measure(run, atof(argv[3])));
  return 0;
}
