// os.h for systems that have POSIX and nothing of Linux:
// https://man7.org/linux/man-pages/man7/standards.7.html
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/descriptor.h"
#include "core/modules.h"
#include "core/result.h"
#include "os/os.h"

namespace {

// Sets the flags of a descriptor that has just been opened.
long SetFlags(int fd, bool blocking) {
  long result = OrErrno("fcntl", fcntl(fd, F_SETFD, FD_CLOEXEC));
  return result < 0 ? result : SetBlocking(fd, blocking);
}

// Takes the result of a call that opens one descriptor, and returns it.
long WithFlags(long fd, bool blocking) {
  if (fd < 0) return fd;
  long result = SetFlags(static_cast<int>(fd), blocking);
  if (result < 0) close(static_cast<int>(fd));
  return result < 0 ? result : fd;
}

// The same for a call that opens two.
long BothWithFlags(long result, const int fds[2], bool blocking) {
  if (result < 0) return result;
  for (int i = 0; result == 0 && i < 2; ++i) result = SetFlags(fds[i], blocking);
  for (int i = 0; result < 0 && i < 2; ++i) close(fds[i]);
  return result;
}

}  // namespace

void InitSystemModules([[maybe_unused]] Napi::Object exports) {
#ifdef IO_SELECTORS_POLL
  InitPoll(exports);
  InitPollWait(exports);
#endif
}

void AddSystemConstants(Napi::Object /*constants*/) {}

long OpenPipe(int fds[2], bool blocking) { return BothWithFlags(OrErrno("pipe", pipe(fds)), fds, blocking); }

long OpenSocket(int family, int type, int protocol) {
  return WithFlags(OrErrno("socket", socket(family, type, protocol)), true);
}

long OpenSocketPair(int fds[2], int type, bool blocking) {
  return BothWithFlags(OrErrno("socketpair", socketpair(AF_UNIX, type, 0, fds)), fds, blocking);
}

// BSD's accept(2) inherits the listener's blocking mode, others do not.
long AcceptSocket(int fd, sockaddr* address, socklen_t* length, bool blocking) {
  return WithFlags(OrErrno("accept", accept(fd, address, length)), blocking);
}

long ReplaceDescriptor(int fd, int target) {
  long result = OrErrno("dup2", dup2(fd, target));
  if (result < 0) return result;
  long flagged = OrErrno("fcntl", fcntl(target, F_SETFD, FD_CLOEXEC));
  return flagged < 0 ? flagged : result;
}

long OpenWakeDescriptors(int fds[2]) { return OpenPipe(fds, false); }

long Select(int nfds, fd_set* read, fd_set* write, fd_set* except, Timeout timeout) {
  if (timeout.Forever()) return OrErrno("select", select(nfds, read, write, except, nullptr));
  timespec time = timeout.Timespec();
  // select(2) counts in microseconds, pselect(2) in nanoseconds.
  if (!timeout.WholeMilliseconds()) {
    return OrErrno("pselect", pselect(nfds, read, write, except, &time, nullptr));
  }
  timeval whole = {time.tv_sec, static_cast<suseconds_t>(time.tv_nsec / 1000)};
  return OrErrno("select", select(nfds, read, write, except, &whole));
}

long Poll(pollfd* entries, nfds_t count, Timeout timeout) {
  return OrErrno("poll", poll(entries, count, timeout.Milliseconds()));
}

long RecvMessage(int fd, msghdr* message, int flags) {
  return OrErrno("recvmsg", recvmsg(fd, message, flags));
}

long SendMessage(int fd, const void* data, size_t size, int flags) {
  return OrErrno("send", send(fd, data, size, flags));
}

#ifdef MSG_NOSIGNAL
const int kNoSignal = MSG_NOSIGNAL;
#else
const int kNoSignal = 0;
#endif

#ifdef O_PATH
const int kPathOnly = O_PATH;
#else
const int kPathOnly = 0;
#endif

socklen_t OptionUnit(int /*level*/, int /*name*/) { return 1; }

FileIdentity IdentityOf(int fd) {
  using State = FileIdentity::State;
  struct stat status {};
  if (fstat(fd, &status) != 0) return {errno == EBADF ? State::kClosed : State::kUnknown};
  return {State::kKnown, static_cast<uint64_t>(status.st_dev), static_cast<uint64_t>(status.st_ino)};
}
