// epoll(7): https://man7.org/linux/man-pages/man7/epoll.7.html
#include <sys/epoll.h>

#include <cerrno>
#include <cmath>
#include <cstring>

#include "core/arguments.h"
#include "core/modules.h"
#include "core/ownership.h"
#include "core/registered_numbers.h"
#include "core/result.h"
#include "core/timeout.h"
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

// The memory of epollCtl.
struct CtlArguments {
  int32_t epfd;
  int32_t op;
  int32_t fd;
  uint32_t events;
  // The halves of epoll_data.u64.
  uint32_t low;
  uint32_t high;
};

// epollCtl(memory)
napi_value EpollCtl(napi_env env, napi_callback_info info) {
  Memory memory = MemoryArgument(env, info);
  if (memory.length < sizeof(CtlArguments)) return ThrowTooSmall(env);
  auto* arguments = static_cast<CtlArguments*>(memory.data);
  epoll_event event{};
  event.events = arguments->events;
  event.data.u64 = static_cast<uint64_t>(arguments->high) << 32 | arguments->low;
  return Int32(env, OrErrno("epoll_ctl", epoll_ctl(arguments->epfd, arguments->op, arguments->fd, &event)));
}

// The memory of epollWait starts with this. The events follow.
struct WaitHeader {
  double timeout_ms;
  int32_t epfd;
  int32_t max_events;
  // Set to 1 here when the kernel turns out to lack epoll_pwait2.
  int32_t whole_milliseconds_only;
  // Aligns the events to 8 bytes.
  int32_t padding;
};

long Wait(WaitHeader* header, epoll_event* events, size_t capacity) {
  const bool too_many = header->max_events > 0 && static_cast<size_t>(header->max_events) > capacity;
  if (too_many || std::isnan(header->timeout_ms)) return Failure("epoll_wait", EINVAL);
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
  auto* events = reinterpret_cast<epoll_event*>(header + 1);
  return Int32(env, Wait(header, events, (memory.length - sizeof(WaitHeader)) / sizeof(epoll_event)));
}

// epollLayout: where the words of 32 bits are in the memory of epollWait. struct epoll_event is packed on
// x86-64 only, and the order of the halves depends on the machine, so the layout is read from an event.
Napi::Object Layout(Napi::Env env) {
  epoll_event event{};
  event.events = 1;
  event.data.u64 = uint64_t{3} << 32 | 2;
  constexpr size_t kWords = sizeof(epoll_event) / sizeof(uint32_t);
  uint32_t words[kWords];
  std::memcpy(words, &event, sizeof event);
  auto word = [&words](uint32_t value) {
    uint32_t index = 0;
    while (words[index] != value) ++index;
    return index;
  };
  auto layout = Napi::Object::New(env);
  layout.Set("header", static_cast<uint32_t>(sizeof(WaitHeader) / sizeof(uint32_t)));
  layout.Set("stride", static_cast<uint32_t>(kWords));
  layout.Set("events", word(1));
  layout.Set("low", word(2));
  layout.Set("high", word(3));
  return layout;
}

}  // namespace

void InitEpoll(Napi::Object exports) {
  Export(exports, "epollCreate", EpollCreate);
  Export(exports, "epollCtl", EpollCtl);
  Export(exports, "epollWait", CallEpollWait);
  exports.Set("epollLayout", Layout(exports.Env()));
}
