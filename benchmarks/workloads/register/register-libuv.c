/* The counterpart of register.c with libuv, with a uv_poll_t for each eventfd. It also measures the memory of
   one: register-libuv DESCRIPTORS MILLISECONDS libuv defers some calls of epoll_ctl(2) to the next turn of
   its loop, so each phase ends with a turn. */
#define _GNU_SOURCE
#include <sys/eventfd.h>
#include <uv.h>

#include "cycle.h"

/* So many that rounding to pages makes no difference. */
enum { HANDLES = 50000 };

static uv_loop_t* loop;
static uv_poll_t* handles;
static int* fds;
static int count;

static void on_event(uv_poll_t* handle, int status, int events) { (void)handle, (void)status, (void)events; }

static void turn(void) { check(uv_run(loop, UV_RUN_NOWAIT), "uv_run"); }

static void start_all(void) {
  for (int i = 0; i < count; i++) {
    check(uv_poll_init(loop, &handles[i], fds[i]), "uv_poll_init");
    check(uv_poll_start(&handles[i], UV_READABLE, on_event), "uv_poll_start");
  }
  turn();
}

/* Not UV_WRITABLE: the turn would report all handles as writable. */
static void modify_all(void) {
  for (int i = 0; i < count; i++) {
    check(uv_poll_start(&handles[i], UV_READABLE | UV_PRIORITIZED, on_event), "uv_poll_start");
  }
  turn();
}

static void stop_all(void) {
  for (int i = 0; i < count; i++) {
    check(uv_poll_stop(&handles[i]), "uv_poll_stop");
    uv_close((uv_handle_t*)&handles[i], NULL);
  }
  turn();
}

static double resident(void) {
  size_t bytes;
  check(uv_resident_set_memory(&bytes), "uv_resident_set_memory");
  return bytes;
}

/* Leaves its loops open, so that their memory is not reused. */
static double memory_per_handle(void) {
  int loops = (HANDLES + count - 1) / count;
  uv_loop_t* all = calloc(loops, sizeof *all);
  for (int i = 0; i < loops; i++) check(uv_loop_init(&all[i]), "uv_loop_init");
  double before = resident();
  for (int i = 0; i < loops; i++) {
    loop = &all[i];
    handles = calloc(count, sizeof *handles);
    start_all();
  }
  return (resident() - before) / ((double)loops * count);
}

int main(int argc, char** argv) {
  static phase_fn* const phases[PHASES] = {start_all, modify_all, stop_all};
  if (argc < 3) return 2;
  raise_limit();
  count = atoi(argv[1]);
  fds = calloc(count, sizeof *fds);
  for (int i = 0; i < count; i++) fds[i] = check(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
  double memory = memory_per_handle();
  loop = uv_default_loop();
  handles = calloc(count, sizeof *handles);
  printf("{");
  print_phases(phases, count, atof(argv[2]));
  printf(", \"RSS bytes per key\": %.1f}\n", memory);
  return 0;
}
