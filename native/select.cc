// select(2): https://man7.org/linux/man-pages/man2/select.2.html
#include "os/select.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "core/arguments.h"
#include "core/modules.h"
#include "core/result.h"
#include "core/timeout.h"
#include "select_sets.h"

namespace {

// select(sets, nfds, timeoutMs): the number of bits set in the answer
Napi::Value CallSelect(const Napi::CallbackInfo& info) {
  SelectSets sets(info, 0, 1);
  Timeout timeout(Double(info, 2));
  if (!sets.Fit()) return Result(info.Env(), Failure("select", EINVAL));
  std::copy_n(sets.asked.words, sets.asked.Size(), sets.answer.words);
  return Result(info.Env(), Select(sets.nfds, sets.answer, timeout));
}

// selectLayout: JavaScript reads a bitmap in words of 32 bits, the kernel in longs. unit: how many words
// there are in a long. flip: on a big-endian machine with longs of 64 bits the words of each long are
// swapped, so that word i of the set is at i ^ 1; elsewhere 0.
Napi::Object Layout(Napi::Env env) {
  Bitmaps::Word one = 1;
  uint32_t first;
  std::memcpy(&first, &one, sizeof first);
  auto layout = Napi::Object::New(env);
  layout.Set("unit", static_cast<uint32_t>(sizeof one / sizeof first));
  layout.Set("flip", first == 1 ? 0 : static_cast<uint32_t>(sizeof one / sizeof first) - 1);
  return layout;
}

}  // namespace

void InitSelect(Napi::Object exports) {
  Export(exports, "select", CallSelect);
  exports.Set("selectLayout", Layout(exports.Env()));
}
