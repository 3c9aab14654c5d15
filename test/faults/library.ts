import { compile } from '../support/processes.js';

/**
 * Wraps functions of libc, which fail as a file says that the process maps: see `fault.ts`. By default only calls of
 * the addon fail, as Node and libuv make the same ones.
 */
const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* The file's contents: the fault, and how many calls matched it and failed since. */
struct control {
  _Atomic int32_t error;
  int32_t thread;
  int32_t all_callers;
  int32_t operation;
  int32_t first;
  int32_t times;
  _Atomic int32_t seen;
  _Atomic int32_t failed;
  char name[32];
};

static struct control *control;

#define REAL(name) ({ static __typeof__(name) *real; if (real == NULL) real = dlsym(RTLD_NEXT, #name); real; })

__attribute__((constructor)) static void map_control(void) {
  const char *path = getenv("IO_SELECTORS_FAULTS");
  if (path == NULL) return;
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *memory = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  REAL(close)(fd);
  if (memory != MAP_FAILED) control = memory;
}

static int is_of_addon(void *caller) {
  Dl_info info;
  if (dladdr(caller, &info) == 0) return 0;
  const char *suffix = strrchr(info.dli_fname, '.');
  return suffix != NULL && strcmp(suffix, ".node") == 0;
}

/* The error that a call fails with, or 0. */
static int fault(const char *name, long operation, void *caller) {
  if (control == NULL || control->error == 0) return 0;
  if (strcmp(control->name, name) != 0 && strcmp(control->name, "*") != 0) return 0;
  if (control->operation >= 0 && control->operation != operation) return 0;
  if (control->thread != 0 && control->thread != REAL(syscall)(SYS_gettid)) return 0;
  if (!control->all_callers && !is_of_addon(caller)) return 0;
  int seen = ++control->seen;
  if (seen < control->first) return 0;
  if (control->times >= 0 && seen >= control->first + control->times) return 0;
  ++control->failed;
  return control->error;
}

#define FAIL(name, operation) { \\
  int error = fault(#name, operation, __builtin_return_address(0)); \\
  if (error != 0) { errno = error; return -1; } }
#define WRAP(type, name, operation, parameters, ...) \\
  type name parameters { FAIL(name, operation) return REAL(name)(__VA_ARGS__); }

WRAP(int, socket, -1, (int f, int t, int p), f, t, p)
WRAP(int, socketpair, -1, (int f, int t, int p, int s[2]), f, t, p, s)
WRAP(int, bind, -1, (int s, const struct sockaddr *a, socklen_t l), s, a, l)
WRAP(int, listen, -1, (int s, int b), s, b)
WRAP(int, accept, -1, (int s, struct sockaddr *a, socklen_t *l), s, a, l)
WRAP(int, accept4, -1, (int s, struct sockaddr *a, socklen_t *l, int f), s, a, l, f)
WRAP(int, connect, -1, (int s, const struct sockaddr *a, socklen_t l), s, a, l)
WRAP(ssize_t, recv, -1, (int s, void *b, size_t n, int f), s, b, n, f)
WRAP(ssize_t, recvfrom, -1, (int s, void *b, size_t n, int f, struct sockaddr *a, socklen_t *l), s, b, n, f, a, l)
WRAP(ssize_t, recvmsg, -1, (int s, struct msghdr *m, int f), s, m, f)
WRAP(ssize_t, send, -1, (int s, const void *b, size_t n, int f), s, b, n, f)
WRAP(ssize_t, sendto, -1, (int s, const void *b, size_t n, int f, const struct sockaddr *a, socklen_t l),
     s, b, n, f, a, l)
