/* epoll_wait(2) over R descriptors that are always ready: dispatch R MILLISECONDS [threads]
   Prints the nanoseconds per event. With "threads" there is a second thread, which sleeps: as Node always
   has some, the kernel must then count its references to the epoll descriptor at every call. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void* idle(void* argument) {
  pause();
  return argument;
}

static volatile uint64_t visited;

static void run(int ep, struct epoll_event* events, int ready, long waits) {
  for (long i = 0; i < waits; i++) {
    int count = epoll_wait(ep, events, ready, -1);
    uint64_t sum = 0;
    for (int j = 0; j < count; j++) sum += events[j].data.fd + events[j].events;
    visited += sum;
  }
}

int main(int argc, char** argv) {
  int ready = argc > 1 ? atoi(argv[1]) : 100;
  double budget_ns = (argc > 2 ? atof(argv[2]) : 300) * 1e6;
  pthread_t thread;
  if (argc > 3 && pthread_create(&thread, NULL, idle, NULL) != 0) return 1;
  int ep = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event* events = calloc(ready, sizeof *events);
  for (int i = 0; i < ready; i++) {
    struct epoll_event event = {.events = EPOLLIN};
    event.data.fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
    if (event.data.fd < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, event.data.fd, &event) < 0) {
      perror("dispatch");
      return 1;
    }
  }
  long waits = 100000 / ready + 1;
  run(ep, events, ready, waits);
  double elapsed = 0;
  long done = 0;
  while (elapsed < budget_ns) {
    double start = now_ns();
    run(ep, events, ready, waits);
    elapsed += now_ns() - start;
    done += waits;
  }
  printf("%.3f\n", elapsed / ((double)done * ready));
  return 0;
}
