/* Two threads wake each other in turn. Each waits on its eventfd with epoll(7): wake epoll CORES ROUNDS [CORE
   CORE] Prints the nanoseconds from the write of a wake-up to the return of the other thread's wait: half a
   round trip. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "../shared/peer.h"

struct side {
  int core;
  int ep;
  int wakeup;
  int other;
};

static long rounds;
static double elapsed_ns;

static void prepare(struct side* side) {
  struct epoll_event event = {.events = EPOLLIN};
  side->ep = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  side->wakeup = check(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
  check(epoll_ctl(side->ep, EPOLL_CTL_ADD, side->wakeup, &event), "epoll_ctl");
}

static void pin(int core) {
  if (core < 0) return;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  check(sched_setaffinity(0, sizeof cores, &cores), "sched_setaffinity");
}

static void wake(const struct side* side) {
  uint64_t one = 1;
  check(write(side->other, &one, sizeof one), "write");
}

static void wait_for_wake(const struct side* side) {
  struct epoll_event events[2];
  uint64_t wakes;
  check(epoll_wait(side->ep, events, 2, -1), "epoll_wait");
  check(read(side->wakeup, &wakes, sizeof wakes), "read");
}

static void lead(const struct side* side, long count) {
  for (long i = 0; i < count; i++) {
    wake(side);
    wait_for_wake(side);
  }
}

static void* leader(void* argument) {
  struct side* side = argument;
  pin(side->core);
  lead(side, rounds / 4);
  double start = now_ns();
  lead(side, rounds);
  elapsed_ns = now_ns() - start;
  return NULL;
}

static void* follower(void* argument) {
  struct side* side = argument;
  pin(side->core);
  for (long i = 0; i < rounds / 4 + rounds; i++) {
    wait_for_wake(side);
    wake(side);
  }
  return NULL;
}

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  rounds = atol(argv[3]);
  struct side sides[2] = {{.core = argc > 5 ? atoi(argv[4]) : -1}, {.core = argc > 5 ? atoi(argv[5]) : -1}};
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) prepare(&sides[i]);
  for (int i = 0; i < 2; i++) sides[i].other = sides[1 - i].wakeup;
  if (pthread_create(&threads[0], NULL, leader, &sides[0]) != 0) return 1;
  if (pthread_create(&threads[1], NULL, follower, &sides[1]) != 0) return 1;
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  printf("{\"ns per wake-up\": %.1f}\n", elapsed_ns / 2 / rounds);
  return 0;
}
