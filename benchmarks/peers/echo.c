/* TCP echo server on epoll(7), level-triggered: echo CONNECTIONS
   Prints its port. Ends with its standard input, and so with whoever started it. */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int ep;
static char block[65536];

static void check(int result, const char* call) {
  if (result >= 0) return;
  perror(call);
  exit(1);
}

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

static void echo(int fd) {
  ssize_t count = recv(fd, block, sizeof block, 0);
  check(count, "recv");
  if (count == 0) {
    close(fd);
  } else if (send(fd, block, count, MSG_NOSIGNAL) != count) {
    perror("send");
    exit(1);
  }
}

int main(int argc, char** argv) {
  int capacity = (argc > 1 ? atoi(argv[1]) : 1000) + 2;
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
        echo(fd);
        continue;
      }
      for (int peer; (peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) watch(peer);
    }
  }
}
