// Fuzzes what goes to and comes from epoll_ctl(2) and epoll_wait(2): the kernel is the reference:
// https://man7.org/linux/man-pages/man7/epoll.7.html
#include <fuzzer/FuzzedDataProvider.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "check.h"
#include "epoll_memory.h"

namespace {

constexpr size_t kHeaderWords = sizeof(WaitHeader) / sizeof(uint32_t);

// One entry in an epoll set: readable and writable at all times.
struct Entry {
  uint32_t events;
  uint32_t low;
  uint32_t high;
};

// As JavaScript does it: six words.
CtlArguments Arguments(int epfd, int op, int fd, const Entry& entry) {
  const uint32_t words[] = {static_cast<uint32_t>(epfd),
                            static_cast<uint32_t>(op),
                            static_cast<uint32_t>(fd),
                            entry.events,
                            entry.low,
                            entry.high};
  CtlArguments arguments{};
  static_assert(sizeof arguments == sizeof words, "six words");
  std::memcpy(&arguments, words, sizeof arguments);
  return arguments;
}

void Control(const CtlArguments& arguments) {
  epoll_event event = arguments.Event();
  Check(epoll_ctl(arguments.epfd, arguments.op, arguments.fd, &event) == 0, "epoll_ctl");
}

void CheckFits(FuzzedDataProvider& data) {
  WaitHeader header{};
  header.timeout_ms = data.ConsumeBool() ? data.ConsumeFloatingPoint<double>() : NAN;
  header.max_events = data.ConsumeIntegral<int32_t>();
  // About as much as the events need.
  const size_t events = sizeof(epoll_event) * static_cast<size_t>(std::max(header.max_events, 0));
  const size_t size =
      sizeof header + events + 20 - std::min<size_t>(events + 20, data.ConsumeIntegral<uint8_t>() % 40);
  const __int128 needed = sizeof header + __int128{sizeof(epoll_event)} * header.max_events;
  const bool expected = header.timeout_ms == header.timeout_ms && (header.max_events <= 0 || needed <= size);
  Check(header.Fits(size) == expected, "Fits is wrong");
}

// Registers, changes, waits, and reads the events as JavaScript does.
void CheckKernel(FuzzedDataProvider& data) {
  static const int epfd = epoll_create1(EPOLL_CLOEXEC);
  // Neither EPOLLEXCLUSIVE, which allows no modification, nor EPOLLWAKEUP, which is a privilege.
  constexpr uint32_t kAllowed = ~(EPOLLEXCLUSIVE | EPOLLWAKEUP);
  constexpr uint32_t kReady = EPOLLIN | EPOLLOUT;
  std::vector<int> fds;
  std::vector<Entry> ready;
  const auto count = data.ConsumeIntegralInRange<size_t>(1, 16);
  for (size_t i = 0; i < count; ++i) {
    fds.push_back(eventfd(1, EFD_CLOEXEC));
    Entry entry{data.ConsumeIntegral<uint32_t>() & kAllowed, data.ConsumeIntegral<uint32_t>(),
                data.ConsumeIntegral<uint32_t>()};
    Control(Arguments(epfd, EPOLL_CTL_ADD, fds[i], entry));
    if (data.ConsumeBool()) {
      std::swap(entry.low, entry.high);
      Control(Arguments(epfd, EPOLL_CTL_MOD, fds[i], entry));
    }
    if ((entry.events & kReady) != 0) ready.push_back(entry);
  }

  std::vector<uint64_t> memory((sizeof(WaitHeader) + count * sizeof(epoll_event) + 7) / 8);
  auto* header = reinterpret_cast<WaitHeader*>(memory.data());
  header->max_events = static_cast<int32_t>(count);
  Check(header->Fits(memory.size() * 8), "there is room for every event");
  const int found = epoll_wait(epfd, header->Events(), header->max_events, 0);
  Check(found >= 0 && static_cast<size_t>(found) == ready.size(),
        "epoll_wait finds another number of events");
  const EventLayout layout;
  const uint32_t* words = reinterpret_cast<const uint32_t*>(memory.data()) + kHeaderWords;
  for (size_t i = 0; i < ready.size(); ++i, words += EventLayout::kStride) {
    Check(words[layout.Events()] == (ready[i].events & kReady), "the events are elsewhere");
    Check(words[layout.Low()] == ready[i].low, "the lower half of the data is elsewhere");
    Check(words[layout.High()] == ready[i].high, "the upper half of the data is elsewhere");
  }
  for (int fd : fds) close(fd);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  FuzzedDataProvider data(bytes, size);
  CheckFits(data);
  CheckKernel(data);
  return 0;
}
