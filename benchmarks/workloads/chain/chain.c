/* libevent's benchmark: chain select|poll|epoll[+thread] PAIRS MILLISECONDS */
#define _GNU_SOURCE
#include "../shared/backends.h"
#include "ring.h"

static void visit(int index) { pass_on(index); }

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const struct backend* backend = backend_named(argv[1]);
  raise_limit();
  open_pairs(atoi(argv[2]));
  backend->watch(readers, pairs);
  print_ns_per_hop(backend->turn, atof(argv[3]));
  return 0;
}