WRAP(int, shutdown, -1, (int s, int h), s, h)
WRAP(int, getsockopt, -1, (int s, int l, int n, void *v, socklen_t *z), s, l, n, v, z)
WRAP(int, setsockopt, -1, (int s, int l, int n, const void *v, socklen_t z), s, l, n, v, z)
WRAP(int, getsockname, -1, (int s, struct sockaddr *a, socklen_t *l), s, a, l)
WRAP(int, getpeername, -1, (int s, struct sockaddr *a, socklen_t *l), s, a, l)
WRAP(int, pipe, -1, (int f[2]), f)
WRAP(int, pipe2, -1, (int f[2], int g), f, g)
WRAP(ssize_t, read, -1, (int f, void *b, size_t n), f, b, n)
WRAP(ssize_t, write, -1, (int f, const void *b, size_t n), f, b, n)
WRAP(int, dup2, -1, (int f, int t), f, t)
WRAP(int, dup3, -1, (int f, int t, int g), f, t, g)
WRAP(int, getrlimit64, -1, (__rlimit_resource_t r, struct rlimit64 *l), r, l)
WRAP(int, setrlimit64, -1, (__rlimit_resource_t r, const struct rlimit64 *l), r, l)
WRAP(int, fstat64, -1, (int f, struct stat64 *s), f, s)
WRAP(int, sigaction, -1, (int s, const struct sigaction *a, struct sigaction *o), s, a, o)
WRAP(int, timerfd_create, -1, (int c, int f), c, f)
WRAP(int, timerfd_settime, -1, (int t, int f, const struct itimerspec *n, struct itimerspec *o), t, f, n, o)
WRAP(int, waitid, -1, (idtype_t t, id_t i, siginfo_t *s, int o), t, i, s, o)
WRAP(int, epoll_create1, -1, (int f), f)
WRAP(int, epoll_ctl, op, (int e, int op, int f, struct epoll_event *v), e, op, f, v)
WRAP(int, epoll_wait, -1, (int e, struct epoll_event *v, int m, int t), e, v, m, t)
WRAP(int, poll, -1, (struct pollfd *f, nfds_t n, int t), f, n, t)
WRAP(int, ppoll, -1, (struct pollfd *f, nfds_t n, const struct timespec *t, const sigset_t *s), f, n, t, s)
WRAP(int, select, -1, (int n, fd_set *r, fd_set *w, fd_set *x, struct timeval *t), n, r, w, x, t)
WRAP(int, pselect, -1, (int n, fd_set *r, fd_set *w, fd_set *x, const struct timespec *t, const sigset_t *s),
     n, r, w, x, t, s)

/* Declared with another type by different versions of glibc. */
extern int eventfd(unsigned initial, int flags);
WRAP(int, eventfd, -1, (unsigned initial, int flags), initial, flags)

/* Whatever close(2) returns, the number is free afterwards. */
int close(int fd) {
  int error = fault("close", -1, __builtin_return_address(0));
  int result = REAL(close)(fd);
  if (error == 0) return result;
  errno = error;
  return -1;
}

int fcntl64(int fd, int command, ...) {
  va_list more;
  va_start(more, command);
  long argument = va_arg(more, long);
  va_end(more);
  FAIL(fcntl, command)
  return REAL(fcntl64)(fd, command, argument);
}

static const char *name_of(long number) {
  switch (number) {
#ifdef SYS_select
    case SYS_select: return "select";
#endif
#ifdef SYS_epoll_wait
    case SYS_epoll_wait: return "epoll_wait";
#endif
    case SYS_epoll_pwait: return "epoll_wait";
    case SYS_epoll_pwait2: return "epoll_pwait2";
    case SYS_pidfd_open: return "pidfd_open";
    case SYS_statx: return "statx";
#ifdef SYS_recvmsg
    case SYS_recvmsg: return "recvmsg";
    case SYS_sendto: return "send";
#endif
    default: return "another";
  }
}

long syscall(long number, ...) {
  va_list more;
  va_start(more, number);
  long a[6];
  for (int i = 0; i < 6; ++i) a[i] = va_arg(more, long);
  va_end(more);
  int error = fault(name_of(number), -1, __builtin_return_address(0));
  if (error == 0) return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  errno = error;
  return -1;
}

int pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*f)(void *), void *x) {
  int error = fault("pthread_create", -1, __builtin_return_address(0));
  return error != 0 ? error : REAL(pthread_create)(t, a, f, x);
}
`;

/** The path of the compiled library. */
export function faultLibrary(): string {
  return compile(SOURCE, ['-shared', '-fPIC', '-ldl', '-Wno-nonnull-compare']);
}
