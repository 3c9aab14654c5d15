// What tells a JavaScript thread, on its event loop, that a wait would find something now: libuv's watch on
// an epoll descriptor, or a thread that waits in select(2) or poll(2), and tells the loop:
// https://docs.libuv.org/en/v1.x/async.html The loop is not touched before the first asynchronous wait.
#include "watch.h"

#include <memory>
#include <utility>

#include "arguments.h"
#include "bitmaps.h"
#include "environment.h"
#include "epoll_watch.h"
#include "modules.h"
#include "platform.h"
#include "result.h"
#include "waits.h"

namespace {

class ThreadWatch : public Watch {
 public:
  ThreadWatch(Watches& owner, uint32_t id, napi_value found)
      : Watch(owner, id, found), thread_(std::make_unique<WaitThread>([this] { uv_async_send(&handle_); })) {}

  long Open(uv_loop_t* loop, const Registrations& registered) {
    long result = thread_->Start(registered);
    if (result < 0) return result;
    handle_.data = this;
    result = FailedOf("eventfd", uv_async_init(loop, &handle_, OnAsync));
    if (result == 0) SetRef(false);
    return result;
  }

  long BeginThread(bool ref, WaitThread::Wait&& wait) override {
    SetRef(ref);
    waiting_ = true;
    thread_->Begin(std::move(wait));
    return 0;
  }

  void Cancel() override {
    waiting_ = false;
    SetRef(false);
    thread_->Cancel();
  }

  // libuv's handle must outlast the thread that sends to it.
  void Close() override {
    thread_.reset();
    Watch::Close();
  }

 protected:
  uv_handle_t* handle() override { return reinterpret_cast<uv_handle_t*>(&handle_); }

 private:
  static void OnAsync(uv_async_t* handle) {
    auto* self = static_cast<ThreadWatch*>(handle->data);
    // It may be an earlier wait that has found something, while the thread is in this one.
    self->thread_->Cancel();
    self->Found();
  }

  uv_async_t handle_{};
  std::unique_ptr<WaitThread> thread_;
};

}  // namespace

Watch::Watch(Watches& owner, uint32_t id, napi_value found) : owner_(owner), id_(id) {
  napi_create_reference(owner.env(), found, 1, &found_);
}

Watch::~Watch() { napi_delete_reference(owner_.env(), found_); }

long Watch::BeginEpoll(bool /*ref*/, int /*epfd*/) { return -EINVAL; }

long Watch::BeginThread(bool /*ref*/, WaitThread::Wait&& /*wait*/) { return -EINVAL; }

void Watch::Close() {
  waiting_ = false;
  uv_close(handle(), [](uv_handle_t* handle) {
    auto* self = static_cast<Watch*>(handle->data);
    Watches& owner = self->owner_;
    std::unique_ptr<Watch>(self).reset();
    owner.Closed();
  });
}

void Watch::SetRef(bool ref) { ref ? uv_ref(handle()) : uv_unref(handle()); }

void Watch::Found() {
  if (!waiting_) return;
  waiting_ = false;
  Call();
  // Unless it waits again, it must not keep the loop alive.
  if (!waiting_ && !uv_is_closing(handle())) SetRef(false);
}

void Watch::Call() {
  napi_env env = owner_.env();
  Napi::HandleScope scope(env);
  napi_value found = nullptr;
  napi_value global = nullptr;
  napi_value argument = nullptr;
  if (napi_get_reference_value(env, found_, &found) != napi_ok || found == nullptr) return;
  napi_get_global(env, &global);
  napi_create_uint32(env, id_, &argument);
  if (napi_make_callback(env, nullptr, global, found, 1, &argument, nullptr) != napi_pending_exception)
    return;
  napi_value error = nullptr;
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
}

template <class T, class... Arguments>
long Watches::Open(napi_value found, Arguments... arguments) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env_, &loop) != napi_ok) return -ENOSYS;
  // Not when the addon is loaded: a runtime that lacks this loads it all the same.
  if (!hooked_) hooked_ = napi_add_async_cleanup_hook(env_, OnCleanup, this, nullptr) == napi_ok;
  uint32_t id = ++last_id_;
  auto watch = std::make_unique<T>(*this, id, found);
  long result = watch->Open(loop, arguments...);
  if (result < 0) return result;
  ++open_;
  watches_[id] = watch.release();
  return id;
}

Watch* Watches::Find(uint32_t id) const {
  auto found = watches_.find(id);
  return found == watches_.end() ? nullptr : found->second;
}

