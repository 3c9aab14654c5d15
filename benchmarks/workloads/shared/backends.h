/* The same loop on select(2), poll(2) and epoll_wait(2). A turn waits once until descriptors are readable and
   calls visit(index), which the program defines, for each of them. */
#ifndef BACKENDS_H
#define BACKENDS_H

#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "peer.h"

struct backend {
  const char* name;
  void (*watch)(const int* fds, int count);
  void (*turn)(void);
};

static void visit(int index);

enum { WORD_BITS = 8 * sizeof(long) };

/* The kernel takes bitmaps of any size, but FD_SET would write past the end of an fd_set. */
static unsigned long* watched_bits;
static unsigned long* ready_bits;
static int* index_of; /* by descriptor */
static int nfds;
static int words;

static void watch_select(const int* fds, int count) {
  for (int i = 0; i < count; i++) {
    if (fds[i] >= nfds) nfds = fds[i] + 1;
  }
  words = (nfds + WORD_BITS - 1) / WORD_BITS;
  watched_bits = calloc(words, sizeof *watched_bits);
  ready_bits = calloc(words, sizeof *ready_bits);
  index_of = calloc(nfds, sizeof *index_of);
  for (int i = 0; i < count; i++) {
    watched_bits[fds[i] / WORD_BITS] |= 1UL << fds[i] % WORD_BITS;
    index_of[fds[i]] = i;
  }
}

static void turn_select(void) {
  memcpy(ready_bits, watched_bits, words * sizeof *ready_bits);
  /* glibc's select() calls pselect6(2), which costs more. */
  check(syscall(SYS_select, nfds, ready_bits, NULL, NULL, NULL), "select");
  for (int word = 0; word < words; word++) {
    for (unsigned long bits = ready_bits[word]; bits != 0; bits &= bits - 1) {
      visit(index_of[word * WORD_BITS + __builtin_ctzl(bits)]);
    }
  }
}

static struct pollfd* entries;
static int entry_count;

static void watch_poll(const int* fds, int count) {
  entries = calloc(count, sizeof *entries);
  entry_count = count;
  for (int i = 0; i < count; i++) entries[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
}

static void turn_poll(void) {
  int count = check(poll(entries, entry_count, -1), "poll");
  for (int i = 0; count > 0; i++) {
    if (entries[i].revents == 0) continue;
    count--;
    visit(i);
  }
}

static int ep;
static struct epoll_event* events;
static int capacity;

static void watch_epoll(const int* fds, int count) {
  ep = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  events = calloc(count, sizeof *events);
  capacity = count;
  for (int i = 0; i < count; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    check(epoll_ctl(ep, EPOLL_CTL_ADD, fds[i], &event), "epoll_ctl");
  }
}

static void turn_epoll(void) {
  int count = check(epoll_wait(ep, events, capacity, -1), "epoll_wait");
  for (int i = 0; i < count; i++) visit(events[i].data.u32);
}

static const struct backend backends[] = {
    {"select", watch_select, turn_select},
    {"poll", watch_poll, turn_poll},
    {"epoll", watch_epoll, turn_epoll},
};

/* Finds "select", "poll" or "epoll"; with "+thread" it also starts a second thread. */
static const struct backend* backend_named(const char* name) {
  size_t length = strcspn(name, "+");
  start_thread_for(name);
  for (size_t i = 0; i < sizeof backends / sizeof *backends; i++) {
    if (strncmp(backends[i].name, name, length) == 0) return &backends[i];
  }
  fprintf(stderr, "%s: no such back end\n", name);
  exit(1);
}

#endif
