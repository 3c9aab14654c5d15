// How many descriptors the process may have: getrlimit(2):
// https://man7.org/linux/man-pages/man2/getrlimit.2.html
#include <sys/resource.h>

#include <cerrno>
#include <cmath>

#include "core/arguments.h"
#include "core/modules.h"
#include "core/result.h"

namespace {

double ToDouble(rlim_t limit) { return limit == RLIM_INFINITY ? HUGE_VAL : static_cast<double>(limit); }

// getDescriptorLimit(limits): limits is a Float64Array of two, the soft limit and the hard one
Napi::Value GetDescriptorLimit(const Napi::CallbackInfo& info) {
  auto* limits = ArrayOf<double>(info, 0, 2);
  rlimit limit{};
  long result = OrErrno("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
  limits[0] = ToDouble(limit.rlim_cur);
  limits[1] = ToDouble(limit.rlim_max);
  return Result(info.Env(), result);
}

// setDescriptorLimit(soft)
Napi::Value SetDescriptorLimit(const Napi::CallbackInfo& info) {
  double soft = Double(info, 0);
  rlimit limit{};
  long result = OrErrno("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
  if (result < 0) return Result(info.Env(), result);
  // 2^64, past the range of rlim_t.
  constexpr double kEnd = 18446744073709551616.0;
  const bool in_range = soft >= 0 && (soft < kEnd || std::isinf(soft));
  if (!in_range) return Result(info.Env(), Failure("setrlimit", EINVAL));
  limit.rlim_cur = std::isinf(soft) ? RLIM_INFINITY : static_cast<rlim_t>(soft);
  return Result(info.Env(), OrErrno("setrlimit", setrlimit(RLIMIT_NOFILE, &limit)));
}

}  // namespace

void InitDescriptorLimit(Napi::Object exports) {
  Export(exports, "getDescriptorLimit", GetDescriptorLimit);
  Export(exports, "setDescriptorLimit", SetDescriptorLimit);
}
