// What the system we are built for offers. Every other file asks here instead of testing for a
// system by name; the two switches leave a back end out where it exists, so that the code of poorer
// systems can be tested on this one.
#pragma once

#if defined(__linux__) && !defined(IO_SELECTORS_NO_EPOLL)
#define IO_SELECTORS_HAS_EPOLL 1
#else
#define IO_SELECTORS_HAS_EPOLL 0
#endif

#if !defined(_WIN32) && !defined(IO_SELECTORS_NO_POLL)
#define IO_SELECTORS_HAS_POLL 1
#else
#define IO_SELECTORS_HAS_POLL 0
#endif

// ppoll, accept4, pipe2, dup3, eventfd, timerfd, pidfd and O_PATH came from Linux; where others have
// taken one over, the portable path serves them as well.
#if defined(__linux__)
#define IO_SELECTORS_LINUX 1
#else
#define IO_SELECTORS_LINUX 0
#endif
