/* Tokens that go round a ring of socket pairs: each is read from one pair and written to the next. A run
   starts with up to ACTIVE tokens at equal distances and ends after HOPS writes and as many reads. */
#ifndef RING_H
#define RING_H

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../shared/peer.h"

/* SPARE is an upper bound on the other descriptors of a program. */
enum { HOPS = 5000, ACTIVE = 100, SPARE = 100 };

static int pairs;
static int* readers;
static int* writers;
static void (*turn)(void);
static int unwritten;
static int unread;

/* Gives the lowest numbers to the read ends by moving the write ends out of their way. */
static void open_pairs(int count) {
  pairs = count;
  readers = calloc(pairs, sizeof *readers);
  writers = calloc(pairs, sizeof *writers);
  for (int i = 0; i < pairs; i++) {
    int ends[2];
    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), "socketpair");
    readers[i] = ends[0];
    writers[i] = check(dup3(ends[1], pairs + SPARE + i, O_CLOEXEC), "dup3");
    close(ends[1]);
  }
}

static void pass_to(int pair) {
  char token = 'x';
  unwritten--;
  check(write(writers[pair], &token, 1), "write");
}

/* Reads the token of a pair and writes it to the next. */
static void pass_on(int pair) {
  char token;
  unread -= check(read(readers[pair], &token, 1), "read");
  if (unwritten > 0) pass_to(pair + 1 < pairs ? pair + 1 : 0);
}

static void run(long count) {
  int active = pairs < ACTIVE ? pairs : ACTIVE;
  for (long i = 0; i < count; i++) {
    unwritten = unread = HOPS;
    for (int j = 0; j < active; j++) pass_to((long)j * pairs / active);
    while (unread > 0) turn();
  }
}

/* wait_once() waits once and calls pass_on() for each pair that is ready. */
static void print_ns_per_hop(void (*wait_once)(void), double milliseconds) {
  turn = wait_once;
  printf("{\"ns per hop\": %.2f}\n", measure(run, milliseconds) / HOPS);
}

#endif
