// Results of system calls, in the convention of the kernel itself: a number, -errno if the call failed. See
// errno(3): https://man7.org/linux/man-pages/man3/errno.3.html
//
// JavaScript makes the error of it, and asks for the name of the call with failedCall().
#pragma once

#include <napi.h>

#include <cerrno>

// The system call that failed last on this thread.
inline thread_local const char* failed_call = "";

// The result of a call that went wrong, or that we refuse in the kernel's place.
inline long Failure(const char* call, int error) {
  failed_call = call;
  return -static_cast<long>(error);
}

// The result of a call that reports its error in errno, as libc's functions do. Nothing that may set errno
// may run in between.
inline long OrErrno(const char* call, long result) { return result < 0 ? Failure(call, errno) : result; }

// The result of a function that returns -errno itself, as libuv's do. call: the system call that it makes.
inline long OrError(const char* call, int result) { return result < 0 ? Failure(call, -result) : result; }

inline Napi::Value Result(Napi::Env env, long result) {
  return Napi::Number::New(env, static_cast<double>(result));
}
