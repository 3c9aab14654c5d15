// A thread waits in select(2) or poll(2), and notifies the environment when the call has found something:
// https://nodejs.org/api/n-api.html#asynchronous-thread-safe-function-calls
#include "watch/thread_watch.h"

#include <utility>

#include "core/modules.h"
#include "core/result.h"
#include "watch/watches.h"

ThreadWatch::ThreadWatch(Watches& owner, uint32_t id)
    : owner_(owner), thread_([&owner, id] { owner.notifier().Notify(id); }) {}

ThreadWatch::~ThreadWatch() { SetRef(false); }

long ThreadWatch::BeginThread(bool ref, WaitThread::Wait&& wait) {
  SetRef(ref);
  thread_.Begin(std::move(wait));
  return 0;
}

void ThreadWatch::Cancel() {
  SetRef(false);
  thread_.Cancel();
}

bool ThreadWatch::TakeFound() {
  const bool found = thread_.TakeFound();
  if (found) SetRef(false);
  return found;
}

void ThreadWatch::SetRef(bool ref) {
  if (ref == ref_) return;
  ref_ = ref;
  if (ref) {
    owner_.notifier().Ref();
  } else {
    owner_.notifier().Unref();
  }
}

namespace {

// openThreadWatch(found, registered): the id, or -errno
Napi::Value OpenThreadWatch(const Napi::CallbackInfo& info) {
  napi_value found = FoundArgument(info, 0);
  return Result(info.Env(), Watches::Of(info).Open<ThreadWatch>(found, RegisteredNumbers(info, 1)));
}

}  // namespace

void InitThreadWatch(Napi::Object exports) { Export(exports, "openThreadWatch", OpenThreadWatch); }
