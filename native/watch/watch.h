// Tells JavaScript on its event loop that a wait would find something:
// https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick
#pragma once

#include <cstdint>

#include "watch/wait_thread.h"

// Calls a JavaScript function once for each time it is begun, and the function can begin it again.
class Watch {
 public:
  Watch() = default;
  virtual ~Watch() = default;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Both return 0 or -errno. A watch implements one of them, and the other returns -EINVAL. ref: whether the
  // watch keeps the event loop alive while it waits.
  // exclusive: so that exclusive registrations take effect.
  virtual long BeginEpoll(bool ref, int epfd, bool exclusive);
  // wait: run by the thread.
  virtual long BeginThread(bool ref, WaitThread::Wait&& wait);
  // When it returns, the watch uses none of the descriptors.
  virtual void Cancel() = 0;

  // Called on the event loop after the watch has used the notifier. Whether the function is to be called.
  virtual bool TakeFound();

  // Gives back an event that an exclusive wait has taken: its events, and the halves of its data. Whether
  // there was one.
  virtual bool TakeEvent(uint32_t words[3]);
};
