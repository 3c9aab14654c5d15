// epoll(7): https://man7.org/linux/man-pages/man7/epoll.7.html
#include <sys/epoll.h>

#include <cerrno>

#include "core/arguments.h"
#include "core/modules.h"
#include "core/ownership.h"
#include "core/registered_numbers.h"
#include "core/result.h"
#include "core/timeout.h"
#include "epoll_memory.h"
#include "os/linux_calls.h"

namespace {

// epollCreate(flags, registered)
Napi::Value EpollCreate(const Napi::CallbackInfo& info) {
  RegisteredNumbers registered(info, 1);
  long fd = registered.Avoid(OrErrno("epoll_create1", epoll_create1(Int(info, 0))));
  return Result(info.Env(), OwnNew(info.Env(), fd));
}

// epoll_ctl and epoll_wait are the hot path. To read one argument of a call takes about as long as the kernel
// needs for an event, so both take a single ArrayBuffer into which JavaScript has written the arguments, and
// they call Node-API directly. The memory belongs to JavaScript: memory of ours would be freed by a
// finalizer, and those do not run in a thread that always blocks in its selector.
struct Memory {
  void* data;
  // In bytes.
  size_t length;
};

// The only argument of the call. Empty if it is no ArrayBuffer.
Memory MemoryArgument(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument = nullptr;
  Memory memory{};
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  if (napi_get_arraybuffer_info(env, argument, &memory.data, &memory.length) != napi_ok) return {};
  return memory;
}

napi_value ThrowTooSmall(napi_env env) {
  napi_throw_type_error(env, nullptr, "ArrayBuffer with room for the arguments expected");
  return nullptr;
}

napi_value Int32(napi_env env, long value) {
  napi_value result = nullptr;
  napi_create_int32(env, static_cast<int32_t>(value), &result);
  return result;
}

// epollCtl(memory)
napi_value EpollCtl(napi_env env, napi_callback_info info) {
  Memory memory = MemoryArgument(env, info);
  if (memory.length < sizeof(CtlArguments)) return ThrowTooSmall(env);
  const auto* arguments = static_cast<CtlArguments*>(memory.data);
  epoll_event event = arguments->Event();
  return Int32(env, OrErrno("epoll_ctl", epoll_ctl(arguments->epfd, arguments->op, arguments->fd, &event)));
}

long Wait(WaitHeader* header, size_t memory_size) {
  if (!header->Fits(memory_size)) return Failure("epoll_wait", EINVAL);
  epoll_event* events = header->Events();
  Timeout timeout(header->timeout_ms);
  if (!timeout.WholeMilliseconds() && header->whole_milliseconds_only == 0) {
    long count = EpollPwait2(header->epfd, events, header->max_events, timeout.Timespec());
    // A sandbox that does not know the call may answer EPERM instead of ENOSYS.
    if (count != -ENOSYS && count != -EPERM) return count;
    header->whole_milliseconds_only = 1;
  }
  return EpollWait(header->epfd, events, header->max_events, timeout.Milliseconds());
}

// epollWait(memory): the number of events, which are in memory then
napi_value CallEpollWait(napi_env env, napi_callback_info info) {
  Memory memory = MemoryArgument(env, info);
  if (memory.length < sizeof(WaitHeader)) return ThrowTooSmall(env);
  auto* header = static_cast<WaitHeader*>(memory.data);
  return Int32(env, Wait(header, memory.length));
}

// epollLayout: where the words of 32 bits are in the memory of epollWait
Napi::Object Layout(Napi::Env env) {
  const EventLayout event;
  auto layout = Napi::Object::New(env);
  layout.Set("header", static_cast<uint32_t>(sizeof(WaitHeader) / sizeof(uint32_t)));
  layout.Set("stride", static_cast<uint32_t>(EventLayout::kStride));
  layout.Set("events", event.Events());
  layout.Set("low", event.Low());
  layout.Set("high", event.High());
  return layout;
}

}  // namespace

void InitEpoll(Napi::Object exports) {
  Export(exports, "epollCreate", EpollCreate);
  Export(exports, "epollCtl", EpollCtl);
  Export(exports, "epollWait", CallEpollWait);
  exports.Set("epollLayout", Layout(exports.Env()));
}
