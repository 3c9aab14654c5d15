// What tells a JavaScript thread, on its event loop, that a wait would find something now: libuv's watch on
// an epoll descriptor, or a thread that waits in select(2) or poll(2).
// https://docs.libuv.org/en/v1.x/poll.html No other file calls libuv's loop, and this one only from the first
// asynchronous wait on.
#include "watch.h"

#include <sys/select.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "arguments.h"
#include "modules.h"
#include "platform.h"
#include "result.h"

#if IO_SELECTORS_HAS_POLL
#include <poll.h>
#endif

namespace {

// libuv's watch on an epoll descriptor, which is readable while one of its own is ready.
class EpollWatch : public Watch {
 public:
  using Watch::Watch;

  long Open(uv_loop_t* loop, int epfd) {
    handle_.data = this;
    // An error of libuv's is -errno already. One here leaves no handle that had to be closed.
    return uv_poll_init(loop, &handle_, epfd);
  }

  long Begin(bool ref, WaitThread::Wait /*wait*/) override {
    SetRef(ref);
    waiting_ = true;
    return uv_is_active(handle()) ? 0 : uv_poll_start(&handle_, UV_READABLE, OnReadable);
  }

  void Cancel() override {
    waiting_ = false;
    uv_poll_stop(&handle_);
  }

 protected:
  uv_handle_t* handle() override { return reinterpret_cast<uv_handle_t*>(&handle_); }

 private:
  static void OnReadable(uv_poll_t* handle, int /*status*/, int /*events*/) {
    auto* self = static_cast<EpollWatch*>(handle->data);
    // Stopped only now, and not after each wait, as most programs wait again at once and libuv would tell
    // the kernel twice for nothing.
    if (!self->waiting_) uv_poll_stop(handle);
    self->Found();
  }

  uv_poll_t handle_{};
};

class ThreadWatch : public Watch {
 public:
  ThreadWatch(Watches& owner, uint32_t id)
      : Watch(owner, id), thread_(std::make_unique<WaitThread>([this] { uv_async_send(&handle_); })) {}

  long Open(uv_loop_t* loop, const Registrations& registered) {
    long result = thread_->Start(registered);
    if (result < 0) return result;
    handle_.data = this;
    result = uv_async_init(loop, &handle_, OnAsync);
    if (result == 0) SetRef(false);
    return result;
  }

  long Begin(bool ref, WaitThread::Wait wait) override {
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

void Watch::Close() {
  waiting_ = false;
  uv_close(handle(), [](uv_handle_t* handle) {
    std::unique_ptr<Watch> self(static_cast<Watch*>(handle->data));
    self->owner_.Closed();
  });
}

void Watch::SetRef(bool ref) { ref ? uv_ref(handle()) : uv_unref(handle()); }

void Watch::Found() {
  if (!waiting_) return;
  waiting_ = false;
  owner_.Call(id_);
  // Unless it waits again, it must not keep the loop alive.
  if (!waiting_ && !uv_is_closing(handle())) SetRef(false);
}

Watches::~Watches() {
  if (found_ != nullptr) napi_delete_reference(env_, found_);
}

void Watches::SetFound(napi_value found) { napi_create_reference(env_, found, 1, &found_); }

template <class T, class... Arguments>
long Watches::Open(Arguments... arguments) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env_, &loop) != napi_ok) return -ENOSYS;
  uint32_t id = ++last_id_;
  auto watch = std::make_unique<T>(*this, id);
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

void Watches::CloseWithEnvironment() { napi_add_async_cleanup_hook(env_, OnCleanup, this, nullptr); }

void Watches::OnCleanup(napi_async_cleanup_hook_handle handle, void* data) {
  auto* self = static_cast<Watches*>(data);
  self->ended_ = handle;
  for (const auto& [id, watch] : std::exchange(self->watches_, {})) watch->Close();
  self->EndIfAllClosed();
}

void Watches::EndIfAllClosed() {
  if (ended_ == nullptr || open_ > 0) return;
  std::unique_ptr<Watches> self(this);
  napi_remove_async_cleanup_hook(ended_);
}

void Watches::Call(uint32_t id) {
  Napi::HandleScope scope(env_);
  napi_value found = nullptr;
  napi_value global = nullptr;
  napi_value argument = nullptr;
  if (napi_get_reference_value(env_, found_, &found) != napi_ok || found == nullptr) return;
  napi_get_global(env_, &global);
  napi_create_uint32(env_, id, &argument);
  if (napi_make_callback(env_, nullptr, global, found, 1, &argument, nullptr) != napi_pending_exception)
    return;
  napi_value error = nullptr;
  if (napi_get_and_clear_last_exception(env_, &error) == napi_ok) napi_fatal_exception(env_, error);
}

namespace {

// select(2) on copies of three bitmaps in one block, and wake_fd.
class SelectWait {
 public:
  SelectWait(const uint8_t* bitmaps, size_t size, int nfds) : nfds_(nfds) {
    for (auto& set : asked_) {
      set.resize(size / sizeof(Word));
      std::memcpy(set.data(), bitmaps, size);
      bitmaps += size;
    }
  }

