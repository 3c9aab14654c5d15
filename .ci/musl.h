// Makes the headers of a GCC for glibc fit for musl.
#pragma once

#define __GLIBC_PREREQ(major, minor) 0
#define __locale_t locale_t
// In old glibc only, a program may be without the functions of threads.
#define GTHREAD_USE_WEAK 0

#include <bits/c++config.h>

#undef _GLIBCXX_USE_PTHREAD_COND_CLOCKWAIT
#undef _GLIBCXX_USE_PTHREAD_MUTEX_CLOCKLOCK
#undef _GLIBCXX_USE_PTHREAD_RWLOCK_CLOCKLOCK
