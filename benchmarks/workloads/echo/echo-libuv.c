/* The counterpart of echo.c with libuv: echo-libuv CONNECTIONS */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <uv.h>

#include "../shared/peer.h"

static char block[65536];

static void close_stream(uv_stream_t* stream) { uv_close((uv_handle_t*)stream, (uv_close_cb)free); }

/* Each message is sent before the next is read, so all connections can share one block. */
static void lend_block(uv_handle_t* handle, size_t suggested, uv_buf_t* buffer) {
  (void)handle, (void)suggested;
  *buffer = uv_buf_init(block, sizeof block);
}

static void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
  if (count == 0) return; /* EAGAIN */
  if (count == UV_EOF) {
    close_stream(stream);
    return;
  }
  check(count, "uv_read");
  uv_buf_t received = uv_buf_init(buffer->base, count);
  if (uv_try_write(stream, &received, 1) != count) {
    fputs("uv_try_write: incomplete\n", stderr);
    exit(1);
  }
}

static void on_connection(uv_stream_t* listener, int status) {
  check(status, "uv_listen");
  uv_tcp_t* peer = malloc(sizeof *peer);
  check(uv_tcp_init(listener->loop, peer), "uv_tcp_init");
  check(uv_accept(listener, (uv_stream_t*)peer), "uv_accept");
  check(uv_read_start((uv_stream_t*)peer, lend_block, on_read), "uv_read_start");
}

static void on_input(uv_poll_t* input, int status, int events) {
  (void)input, (void)status, (void)events;
  exit(0);
}

static void listen_on_loopback(uv_tcp_t* listener) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int length = sizeof address;
  check(uv_tcp_init(uv_default_loop(), listener), "uv_tcp_init");
  check(uv_tcp_bind(listener, (struct sockaddr*)&address, 0), "uv_tcp_bind");
  check(uv_listen((uv_stream_t*)listener, SOMAXCONN, on_connection), "uv_listen");
  check(uv_tcp_getsockname(listener, (struct sockaddr*)&address, &length), "uv_tcp_getsockname");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
}

int main(void) {
  uv_tcp_t listener;
  uv_poll_t input;
  raise_limit();
  signal(SIGPIPE, SIG_IGN);
  listen_on_loopback(&listener);
  check(uv_poll_init(uv_default_loop(), &input, STDIN_FILENO), "uv_poll_init");
  check(uv_poll_start(&input, UV_READABLE | UV_DISCONNECT, on_input), "uv_poll_start");
  return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
