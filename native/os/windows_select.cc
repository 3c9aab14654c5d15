// select() of winsock with the meaning of select(2):
// https://learn.microsoft.com/en-us/windows/win32/api/winsock2/nf-winsock2-select
//
// Its sets are no bitmaps but arrays of sockets, of any length and with any numbers.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <vector>

#include "core/result.h"
#include "os/descriptor.h"
#include "os/select.h"
#include "os/winsock.h"

namespace {

// By the monotonic clock. The timers of Windows run on another clock and may be early by this one.
class Deadline {
 public:
  explicit Deadline(Timeout timeout) : forever_(timeout.Forever()) {
    if (forever_) return;
    const timespec time = timeout.Timespec();
    end_ = Clock::now() + std::chrono::seconds(time.tv_sec) +
           std::chrono::ceil<Clock::duration>(std::chrono::nanoseconds(time.tv_nsec));
  }

  [[nodiscard]] bool Forever() const { return forever_; }

  [[nodiscard]] bool Passed() const { return !forever_ && Clock::now() >= end_; }

  // The time that is left, in whole units of T, rounded up.
  template <class T>
  [[nodiscard]] T Remaining() const {
    return std::max(std::chrono::ceil<T>(end_ - Clock::now()), T{0});
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool forever_;
  Clock::time_point end_;
};

// An fd_set of any size: the number of sockets, then the sockets.
class SocketArray {
 public:
  void Add(SOCKET socket) { memory_.push_back(socket); }

  // For select(), which shortens it to its answer. Winsock takes null for an empty set.
  fd_set* Get() {
    if (memory_.size() == 1) return nullptr;
    Set()->fd_count = static_cast<u_int>(memory_.size() - 1);
    return Set();
  }

  [[nodiscard]] bool Empty() const { return memory_.size() == 1; }

  template <class F>
  void ForEach(F&& function) {
    if (Empty()) return;
    for (u_int i = 0; i < Set()->fd_count; ++i) function(memory_[i + 1]);
  }

 private:
  static_assert(offsetof(fd_set, fd_array) == sizeof(SOCKET), "fd_set has another layout here");

  fd_set* Set() { return reinterpret_cast<fd_set*>(memory_.data()); }

  std::vector<SOCKET> memory_{0};
};

constexpr size_t kRead = 0;
constexpr size_t kWrite = 1;
constexpr size_t kExcept = 2;

bool Has(const Bitmaps& sets, size_t index, SOCKET socket) {
  return (sets.Set(index)[socket / Bitmaps::kWordBits] >> (socket % Bitmaps::kWordBits) & 1) != 0;
}

// Returns the number of bits added: 1 or 0.
long Put(const Bitmaps& sets, size_t index, SOCKET socket) {
  if (Has(sets, index, socket)) return 0;
  sets.Set(index)[socket / Bitmaps::kWordBits] |= Bitmaps::Word{1} << (socket % Bitmaps::kWordBits);
  return 1;
}

// The numbers of all bits that are set in any of the sets, in order.
std::vector<int> Members(int nfds, const Bitmaps& sets) {
  std::vector<int> members;
  for (size_t word = 0; word < sets.length; ++word) {
    Bitmaps::Word any = sets.Set(kRead)[word] | sets.Set(kWrite)[word] | sets.Set(kExcept)[word];
    for (size_t fd = word * Bitmaps::kWordBits; any != 0; ++fd, any >>= 1) {
      if ((any & 1) != 0 && fd < static_cast<size_t>(nfds)) members.push_back(static_cast<int>(fd));
    }
  }
  return members;
}

bool IsConnected(SOCKET socket) {
  sockaddr_storage peer;
  int length = sizeof peer;
  return getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &length) == 0;
}

void Sleep(const Deadline& deadline) {
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(1);
  while (!deadline.Passed()) {
    const auto time = deadline.Forever() ? kLongest : deadline.Remaining<std::chrono::milliseconds>();
    ::Sleep(static_cast<DWORD>(std::min(time, kLongest).count()));
  }
}

// The failure of a call with these sockets.
long Failed(const std::vector<int>& fds) {
  const long result = SocketFailure("select", -1);
  if (result != ErrorNumber(ENOTSOCK)) return result;
  const bool closed = std::any_of(fds.begin(), fds.end(), [](int fd) { return CheckOpen(fd) < 0; });
  return Failure("select", closed ? EBADF : ENOTSOCK);
}

class Selection {
 public:
  Selection(int nfds, const Bitmaps& sets)
      : copy_(sets), asked_(copy_.Get()), answer_(sets), fds_(Members(nfds, sets)) {}

  // The number of bits in the answer, or -errno.
  long Wait(const Deadline& deadline) {
    for (;;) {
      std::fill_n(answer_.words, answer_.Size(), 0);
      const long count = Ask(deadline);
      // 0 before the deadline: it was early, or nobody had asked for what was found.
      if (count != 0 || deadline.Passed()) return count;
    }
  }

 private:
  long Ask(const Deadline& deadline);
  long Except(SOCKET socket);

  OwnBitmaps copy_;
  const Bitmaps asked_;
  const Bitmaps answer_;
  // Those in any of the sets.
  const std::vector<int> fds_;
  // Those in the except set of winsock for a reason that nobody asked for. They stay there.
  std::vector<SOCKET> muted_;
};

// All sockets are in the except set, as only that tells of a connection that could not be made.
long Selection::Ask(const Deadline& deadline) {
  SocketArray read;
  SocketArray write;
  SocketArray except;
  for (int fd : fds_) {
    const SOCKET socket = SocketOf(fd);
    if (socket == INVALID_SOCKET) return Failure("select", EBADF);
    if (Has(asked_, kRead, socket)) read.Add(socket);
    if (Has(asked_, kWrite, socket)) write.Add(socket);
    if (std::find(muted_.begin(), muted_.end(), socket) == muted_.end()) except.Add(socket);
  }
  if (read.Empty() && write.Empty() && except.Empty()) {
    // Winsock refuses to wait for nothing.
    Sleep(deadline);
    return 0;
  }
  timeval time{};
  if (!deadline.Forever()) {
    const auto left = deadline.Remaining<std::chrono::microseconds>().count();
    time = {static_cast<long>(left / 1000000), static_cast<long>(left % 1000000)};
  }
  const int found = select(0, read.Get(), write.Get(), except.Get(), deadline.Forever() ? nullptr : &time);
  if (found == SOCKET_ERROR) return Failed(fds_);
  if (found == 0) return 0;
  long count = 0;
  read.ForEach([&](SOCKET socket) { count += Put(answer_, kRead, socket); });
  write.ForEach([&](SOCKET socket) { count += Put(answer_, kWrite, socket); });
  except.ForEach([&](SOCKET socket) { count += Except(socket); });
  return count;
}

// Out-of-band data is an exceptional condition for POSIX too. A connection that failed is not: it makes the
// socket readable and writable.
long Selection::Except(SOCKET socket) {
  long count = 0;
  if (IsConnected(socket)) {
    if (Has(asked_, kExcept, socket)) count += Put(answer_, kExcept, socket);
  } else {
    if (Has(asked_, kRead, socket)) count += Put(answer_, kRead, socket);
    if (Has(asked_, kWrite, socket)) count += Put(answer_, kWrite, socket);
  }
  if (count == 0) muted_.push_back(socket);
  return count;
}

}  // namespace

long Select(int nfds, const Bitmaps& sets, Timeout timeout) {
  return Selection(nfds, sets).Wait(Deadline(timeout));
}
