/* TCP echo server on epoll(7), level-triggered: echo epoll|epoll+batch CONNECTIONS
   Prints its port. Ends with its standard input, and so with whoever started it. With "+batch" it receives
   from BATCH sockets that are ready before it sends to the first. */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "peer.h"

/* As many at once as the processor's caches have room for. */
enum { BATCH = 64, SLOT = 4096 };

/* A message that is to be sent back. */
struct message {
  int fd;
  ssize_t size;
  char bytes[SLOT];
};

static int ep;
static bool batch;
static char block[65536];
static struct message messages[BATCH];
static int length;

static void watch(int fd) {
  struct epoll_event event = {.events = EPOLLIN};
  event.data.fd = fd;
  check(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

static int listen_on_loopback(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  check(listener, "socket");
  check(bind(listener, (struct sockaddr*)&address, length), "bind");
  check(listen(listener, SOMAXCONN), "listen");
  check(getsockname(listener, (struct sockaddr*)&address, &length), "getsockname");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static void send_back(int fd, const char* bytes, ssize_t size) {
  check(send(fd, bytes, size, MSG_NOSIGNAL) == size ? 0 : -1, "send");
}

static void echo(int fd) {
  ssize_t count = check(recv(fd, block, sizeof block, 0), "recv");
  if (count == 0)
    close(fd);
  else
    send_back(fd, block, count);
}

static void send_all(void) {
  for (struct message* message = messages; message < messages + length; message++) {
    send_back(message->fd, message->bytes, message->size);
  }
  length = 0;
}

static void receive(int fd) {
  if (length == BATCH) send_all();
  struct message* message = &messages[length];
  message->size = check(recv(fd, message->bytes, SLOT, 0), "recv");
  message->fd = fd;
  if (message->size == 0)
    close(fd);
  else
    length++;
}

int main(int argc, char** argv) {
  batch = argc > 1 && strcmp(argv[1], "epoll+batch") == 0;
  int capacity = (argc > 2 ? atoi(argv[2]) : 1000) + 2;
  raise_limit();
  struct epoll_event* events = calloc(capacity, sizeof *events);
  ep = epoll_create1(EPOLL_CLOEXEC);
  check(ep, "epoll_create1");
  int listener = listen_on_loopback();
  watch(listener);
  watch(STDIN_FILENO);
  for (;;) {
    int count = epoll_wait(ep, events, capacity, -1);
    check(count, "epoll_wait");
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == STDIN_FILENO) return 0;
      if (fd != listener) {
        if (batch)
          receive(fd);
        else
          echo(fd);
        continue;
      }
      for (int peer; (peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) watch(peer);
    }
    send_all();
  }
}
