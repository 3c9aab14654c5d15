/* Adds all eventfds to an epoll instance, modifies all and removes all with epoll_ctl(2):
   register epoll[+thread] DESCRIPTORS MILLISECONDS */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "cycle.h"

static int ep;
static int* fds;
static int count;

static void control(int op, uint32_t events) {
  for (int i = 0; i < count; i++) {
    struct epoll_event event = {.events = events, .data.fd = fds[i]};
    check(epoll_ctl(ep, op, fds[i], &event), "epoll_ctl");
  }
}

static void add_all(void) { control(EPOLL_CTL_ADD, EPOLLIN); }

static void modify_all(void) { control(EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT); }

static void remove_all(void) { control(EPOLL_CTL_DEL, 0); }

int main(int argc, char** argv) {
  static phase_fn* const phases[PHASES] = {add_all, modify_all, remove_all};
  if (argc < 4) return 2;
  start_thread_for(argv[1]);
  raise_limit();
  count = atoi(argv[2]);
  fds = calloc(count, sizeof *fds);
  for (int i = 0; i < count; i++) fds[i] = check(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
  ep = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  printf("{");
  print_phases(phases, count, atof(argv[3]));
  printf("}\n");
  return 0;
}
