// std::thread and its relatives: https://en.cppreference.com/w/cpp/thread
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#ifndef _WIN32
#include <csignal>
#endif

// These functions have a second version since glibc 2.32 and 2.34 and since GCC 12, which would make the
// addon need those libraries.
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver pthread_create,pthread_create@GLIBC_2.2.5");
__asm__(".symver pthread_sigmask,pthread_sigmask@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver pthread_create,pthread_create@GLIBC_2.17");
__asm__(".symver pthread_sigmask,pthread_sigmask@GLIBC_2.17");
#endif
#if defined(__GLIBC__) && defined(__GLIBCXX__)
__asm__(
    ".symver _ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE,"
    "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE@GLIBCXX_3.4.11");
#endif

// Blocks all signals for the calling thread, and for threads that it starts meanwhile.
class SignalBlock {
 public:
  SignalBlock(const SignalBlock&) = delete;
  SignalBlock& operator=(const SignalBlock&) = delete;

#ifdef _WIN32
  // Nothing interrupts a thread there.
  SignalBlock() {}
#else
  SignalBlock() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalBlock() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
#endif
};
