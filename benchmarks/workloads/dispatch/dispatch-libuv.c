/* The counterpart of dispatch.c with libuv, with a uv_poll_t for each eventfd: dispatch-libuv R MILLISECONDS
   A turn of libuv's loop takes 1024 events at a time and asks again up to 48 times while it gets that many.
   So this counts events, not turns. */
#define _GNU_SOURCE
#include <stdint.h>
#include <sys/eventfd.h>
#include <uv.h>

#include "../shared/peer.h"

enum { TURNS = 16 };

static uint64_t visited;
static long events_seen;

static void on_readable(uv_poll_t* handle, int status, int events) {
  check(status, "uv_poll");
  visited += (intptr_t)handle->data + events;
  events_seen++;
}

static double ns_per_event(double milliseconds) {
  long seen = events_seen;
  double elapsed_ns;
  double start = now_ns();
  do {
    for (int i = 0; i < TURNS; i++) uv_run(uv_default_loop(), UV_RUN_ONCE);
    elapsed_ns = now_ns() - start;
  } while (elapsed_ns < milliseconds * 1e6);
  return elapsed_ns / (events_seen - seen);
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  int ready = atoi(argv[1]);
  raise_limit();
  uv_poll_t* handles = calloc(ready, sizeof *handles);
  for (int i = 0; i < ready; i++) {
    int fd = check(eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
    handles[i].data = (void*)(intptr_t)fd;
    check(uv_poll_init(uv_default_loop(), &handles[i], fd), "uv_poll_init");
    check(uv_poll_start(&handles[i], UV_READABLE, on_readable), "uv_poll_start");
  }
  ns_per_event(WARM_UP_MS);
  printf("{\"ns per event\": %.3f}\n", ns_per_event(atof(argv[2])));
  return visited == 0;
}
