// Fuzzes the bitmaps of select(2): a set of numbers and the kernel are the reference:
// https://man7.org/linux/man-pages/man2/select.2.html
#include "bitmaps.h"

#include <fuzzer/FuzzedDataProvider.h>
#include <sys/select.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "check.h"
#include "descriptors.h"
#include "watch/select_wait.h"

// Without Node-API, which the addon's own needs for its results. It makes the system call in the same way.
long Select(int nfds, const Bitmaps& sets, Timeout timeout) {
  timeval now{};
  auto set = [&sets](size_t index) { return reinterpret_cast<fd_set*>(sets.Set(index)); };
  const int count = select(nfds, set(0), set(1), set(2), timeout.Forever() ? nullptr : &now);
  return count < 0 ? ErrorNumber(errno) : count;
}

namespace {

constexpr size_t kSets = Bitmaps::kSets;
using Members = std::set<std::pair<size_t, int>>;

// Puts descriptors into the sets as JavaScript does, in words of 32 bits. Returns those that are in.
Members Fill(FuzzedDataProvider& data, std::vector<Bitmaps::Word>& words, size_t length) {
  Members members;
  auto* halves = reinterpret_cast<uint32_t*>(words.data());
  const size_t half_length = length * sizeof(Bitmaps::Word) / sizeof(uint32_t);
  const int end = std::min<int>(Descriptors::kEnd, static_cast<int>(length * Bitmaps::kWordBits));
  while (data.remaining_bytes() > 0) {
    const size_t set = data.ConsumeIntegralInRange<size_t>(0, kSets - 1);
    const int fd = data.ConsumeIntegralInRange(0, end - 1);
    if (fd < Descriptors::kFirst) continue;
    halves[set * half_length + static_cast<size_t>(fd / 32)] |= uint32_t{1} << (fd % 32);
    members.insert({set, fd});
  }
  return members;
}

// Those that are in, read as the kernel reads them: in longs.
Members In(const Bitmaps& bitmaps) {
  Members members;
  for (size_t i = 0; i < bitmaps.Size(); ++i) {
    for (size_t bit = 0; bit < Bitmaps::kWordBits && bitmaps.words[i] != 0; ++bit) {
      const size_t fd = i % bitmaps.length * Bitmaps::kWordBits + bit;
      if ((bitmaps.words[i] >> bit & 1) != 0) members.insert({i / bitmaps.length, static_cast<int>(fd)});
    }
  }
  return members;
}

// What select(2) answers: the ready ones, and whether it fails with EBADF.
struct Answer {
  Answer(const Members& members, int nfds) {
    for (const auto& [set, fd] : members) {
      if (fd >= nfds) continue;
      failed |= Descriptors::KindOf(fd) == Descriptors::Kind::kClosed;
      if (Descriptors::IsReady(fd, set)) ready.insert({set, fd});
    }
  }

  Members ready;
  bool failed = false;
};

void CheckKernel(const Bitmaps& asked, const Members& members, int nfds) {
  OwnBitmaps copy(asked);
  const Bitmaps answer = copy.Get();
  const long count = Select(nfds, answer, Timeout(0));
  const Answer expected(members, nfds);
  Check((count == ErrorNumber(EBADF)) == expected.failed, "select fails where it should not, or the reverse");
  if (count < 0) return;
  Check(static_cast<size_t>(count) == expected.ready.size(), "select finds another number of descriptors");
  // Beyond nfds the kernel may leave bits as they were.
  Members found = In(answer);
  for (auto it = found.begin(); it != found.end();) it = it->second < nfds ? std::next(it) : found.erase(it);
  Check(found == expected.ready, "select finds other descriptors");
}

// A wait says whether it has found anything, no matter whether it has been woken as well.
void CheckWait(const Bitmaps& asked, const Members& members, int nfds, int wake_fd, bool is_woken) {
  // JavaScript sets no bit from nfds on.
  for (const auto& member : members) {
    if (member.second >= nfds) return;
  }
  const Answer expected(members, nfds);
  const bool is_found = expected.failed || !expected.ready.empty();
  // Without either, it would wait for ever.
  Descriptors::OpenWake(wake_fd, is_woken || !is_found);
  Check(SelectWait(asked, nfds)(wake_fd) == is_found, "SelectWait says the reverse of the truth");
  close(wake_fd);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const Descriptors descriptors;
  FuzzedDataProvider data(bytes, size);
  const auto length = data.ConsumeIntegralInRange<size_t>(1, 40);
  const int limit = static_cast<int>(length * Bitmaps::kWordBits);
  const int nfds = data.ConsumeIntegralInRange(-1, limit + 99);
  const int wake_fd = data.ConsumeIntegralInRange(Descriptors::kEnd, Descriptors::kLimit - 2);
  const bool is_woken = data.ConsumeBool();
  std::vector<Bitmaps::Word> words(kSets * length);
  const Members members = Fill(data, words, length);
  const Bitmaps asked{words.data(), length};

  Check(asked.Fit(nfds) == (nfds >= 0 && nfds <= limit), "Fit is wrong");
  Check(In(asked) == members, "the words of JavaScript are not those of C");
  OwnBitmaps own(asked);
  own.AddRead(wake_fd);
  Check(own.HasRead(wake_fd), "AddRead added nothing");
  Check(In(asked) == members, "AddRead changed the memory of the caller");
  Members more = members;
  more.insert({0, wake_fd});
  Check(In(own.Get()) == more, "AddRead lost or added others");
  if (!asked.Fit(nfds)) return 0;
  CheckKernel(asked, members, nfds);
  CheckWait(asked, members, nfds, wake_fd, is_woken);
  return 0;
}
