/* What every program in C uses: checked calls, the clock, the descriptor limit and the measurement. */
#ifndef PEER_H
#define PEER_H

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { WARM_UP_MS = 20, CHUNK_MS = 5 };

/* Returns the result of a system call, or exits if it failed. */
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

/* Raises the soft limit of descriptors to the hard limit. */
static inline void raise_limit(void) {
  struct rlimit limit;
  check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

static inline void* sleep_forever(void* argument) {
  for (;;) pause();
  return argument;
}

/* For variants that end in "+thread", starts a second thread, which sleeps. In a process with several
   threads, as Node always is, the kernel counts its references to the descriptors of a call; with one thread
   it need not. */
static inline void start_thread_for(const char* variant) {
  pthread_t thread;
  if (strstr(variant, "+thread") == NULL) return;
  errno = pthread_create(&thread, NULL, sleep_forever, NULL);
  check(-errno, "pthread_create");
}

/* Returns the nanoseconds that one of the units of run(count) takes. */
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
