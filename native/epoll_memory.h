// How JavaScript passes the arguments of epoll_ctl(2) and epoll_wait(2), and reads events:
// https://man7.org/linux/man-pages/man3/epoll_event.3type.html
#pragma once

#include <sys/epoll.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

// The memory of epollCtl.
struct CtlArguments {
  [[nodiscard]] epoll_event Event() const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = static_cast<uint64_t>(high) << 32 | low;
    return event;
  }

  int32_t epfd;
  int32_t op;
  int32_t fd;
  uint32_t events;
  // The halves of epoll_data.u64.
  uint32_t low;
  uint32_t high;
};

// The memory of epollWait starts with this. The events follow.
struct WaitHeader {
  // Whether memory of size bytes has room for the events, and the arguments are not nonsense.
  [[nodiscard]] bool Fits(size_t size) const {
    const size_t capacity = (size - sizeof(WaitHeader)) / sizeof(epoll_event);
    return !std::isnan(timeout_ms) && (max_events <= 0 || static_cast<size_t>(max_events) <= capacity);
  }

  [[nodiscard]] epoll_event* Events() { return reinterpret_cast<epoll_event*>(this + 1); }

  double timeout_ms;
  int32_t epfd;
  int32_t max_events;
  // Set to 1 here when the kernel turns out to lack epoll_pwait2.
  int32_t whole_milliseconds_only;
  // Aligns the events to 8 bytes.
  int32_t padding;
};

// Where the words of 32 bits are in an event. struct epoll_event is packed on x86-64 only, and the order of
// the halves of its data depends on the machine, so it is read from an event.
class EventLayout {
 public:
  static constexpr size_t kStride = sizeof(epoll_event) / sizeof(uint32_t);

  EventLayout() {
    epoll_event event{};
    event.events = 1;
    event.data.u64 = uint64_t{3} << 32 | 2;
    std::memcpy(words_, &event, sizeof event);
  }

  [[nodiscard]] uint32_t Events() const { return IndexOf(1); }
  [[nodiscard]] uint32_t Low() const { return IndexOf(2); }
  [[nodiscard]] uint32_t High() const { return IndexOf(3); }

 private:
  [[nodiscard]] uint32_t IndexOf(uint32_t value) const {
    uint32_t index = 0;
    while (words_[index] != value) ++index;
    return index;
  }

  uint32_t words_[kStride];
};