void Watches::Close(uint32_t id) {
  Watch* watch = Find(id);
  if (watch == nullptr) return;
  watches_.erase(id);
  watch->Close();
}

void Watches::Closed() {
  --open_;
  EndIfAllClosed();
}

void Watches::OnCleanup(napi_async_cleanup_hook_handle handle, void* data) {
  auto* self = static_cast<Watches*>(data);
  self->ended_ = handle;
  for (const auto& [id, watch] : std::exchange(self->watches_, {})) watch->Close();
  self->EndIfAllClosed();
}

void Watches::EndIfAllClosed() {
  if (ended_ != nullptr && open_ == 0) napi_remove_async_cleanup_hook(ended_);
}

namespace {

Watches& Of(const Napi::CallbackInfo& info) { return Environment::Of(info.Env()).watches; }

// A function that is called with the id of the watch, once for each time that this was begun.
napi_value FoundAt(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsFunction()) throw Napi::TypeError::New(info.Env(), "function expected");
  return info[index];
}

// openThreadWatch(found, registered): an id, or -errno
Napi::Value OpenThreadWatch(const Napi::CallbackInfo& info) {
  return Result(info.Env(), Of(info).Open<ThreadWatch>(FoundAt(info, 0), Registrations(info, 1)));
}

// beginSelect(id, ref, bitmaps, nfds): bitmaps as select takes them
Napi::Value BeginSelect(const Napi::CallbackInfo& info) {
  Watch* watch = Of(info).Find(Uint(info, 0));
  Bitmaps bitmaps(info, 2, 3);
  if (watch == nullptr) return Result(info.Env(), -EBADF);
  if (!bitmaps.Fit()) return Result(info.Env(), -EINVAL);
  return Result(info.Env(), watch->BeginThread(Bool(info, 1), SelectWait(bitmaps)));
}

#if IO_SELECTORS_HAS_POLL
// beginPoll(id, ref, entries, count): entries and count as poll takes them
Napi::Value BeginPoll(const Napi::CallbackInfo& info) {
  Watch* watch = Of(info).Find(Uint(info, 0));
  auto entries = Array<pollfd>(info, 2);
  uint32_t count = Uint(info, 3);
  if (watch == nullptr) return Result(info.Env(), -EBADF);
  if (count > entries.length) return Result(info.Env(), -EINVAL);
  return Result(info.Env(), watch->BeginThread(Bool(info, 1), PollWait(entries.data, count)));
}
#endif

#if IO_SELECTORS_HAS_EPOLL
// openEpollWatch(found, registered, epfd): an id, or -errno
Napi::Value OpenEpollWatch(const Napi::CallbackInfo& info) {
  return Result(info.Env(),
                Of(info).Open<EpollWatch>(FoundAt(info, 0), Int(info, 2), Registrations(info, 1)));
}

// beginEpoll(id, ref, epfd): epfd as the watch was opened for
Napi::Value BeginEpoll(const Napi::CallbackInfo& info) {
  Watch* watch = Of(info).Find(Uint(info, 0));
  return Result(info.Env(), watch == nullptr ? -EBADF : watch->BeginEpoll(Bool(info, 1), Int(info, 2)));
}
#endif

// cancelWatch(id)
void CancelWatch(const Napi::CallbackInfo& info) {
  if (Watch* watch = Of(info).Find(Uint(info, 0)); watch != nullptr) watch->Cancel();
}

// closeWatch(id): closing it twice is harmless
void CloseWatch(const Napi::CallbackInfo& info) { Of(info).Close(Uint(info, 0)); }

}  // namespace

void InitWatch(Napi::Env env, Napi::Object exports) {
  exports.Set("openThreadWatch", Napi::Function::New<OpenThreadWatch>(env, "openThreadWatch"));
  exports.Set("beginSelect", Napi::Function::New<BeginSelect>(env, "beginSelect"));
#if IO_SELECTORS_HAS_POLL
  exports.Set("beginPoll", Napi::Function::New<BeginPoll>(env, "beginPoll"));
#endif
#if IO_SELECTORS_HAS_EPOLL
  exports.Set("openEpollWatch", Napi::Function::New<OpenEpollWatch>(env, "openEpollWatch"));
  exports.Set("beginEpoll", Napi::Function::New<BeginEpoll>(env, "beginEpoll"));
#endif
  exports.Set("cancelWatch", Napi::Function::New<CancelWatch>(env, "cancelWatch"));
  exports.Set("closeWatch", Napi::Function::New<CloseWatch>(env, "closeWatch"));
}
