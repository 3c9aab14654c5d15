/* The client of the echo servers: echo-client PORT CONNECTIONS MILLISECONDS SERVER_PID [spin]
   Each connection has one message of 64 bytes in flight. Prints the number of echoes, the elapsed seconds and
   the server's CPU seconds; then it keeps its connections open until its standard input is closed.

   It must cost less than the server, or it would measure itself. An edge-triggered event announces each echo,
   so the bytes can wait: sixteen messages are read and compared at once. With "spin" it never sleeps, so that
   no server spends time on waking it. */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "../shared/peer.h"

enum { WORDS = 8, MESSAGE = WORDS * 8, UNREAD = 16 };

struct connection {
  int fd;
  uint32_t sent;
  int unread;
};

static struct connection* connections;
static struct epoll_event* events;
static int count;
static int ep;
static int timeout_ms = -1;
static uint64_t echoes;

static double seconds(clockid_t clock) {
  struct timespec t;
  check(clock_gettime(clock, &t), "clock_gettime");
  return t.tv_sec + t.tv_nsec / 1e9;
}

/* Each word of a message holds its connection and its number. */
static uint64_t word(const struct connection* c, uint32_t number) {
  return (uint64_t)(c - connections) << 32 | number;
}

static void send_next(struct connection* c) {
  uint64_t message[WORDS];
  for (int i = 0; i < WORDS; i++) message[i] = word(c, c->sent);
  c->sent++;
  check(send(c->fd, message, MESSAGE, MSG_NOSIGNAL) == MESSAGE ? 0 : -1, "send");
}

static void read_echoes(struct connection* c, int flags) {
  uint64_t echo[UNREAD * WORDS];
  ssize_t expected = c->unread * MESSAGE;
  ssize_t received = check(recv(c->fd, echo, expected, flags), "recv");
  int same = received == expected;
  for (int i = 0; same && i < c->unread * WORDS; i++) {
    same = echo[i] == word(c, c->sent - c->unread + i / WORDS);
  }
  if (!same) {
    fputs("echo-client: an echo differs from its message\n", stderr);
    exit(1);
  }
  c->unread = 0;
}

/* Waits for the first echo, so that no server falls behind with accepting. */
static void open_connection(struct connection* c, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct linger reset = {.l_onoff = 1};
  int on = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  c->fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  check(connect(c->fd, (struct sockaddr*)&address, sizeof address), "connect");
  check(setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
  /* Otherwise thousands of connections would linger in TIME_WAIT after each run. */
  check(setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), "setsockopt");
  send_next(c);
  c->unread = 1;
  read_echoes(c, MSG_WAITALL);
}

static void run(double duration) {
  for (double end = seconds(CLOCK_MONOTONIC) + duration; seconds(CLOCK_MONOTONIC) < end;) {
    int ready = check(epoll_wait(ep, events, count, timeout_ms), "epoll_wait");
    for (int i = 0; i < ready; i++) {
      struct connection* c = events[i].data.ptr;
      c->unread++;
      /* The offset spreads the reads over the rounds. */
      if ((c->sent + (c - connections)) % UNREAD == 0) read_echoes(c, MSG_DONTWAIT);
      send_next(c);
    }
    echoes += ready;
  }
}

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  clockid_t server;
  if (clock_getcpuclockid(atoi(argv[4]), &server) != 0) {
    fputs("echo-client: no such server process\n", stderr);
    return 1;
  }
  if (argc > 5) timeout_ms = 0;
  alarm(60); /* in case the server stops answering */
  raise_limit();
  count = atoi(argv[2]);
  double duration = atof(argv[3]) / 1000;
  connections = calloc(count, sizeof *connections);
  events = calloc(count, sizeof *events);
  ep = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  for (struct connection* c = connections; c < connections + count; c++) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = c};
    open_connection(c, atoi(argv[1]));
    check(epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &event), "epoll_ctl");
  }
  for (int i = 0; i < count; i++) send_next(&connections[i]);
  run(duration / 2 + 0.2); /* warm-up: V8 compiles the server's loop */
  echoes = 0;
  double cpu = seconds(server);
  double start = seconds(CLOCK_MONOTONIC);
  run(duration);
  double end = seconds(CLOCK_MONOTONIC);
  printf("%llu %.6f %.6f\n", (unsigned long long)echoes, end - start, seconds(server) - cpu);
  fflush(stdout);
  return read(STDIN_FILENO, events, 1) > 0;
}
