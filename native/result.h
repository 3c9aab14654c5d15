// How every function of the addon answers: as the kernel itself does, with a number, where a negative
// one is -errno. JavaScript makes the error, so errno must be read before anything else runs.
#pragma once

#include <napi.h>

#include <cerrno>

// The system call that the last failure of this thread came from.
inline thread_local const char* failed_call = "";

// Passes on an answer that is -errno already.
inline long FailedOf(const char* call, long result) {
  if (result < 0) failed_call = call;
  return result;
}

inline long OrErrno(const char* call, long result) {
  return result < 0 ? FailedOf(call, -static_cast<long>(errno)) : result;
}

// close(2) has freed the number even where a signal interrupted it: to close it again would hit whoever has
// it by now.
inline long CloseResult(int result) {
  long answer = OrErrno("close", result);
  return answer == -EINTR ? 0 : answer;
}

inline Napi::Value Result(Napi::Env env, long result) {
  return Napi::Number::New(env, static_cast<double>(result));
}
