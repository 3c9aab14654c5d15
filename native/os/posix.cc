// os.h for systems that have POSIX and nothing of Linux:
// https://man7.org/linux/man-pages/man7/standards.7.html
#include "os/posix.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "core/result.h"
#include "os/descriptor.h"
#include "os/os.h"
#include "os/socket.h"

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

// Where there is no MSG_NOSIGNAL: send(2) to a closed peer raises no SIGPIPE.
long WithoutSigpipe(long fd) {
#ifdef SO_NOSIGPIPE
  const int on = 1;
  if (fd >= 0) setsockopt(static_cast<int>(fd), SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  return fd;
}

}  // namespace

void InitSystemModules(Napi::Object exports) { InitPosixModules(exports); }

void AddSystemConstants(Napi::Object constants) { AddPosixConstants(constants); }

long OpenPipe(int fds[2], bool blocking) { return BothWithFlags(OrErrno("pipe", pipe(fds)), fds, blocking); }

long OpenSocket(int family, int type, int protocol) {
  return WithoutSigpipe(WithFlags(OrErrno("socket", socket(family, type, protocol)), true));
}

long OpenSocketPair(int fds[2], int type, bool blocking) {
  long result = BothWithFlags(OrErrno("socketpair", socketpair(AF_UNIX, type, 0, fds)), fds, blocking);
  for (int i = 0; result == 0 && i < 2; ++i) WithoutSigpipe(fds[i]);
  return result;
}

// BSD's accept(2) inherits the listener's blocking mode, others do not.
long AcceptSocket(int fd, Address& peer) {
  // If this fails, accept(2) fails as well, and its error counts.
  const bool blocking = IsBlocking(fd) != 0;
  return WithoutSigpipe(WithFlags(OrErrno("accept", accept(fd, peer.Get(), peer.Room())), blocking));
}

long ReplaceDescriptor(int fd, int target) {
  long result = OrErrno("dup2", dup2(fd, target));
  if (result < 0) return result;
  long flagged = OrErrno("fcntl", fcntl(target, F_SETFD, FD_CLOEXEC));
  return flagged < 0 ? flagged : result;
}

long OpenWakeDescriptors(int fds[2]) { return OpenPipe(fds, false); }

long Select(int nfds, const Bitmaps& sets, Timeout timeout) {
  fd_set* const read = FdSet(sets, 0);
  fd_set* const write = FdSet(sets, 1);
  fd_set* const except = FdSet(sets, 2);
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

namespace {

// recvmsg(2), which says whether a datagram was truncated on every system. sender: nullptr if it does not
// matter.
long ReceiveMessage(int fd, void* data, size_t size, int flags, Address* sender, bool& truncated) {
  iovec part{data, size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (sender != nullptr) {
    message.msg_name = sender->Get();
    message.msg_namelen = *sender->Room();
  }
  long result = OrErrno("recvmsg", recvmsg(fd, &message, flags));
  if (sender != nullptr) sender->length = message.msg_namelen;
  truncated = (message.msg_flags & MSG_TRUNC) != 0;
  return result;
}

}  // namespace

long RecvMessage(int fd, void* data, size_t size, int flags, bool& truncated) {
  return ReceiveMessage(fd, data, size, flags, nullptr, truncated);
}

long RecvFrom(int fd, void* data, size_t size, int flags, Address& sender) {
  bool truncated = false;
  long result = ReceiveMessage(fd, data, size, flags, &sender, truncated);
  // Only Linux returns the full length.
  const bool cut = truncated && result == static_cast<long>(size);
  return cut ? result + 1 : result;
}

long Send(int fd, const void* data, size_t size, int flags) {
  return OrErrno("send", send(fd, data, size, flags | kNoSignal));
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
