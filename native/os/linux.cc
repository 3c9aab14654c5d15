// os.h for Linux: https://man7.org/linux/man-pages/man2/syscalls.2.html
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <new>

#include "core/constants.h"
#include "core/modules.h"
#include "core/result.h"
#include "os/descriptor.h"
#include "os/linux_calls.h"
#include "os/os.h"
#include "os/posix.h"
#include "os/socket.h"

void InitSystemModules(Napi::Object exports) {
  InitPosixModules(exports);
#ifdef IO_SELECTORS_EPOLL
  InitEpoll(exports);
  InitEpollWatch(exports);
  InitEpollWait(exports);
#endif
  InitEventfd(exports);
  InitTimerfd(exports);
  InitPidfd(exports);
  InitThread(exports);
}

void AddSystemConstants(Napi::Object constants) {
  AddPosixConstants(constants);
  static constexpr Constant kLinux[] = {
      {"POLLMSG", POLLMSG},
      {"POLLRDHUP", POLLRDHUP},
      {"EPOLLIN", EPOLLIN},
      {"EPOLLPRI", EPOLLPRI},
      {"EPOLLOUT", EPOLLOUT},
      {"EPOLLERR", EPOLLERR},
      {"EPOLLHUP", EPOLLHUP},
      {"EPOLLRDHUP", EPOLLRDHUP},
      {"EPOLLRDNORM", EPOLLRDNORM},
      {"EPOLLRDBAND", EPOLLRDBAND},
      {"EPOLLWRNORM", EPOLLWRNORM},
      {"EPOLLWRBAND", EPOLLWRBAND},
      {"EPOLLMSG", EPOLLMSG},
      {"EPOLLET", EPOLLET},
      {"EPOLLONESHOT", EPOLLONESHOT},
      {"EPOLLEXCLUSIVE", EPOLLEXCLUSIVE},
      {"EPOLLWAKEUP", EPOLLWAKEUP},
      {"EPOLL_CTL_ADD", EPOLL_CTL_ADD},
      {"EPOLL_CTL_MOD", EPOLL_CTL_MOD},
      {"EPOLL_CTL_DEL", EPOLL_CTL_DEL},
      {"EPOLL_CLOEXEC", EPOLL_CLOEXEC},
  };
  AddConstants(constants, kLinux);
}

long OpenPipe(int fds[2], bool blocking) {
  return OrErrno("pipe2", pipe2(fds, O_CLOEXEC | (blocking ? 0 : O_NONBLOCK)));
}

long OpenSocket(int family, int type, int protocol) {
  return OrErrno("socket", socket(family, type | SOCK_CLOEXEC, protocol));
}

long OpenSocketPair(int fds[2], int type, bool blocking) {
  int flags = SOCK_CLOEXEC | (blocking ? 0 : SOCK_NONBLOCK);
  return OrErrno("socketpair", socketpair(AF_UNIX, type | flags, 0, fds));
}

long AcceptSocket(int fd, Address& peer) {
  // If this fails, accept4(2) fails as well, and its error counts.
  int flags = SOCK_CLOEXEC | (IsBlocking(fd) == 0 ? SOCK_NONBLOCK : 0);
  return OrErrno("accept4", accept4(fd, peer.Get(), peer.Room(), flags));
}

long ReplaceDescriptor(int fd, int target) { return OrErrno("dup3", dup3(fd, target, O_CLOEXEC)); }

long OpenWakeDescriptors(int fds[2]) {
  long fd = OrErrno("eventfd", eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (fd < 0) return fd;
  fds[0] = fds[1] = static_cast<int>(fd);
  return 0;
}

namespace {

// On some machines libc's select makes the system call pselect6. This one appears as select in a trace. The
// kernel writes the remaining time to *time.
long PlainSelect(int nfds, fd_set* read, fd_set* write, fd_set* except, timeval* time) {
// On a 32-bit system SYS_select may be an old call with other arguments.
#if defined(SYS_select) && defined(__LP64__)
  return OrErrno("select", syscall(SYS_select, nfds, read, write, except, time));
#else
  return OrErrno("select", select(nfds, read, write, except, time));
#endif
}

}  // namespace

long Select(int nfds, const Bitmaps& sets, Timeout timeout) {
  fd_set* const read = FdSet(sets, 0);
  fd_set* const write = FdSet(sets, 1);
  fd_set* const except = FdSet(sets, 2);
  if (timeout.Forever()) return PlainSelect(nfds, read, write, except, nullptr);
  timespec time = timeout.Timespec();
  // select(2) counts in microseconds, pselect(2) in nanoseconds.
  if (!timeout.WholeMilliseconds()) {
    return OrErrno("pselect6", pselect(nfds, read, write, except, &time, nullptr));
  }
  timeval whole = {time.tv_sec, static_cast<suseconds_t>(time.tv_nsec / 1000)};
  return PlainSelect(nfds, read, write, except, &whole);
}

long Poll(pollfd* entries, nfds_t count, Timeout timeout) {
  if (timeout.WholeMilliseconds()) return OrErrno("poll", poll(entries, count, timeout.Milliseconds()));
  timespec time = timeout.Timespec();
  return OrErrno("ppoll", ppoll(entries, count, &time, nullptr));
}

// libc's functions are cancellation points. In a process with threads, such as Node, that costs a tenth of
// the time of a short message.
long RecvMessage(int fd, void* data, size_t size, int flags, bool& truncated) {
  iovec part{data, size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
#ifdef SYS_recvmsg
  long result = OrErrno("recvmsg", syscall(SYS_recvmsg, fd, &message, flags));
#else
  long result = OrErrno("recvmsg", recvmsg(fd, &message, flags));
#endif
  truncated = (message.msg_flags & MSG_TRUNC) != 0;
  return result;
}

// send(2) is the system call sendto without an address.
long Send(int fd, const void* data, size_t size, int flags) {
#ifdef SYS_sendto
  return OrErrno("send", syscall(SYS_sendto, fd, data, size, flags | MSG_NOSIGNAL, nullptr, 0));
#else
  return OrErrno("send", send(fd, data, size, flags | MSG_NOSIGNAL));
#endif
}

long RecvFrom(int fd, void* data, size_t size, int flags, Address& sender) {
  return OrErrno("recvfrom", recvfrom(fd, data, size, flags, sender.Get(), sender.Room()));
}

const int kNoSignal = MSG_NOSIGNAL;

const int kPathOnly = O_PATH;

socklen_t OptionUnit(int level, int name) {
  // A filter is counted in instructions, each a struct sock_filter.
  constexpr socklen_t kInstruction = 8;
  return level == SOL_SOCKET && name == SO_GET_FILTER ? kInstruction : 1;
}

// Not fstat(2), as libc's would make the addon need glibc 2.33.
FileIdentity IdentityOf(int fd) {
  using State = FileIdentity::State;
  struct statx status {};
  if (Statx(fd, &status) != 0) {
    return {errno == EBADF ? State::kClosed : State::kUnknown};
  }
  return {State::kKnown, static_cast<uint64_t>(status.stx_dev_major) << 32 | status.stx_dev_minor,
          status.stx_ino};
}

#ifdef __GLIBCXX__
// Standard containers call this function, which libstdc++ has since GCC 11 only. With one of its own, the
// addon runs with older libraries.
__asm__(".hidden _ZSt28__throw_bad_array_new_lengthv");
void std::__throw_bad_array_new_length() { std::__throw_bad_alloc(); }
#endif
