/* Calls epoll_wait(2) on R descriptors that are always ready: dispatch epoll[+thread] R MILLISECONDS */
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "../shared/peer.h"

static int ep;
static int ready;
static struct epoll_event* events;
static volatile uint64_t visited;

static void run(long waits) {
  for (long i = 0; i < waits; i++) {
    int count = epoll_wait(ep, events, ready, -1);
    uint64_t sum = 0;
    for (int j = 0; j < count; j++) sum += events[j].data.fd + events[j].events;
    visited += sum;
  }
}

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  ready = atoi(argv[2]);
  raise_limit();
  start_thread_for(argv[1]);
  ep = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  events = calloc(ready, sizeof *events);
  for (int i = 0; i < ready; i++) {
    struct epoll_event event = {.events = EPOLLIN};
    event.data.fd = check(eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
    check(epoll_ctl(ep, EPOLL_CTL_ADD, event.data.fd, &event), "epoll_ctl");
  }
  printf("{\"ns per event\": %.3f}\n", measure(run, atof(argv[3])) / ready);
  return 0;
}