  bool operator()(int wake_fd) {
    size_t word = static_cast<size_t>(wake_fd) / kWordBits;
    for (auto& set : asked_) set.resize(std::max(set.size(), word + 1));
    asked_[0][word] |= Word{1} << (static_cast<size_t>(wake_fd) % kWordBits);
    for (;;) {
      Sets answer = asked_;
      auto set = [&answer](size_t index) { return reinterpret_cast<fd_set*>(answer[index].data()); };
      int count = select(std::max(nfds_, wake_fd + 1), set(0), set(1), set(2), nullptr);
      if (count < 0 && errno == EINTR) continue;
      // An error is something to be found, too: the wait that follows will meet it.
      return count != 1 || (answer[0][word] >> (static_cast<size_t>(wake_fd) % kWordBits) & 1) == 0;
    }
  }

 private:
  using Word = unsigned long;
  static constexpr size_t kWordBits = sizeof(Word) * CHAR_BIT;

  using Sets = std::array<std::vector<Word>, 3>;

  Sets asked_;
  int nfds_;
};

#if IO_SELECTORS_HAS_POLL
// poll(2) on a copy of the entries, and wake_fd.
class PollWait {
 public:
  PollWait(const pollfd* entries, size_t count) : entries_(entries, entries + count) {}

  bool operator()(int wake_fd) {
    entries_.push_back({wake_fd, POLLIN, 0});
    for (;;) {
      int count = poll(entries_.data(), entries_.size(), -1);
      if (count < 0 && errno == EINTR) continue;
      return count != 1 || entries_.back().revents == 0;
    }
  }

 private:
  std::vector<pollfd> entries_;
};
#endif

Watches& Of(const Napi::CallbackInfo& info) { return *static_cast<Watches*>(info.Data()); }

// onFound(callback): called with the id of a watch that has found something, once for each time it was begun
void OnFound(const Napi::CallbackInfo& info) { Of(info).SetFound(info[0]); }

// openThreadWatch(registered): an id, or -errno
Napi::Value OpenThreadWatch(const Napi::CallbackInfo& info) {
  return Result(info.Env(), Of(info).Open<ThreadWatch>(Registrations(info, 0)));
}

long Begin(const Napi::CallbackInfo& info, WaitThread::Wait wait) {
  Watch* watch = Of(info).Find(Uint(info, 0));
  return watch == nullptr ? -EBADF : watch->Begin(info[1].As<Napi::Boolean>().Value(), std::move(wait));
}

// beginSelect(id, ref, bitmaps, nfds): bitmaps as select takes them
Napi::Value BeginSelect(const Napi::CallbackInfo& info) {
  constexpr size_t kSets = 3;
  Bytes bitmaps = View(info, 2);
  int nfds = Int(info, 3);
  size_t size = bitmaps.length / (2 * kSets);
  if (nfds > 0 && static_cast<size_t>(nfds) > size * CHAR_BIT) return Result(info.Env(), -EINVAL);
  return Result(info.Env(), Begin(info, SelectWait(bitmaps.data, size, nfds)));
}

#if IO_SELECTORS_HAS_POLL
// beginPoll(id, ref, entries, count): entries and count as poll takes them
Napi::Value BeginPoll(const Napi::CallbackInfo& info) {
  Bytes entries = View(info, 2);
  uint32_t count = Uint(info, 3);
  if (count > entries.length / sizeof(pollfd)) return Result(info.Env(), -EINVAL);
  return Result(info.Env(), Begin(info, PollWait(reinterpret_cast<const pollfd*>(entries.data), count)));
}
#endif

#if IO_SELECTORS_HAS_EPOLL
// openEpollWatch(epfd): an id, or -errno
Napi::Value OpenEpollWatch(const Napi::CallbackInfo& info) {
  return Result(info.Env(), Of(info).Open<EpollWatch>(Int(info, 0)));
}

// beginEpoll(id, ref)
Napi::Value BeginEpoll(const Napi::CallbackInfo& info) { return Result(info.Env(), Begin(info, nullptr)); }
#endif

// cancelWatch(id)
void CancelWatch(const Napi::CallbackInfo& info) {
  if (Watch* watch = Of(info).Find(Uint(info, 0)); watch != nullptr) watch->Cancel();
}

// closeWatch(id): closing it twice is harmless
void CloseWatch(const Napi::CallbackInfo& info) { Of(info).Close(Uint(info, 0)); }

}  // namespace

void InitWatch(Napi::Env env, Napi::Object exports) {
  auto* watches = std::make_unique<Watches>(env).release();
  watches->CloseWithEnvironment();
  exports.Set("onFound", Napi::Function::New<OnFound>(env, "onFound", watches));
  exports.Set("openThreadWatch", Napi::Function::New<OpenThreadWatch>(env, "openThreadWatch", watches));
  exports.Set("beginSelect", Napi::Function::New<BeginSelect>(env, "beginSelect", watches));
#if IO_SELECTORS_HAS_POLL
  exports.Set("beginPoll", Napi::Function::New<BeginPoll>(env, "beginPoll", watches));
#endif
#if IO_SELECTORS_HAS_EPOLL
  exports.Set("openEpollWatch", Napi::Function::New<OpenEpollWatch>(env, "openEpollWatch", watches));
  exports.Set("beginEpoll", Napi::Function::New<BeginEpoll>(env, "beginEpoll", watches));
#endif
  exports.Set("cancelWatch", Napi::Function::New<CancelWatch>(env, "cancelWatch", watches));
  exports.Set("closeWatch", Napi::Function::New<CloseWatch>(env, "closeWatch", watches));
}
