/* The counterpart of chain.c with libuv, with a uv_poll_t for each read end: chain-libuv PAIRS MILLISECONDS
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <uv.h>

#include "ring.h"

static void on_readable(uv_poll_t* handle, int status, int events) {
  if (status == 0 && events & UV_READABLE) pass_on((intptr_t)handle->data);
}

static void turn_libuv(void) { uv_run(uv_default_loop(), UV_RUN_ONCE); }

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  raise_limit();
  open_pairs(atoi(argv[1]));
  uv_poll_t* handles = calloc(pairs, sizeof *handles);
  for (int i = 0; i < pairs; i++) {
    handles[i].data = (void*)(intptr_t)i;
    check(uv_poll_init(uv_default_loop(), &handles[i], readers[i]), "uv_poll_init");
    check(uv_poll_start(&handles[i], UV_READABLE, on_readable), "uv_poll_start");
  }
  print_ns_per_hop(turn_libuv, atof(argv[2]));
  return 0;
}
