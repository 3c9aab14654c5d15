/* What the peers in C share: the clock, the limit of descriptors, and how a cost is measured. */
#ifndef PEER_H
#define PEER_H

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { WARM_UP_MS = 20, CHUNK_MS = 5 };

/* The result of a system call, which must not have failed. */
static inline long check(long result, const char* call) {
  if (result >= 0) return result;
  perror(call);
  exit(1);
}

static inline double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

/* As many descriptors as the process may have. */
static inline void raise_limit(void) {
  struct rlimit limit;
  check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

static inline void* sleep_for_ever(void* argument) {
  for (;;) pause();
  return argument;
}

/* A second thread, which sleeps. As Node always has some, the kernel must count its references to every
   descriptor that a call is given; in a process of one thread it need not. */
static inline void start_thread(void) {
  pthread_t thread;
  errno = pthread_create(&thread, NULL, sleep_for_ever, NULL);
  check(-errno, "pthread_create");
}

/* The nanoseconds that a unit takes of what run(count) does count times. */
static inline double measure(void (*run)(long count), double milliseconds) {
  long count = 1;
  long done = 0;
  double warm_up_ns = WARM_UP_MS * 1e6;
  double elapsed_ns = 0;
  while (elapsed_ns < milliseconds * 1e6) {
    double start = now_ns();
    run(count);
    double chunk_ns = now_ns() - start;
    if (warm_up_ns > 0) {
      warm_up_ns -= chunk_ns;
      if (chunk_ns < CHUNK_MS * 1e6) count *= 2;
    } else {
      elapsed_ns += chunk_ns;
      done += count;
    }
  }
  return elapsed_ns / done;
}

#endif
