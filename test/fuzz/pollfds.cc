// Fuzzes arrays of struct pollfd: the kernel is the reference:
// https://man7.org/linux/man-pages/man2/poll.2.html
#include <fuzzer/FuzzedDataProvider.h>
#include <poll.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "check.h"
#include "descriptors.h"
#include "watch/poll_wait.h"

namespace {

// One of them has been woken.
constexpr int kWoken = Descriptors::kEnd;
constexpr int kAsleep = kWoken + 1;

// Entries as JavaScript writes them: a word of 32 bits and two of 16 for each.
std::vector<pollfd> Fill(FuzzedDataProvider& data) {
  const auto count = data.ConsumeIntegralInRange<size_t>(0, 64);
  std::vector<int32_t> words(2 * count);
  auto* halves = reinterpret_cast<uint16_t*>(words.data());
  for (size_t i = 0; i < count; ++i) {
    const bool is_any = data.ConsumeIntegralInRange(0, 7) == 0;
    const int fd = data.ConsumeIntegralInRange(Descriptors::kFirst, Descriptors::kEnd - 1);
    words[i * 2] = is_any ? ~fd : fd;
    halves[i * 4 + 2] = data.ConsumeIntegral<uint16_t>();
    halves[i * 4 + 3] = 0;
  }
  std::vector<pollfd> entries(count);
  if (count > 0) std::memcpy(entries.data(), words.data(), count * sizeof(pollfd));
  return entries;
}

// The kernel takes no more entries than the process may have descriptors: then the wait has no room for its
// own.
void SetLimit(rlim_t limit) {
  const rlimit limits{limit, Descriptors::kLimit};
  Check(setrlimit(RLIMIT_NOFILE, &limits) == 0, "setrlimit");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const Descriptors descriptors;
  Descriptors::OpenWake(kWoken, true);
  Descriptors::OpenWake(kAsleep, false);
  FuzzedDataProvider data(bytes, size);
  const std::vector<pollfd> asked = Fill(data);
  const bool is_full = !asked.empty() && data.ConsumeIntegralInRange(0, 15) == 15;

  std::vector<pollfd> answer = asked;
  const int count = poll(answer.data(), answer.size(), 0);
  int expected = 0;
  for (size_t i = 0; i < asked.size(); ++i) {
    const int revents = Descriptors::Revents(asked[i].fd, asked[i].events);
    if (revents != 0) ++expected;
    Check(answer[i].fd == asked[i].fd && answer[i].events == asked[i].events, "poll changes what was asked");
    Check(answer[i].revents == revents, "poll reports something else");
  }
  Check(count == expected, "poll counts something else");

  if (is_full) SetLimit(asked.size());
  // Without either, it would wait for ever.
  const int wake_fd = expected > 0 && data.ConsumeBool() ? kAsleep : kWoken;
  const bool found = PollWait(std::vector<pollfd>(asked))(wake_fd);
  if (is_full) SetLimit(Descriptors::kLimit);
  Check(found == (expected > 0), "PollWait says the reverse of the truth");
  return 0;
}
