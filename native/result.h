// How every function of the addon answers: as the kernel itself does, with a number, where a negative
// one is -errno. JavaScript makes the error, so errno must be read before anything else runs.
#pragma once

#include <napi.h>

#include <cerrno>

inline long OrErrno(long result) { return result < 0 ? -static_cast<long>(errno) : result; }

inline Napi::Value Result(Napi::Env env, long result) {
  return Napi::Number::New(env, static_cast<double>(result));
}
