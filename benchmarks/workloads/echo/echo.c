/* TCP echo server on level-triggered epoll(7): echo epoll[+batch] CONNECTIONS
   Prints its port, and ends when its standard input is closed. With "+batch" it receives from up to BATCH
   ready sockets before it sends to the first. */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "../shared/peer.h"

/* Messages of one batch fit into the processor's caches. */
enum { BATCH = 64, SLOT = 4096 };

/* A message to send back. */
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
  int listener = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
  check(bind(listener, (struct sockaddr*)&address, length), "bind");
  check(listen(listener, SOMAXCONN), "listen");
  check(getsockname(listener, (struct sockaddr*)&address, &length), "getsockname");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static void accept_all(int listener) {
  for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) watch(fd);
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
  if (argc < 3) return 2;
  batch = strcmp(argv[1], "epoll+batch") == 0;
  int capacity = atoi(argv[2]) + 2; /* the listener and standard input */
  raise_limit();
  struct epoll_event* events = calloc(capacity, sizeof *events);
  ep = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  int listener = listen_on_loopback();
  watch(listener);
  watch(STDIN_FILENO);
  for (;;) {
    int count = check(epoll_wait(ep, events, capacity, -1), "epoll_wait");
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == STDIN_FILENO) return 0;
      if (fd == listener)
        accept_all(listener);
      else if (batch)
        receive(fd);
      else
        echo(fd);
    }
    send_all();
  }
}
