// How every function of the addon answers: as the kernel itself does, with a number, where a negative
// one is -errno. JavaScript makes the error, so errno must be read before anything else runs.
#pragma once

#include <napi.h>

#include <cerrno>

inline long OrErrno(long result) { return result < 0 ? -static_cast<long>(errno) : result; }

// close(2) has freed the number even where a signal interrupted it: to close it again would hit whoever has
// it by now.
inline long CloseResult(int result) {
  long answer = OrErrno(result);
  return answer == -EINTR ? 0 : answer;
}

inline Napi::Value Result(Napi::Env env, long result) {
  return Napi::Number::New(env, static_cast<double>(result));
}
