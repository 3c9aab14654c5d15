// Fuzzes the arithmetic of timeouts: never early, never negative, no overflow:
// https://man7.org/linux/man-pages/man3/timespec.3type.html
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "check.h"
#include "core/timeout.h"

namespace {

// The time that a timespec stands for, in milliseconds. A long double has 64 bits for it.
long double MillisecondsOf(const timespec& time) {
  return static_cast<long double>(time.tv_sec) * 1000 + static_cast<long double>(time.tv_nsec) / 1000000;
}

void CheckTimespec(const Timeout& timeout, double milliseconds) {
  const timespec time = timeout.Timespec();
  Check(time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < 1000000000, "no timespec");
  // A longer one is cut: the caller waits again for the rest.
  constexpr long double kLongest = 1e11L;
  const long double asked = std::min<long double>(milliseconds, kLongest);
  // The nearest double to 0.1 is not 0.1 either.
  const long double precision = asked * 0x1p-52L;
  Check(MillisecondsOf(time) >= asked - precision, "a timespec that is early");
  Check(MillisecondsOf(time) <= asked + precision + 1e-6L, "a timespec that is late");
}

void CheckTimeout(double milliseconds) {
  const Timeout timeout(milliseconds);
  const bool is_forever = std::isnan(milliseconds) || milliseconds < 0 || std::isinf(milliseconds);
  Check(timeout.Forever() == is_forever, "for ever, or not");
  const int whole = timeout.Milliseconds();
  if (is_forever) {
    Check(whole == -1 && timeout.WholeMilliseconds(), "for ever is -1");
    return;
  }
  Check(whole >= 0, "negative milliseconds");
  Check(whole == INT_MAX || whole >= milliseconds, "milliseconds that are early");
  Check(whole - 1 < milliseconds, "milliseconds that are late");
  if (timeout.WholeMilliseconds()) Check(whole == milliseconds, "rounded, although it need not be");
  CheckTimespec(timeout, milliseconds);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  FuzzedDataProvider data(bytes, size);
  const auto bits = data.ConsumeIntegral<uint64_t>();
  double any = 0;
  std::memcpy(&any, &bits, sizeof any);
  CheckTimeout(any);
  // Times that people use, to a fraction of a nanosecond.
  CheckTimeout(static_cast<double>(data.ConsumeIntegral<uint64_t>()) / 1e9);
  // Close to a whole second, from below.
  CheckTimeout(data.ConsumeIntegral<uint32_t>() * 1e3 - data.ConsumeFloatingPointInRange(0.0, 1e-6));
  // Close to where an int ends.
  CheckTimeout(INT_MAX + data.ConsumeFloatingPointInRange(-2.0, 2.0));
  return 0;
}
