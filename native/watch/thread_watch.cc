// A thread waits in select(2) or poll(2), and wakes the event loop when the call has found something:
// https://docs.libuv.org/en/v1.x/async.html
#include "watch/thread_watch.h"

#include <utility>

#include "core/modules.h"
#include "core/result.h"
#include "watch/watches.h"

ThreadWatch::ThreadWatch(Watches& owner, uint32_t id, napi_value found)
    : Watch(owner, id, found), thread_(std::make_unique<WaitThread>([this] { uv_async_send(&handle_); })) {}

long ThreadWatch::Open(uv_loop_t* loop, const RegisteredNumbers& registered) {
  long result = thread_->Start(registered);
  if (result < 0) return result;
  handle_.data = this;
  result = OrError("uv_async_init", uv_async_init(loop, &handle_, OnAsync));
  if (result == 0) SetRef(false);
  return result;
}

long ThreadWatch::BeginThread(bool ref, WaitThread::Wait&& wait) {
  SetRef(ref);
  waiting_ = true;
  thread_->Begin(std::move(wait));
  return 0;
}

void ThreadWatch::Cancel() {
  waiting_ = false;
  SetRef(false);
  thread_->Cancel();
}

void ThreadWatch::Close() {
  // libuv's handle must outlive the thread, which sends to it.
  thread_.reset();
  Watch::Close();
}

void ThreadWatch::OnAsync(uv_async_t* handle) {
  auto* self = static_cast<ThreadWatch*>(handle->data);
  // The wake-up may come from an earlier wait, while the thread is in the present one.
  self->thread_->Cancel();
  self->Found();
}

namespace {

// openThreadWatch(found, registered): the id, or -errno
Napi::Value OpenThreadWatch(const Napi::CallbackInfo& info) {
  napi_value found = FoundArgument(info, 0);
  return Result(info.Env(), Watches::Of(info).Open<ThreadWatch>(found, RegisteredNumbers(info, 1)));
}

}  // namespace

void InitThreadWatch(Napi::Object exports) { Export(exports, "openThreadWatch", OpenThreadWatch); }
