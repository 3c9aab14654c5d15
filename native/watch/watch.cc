// What all watches have in common: uv_handle_t: https://docs.libuv.org/en/v1.x/handle.html
#include "watch/watch.h"

#include <cerrno>
#include <memory>

#include "core/result.h"
#include "watch/watches.h"

Watch::Watch(Watches& owner, uint32_t id, napi_value found) : owner_(owner), id_(id) {
  napi_create_reference(owner.env(), found, 1, &found_);
}

Watch::~Watch() { napi_delete_reference(owner_.env(), found_); }

long Watch::BeginEpoll(bool /*ref*/, int /*epfd*/) { return Failure("epoll_wait", EINVAL); }

long Watch::BeginThread(bool /*ref*/, WaitThread::Wait&& /*wait*/) { return Failure("poll", EINVAL); }

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
  // Unless the function has begun the watch again, the loop may end.
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
  napi_status status = napi_make_callback(env, nullptr, global, found, 1, &argument, nullptr);
  if (status != napi_pending_exception) return;
  napi_value error = nullptr;
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
}
