// select(2): https://man7.org/linux/man-pages/man2/select.2.html
#include <sys/select.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "arguments.h"
#include "bitmaps.h"
#include "modules.h"
#include "result.h"
#include "timeout.h"

namespace {

constexpr int kWordBits = 32;

// Linux writes the time that was left into *time. libc's select is pselect in disguise on some systems;
// whoever traces the process is to see the call that was meant.
long PlainSelect(int nfds, fd_set* read, fd_set* write, fd_set* except, timeval* time) {
#ifdef SYS_select
  return OrErrno("select", syscall(SYS_select, nfds, read, write, except, time));
#else
  return OrErrno("select", select(nfds, read, write, except, time));
#endif
}

// pselect where nanoseconds matter, because select counts in microseconds.
long CallSelect(int nfds, fd_set* read, fd_set* write, fd_set* except, Timeout timeout) {
  if (timeout.Forever()) return PlainSelect(nfds, read, write, except, nullptr);
  timespec time = timeout.Timespec();
  if (!timeout.WholeMilliseconds()) {
    return OrErrno("pselect6", pselect(nfds, read, write, except, &time, nullptr));
  }
  timeval whole = {time.tv_sec, static_cast<suseconds_t>(time.tv_nsec / 1000)};
  return PlainSelect(nfds, read, write, except, &whole);
}

// select(bitmaps, nfds, timeoutMs): number of ready bits
Napi::Value Select(const Napi::CallbackInfo& info) {
  Bitmaps bitmaps(info, 0, 1);
  Timeout timeout(Double(info, 2));
  if (!bitmaps.Fit()) return Result(info.Env(), -EINVAL);
  const size_t size = Bitmaps::kSets * bitmaps.length;
  Bitmaps::Word* answer = bitmaps.words + size;
  std::copy_n(bitmaps.words, size, answer);
  auto set = [answer, &bitmaps](size_t index) {
    return reinterpret_cast<fd_set*>(answer + index * bitmaps.length);
  };
  return Result(info.Env(), CallSelect(bitmaps.nfds, set(0), set(1), set(2), timeout));
}

// The kernel's bitmaps are arrays of long. On a big-endian machine with 64-bit longs the 32-bit words
// that JavaScript reads are swapped in pairs: word i of the set is word i ^ wordFlip of the memory.
int WordFlip() {
  unsigned long one = 1;
  uint32_t first;
  std::memcpy(&first, &one, sizeof first);
  return first == 1 || sizeof one == sizeof first ? 0 : 1;
}

}  // namespace

void InitSelect(Napi::Env env, Napi::Object exports) {
  static_assert(sizeof(long) * 8 % kWordBits == 0, "a bitmap is read in 32-bit words");
  exports.Set("select", Napi::Function::New<Select>(env, "select"));
  exports.Set("wordFlip", WordFlip());
}
