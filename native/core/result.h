// Results of system calls in the kernel's own convention, a number or -errno: errno(3):
// https://man7.org/linux/man-pages/man3/errno.3.html
//
// JavaScript makes the error, and gets the name of the call from failedCall().
#pragma once

#include <napi.h>

#include <cerrno>

#include "os/error_number.h"

// The system call that failed last on this thread.
inline thread_local const char* failed_call = "";

// The result of a call that failed, or that the addon refuses in place of the kernel. error: of <cerrno>.
inline long Failure(const char* call, int error) {
  failed_call = call;
  return ErrorNumber(error);
}

// The result of a function that sets errno, as libc's do. Nothing else may run in between.
inline long OrErrno(const char* call, long result) { return result < 0 ? Failure(call, errno) : result; }

// The result of a function that returns -errno itself, as libuv's do. call: the system call that it makes.
inline long OrError(const char* call, int result) { return result < 0 ? Failure(call, -result) : result; }

inline Napi::Value Result(Napi::Env env, long result) {
  return Napi::Number::New(env, static_cast<double>(result));
}
