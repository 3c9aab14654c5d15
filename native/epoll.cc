// epoll(7): https://man7.org/linux/man-pages/man7/epoll.7.html
#include "platform.h"

#if IO_SELECTORS_HAS_EPOLL
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmath>
#include <cstring>

#include "arguments.h"
#include "modules.h"
#include "ownership.h"
#include "registrations.h"
#include "result.h"
#include "timeout.h"

namespace {

struct Memory {
  void* data;
  size_t length;
};

// The one argument of the functions whose own cost is felt, which are in Node-API's own terms therefore: an
// ArrayBuffer. Empty for anything else.
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

// epollCreate(flags, registered)
Napi::Value EpollCreate(const Napi::CallbackInfo& info) {
  Registrations registered(info, 1);
  long fd = registered.Avoid(OrErrno("epoll_create1", epoll_create1(Int(info, 0))));
  return Result(info.Env(), Made(info.Env(), fd));
}

// The arguments of epoll_ctl(2), in memory for the same reason as those of a wait below. low and high are the
// halves of the event's 64-bit data.
struct CtlArguments {
  int32_t epfd;
  int32_t op;
  int32_t fd;
  uint32_t events;
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

// A block of memory that JavaScript and the kernel share: the arguments of the next wait, then the events
// that it found. JavaScript writes the arguments there because reading them from the call would cost as
// much as the kernel's whole work on one event. It owns the block: an object of ours would be freed by a
// finalizer, for which a thread that blocks in its selector never has a turn.
struct Header {
  double timeout_ms;
  int32_t epfd;
  int32_t max_events;
  // Set by us once the kernel has shown that it has no epoll_pwait2.
  int32_t whole_milliseconds_only;
  int32_t unused;
};

// Linux 5.11 has it; libc's own symbol would tie the binary to glibc 2.35.
long CallPwait2(int epfd, epoll_event* events, int max_events, timespec time) {
#ifdef SYS_epoll_pwait2
  return OrErrno("epoll_pwait2", syscall(SYS_epoll_pwait2, epfd, events, max_events, &time, nullptr, 0));
#else
  return -ENOSYS;
#endif
}

// Not through libc where it can be helped: its wrapper is a cancellation point, which costs a process
// with threads, as Node is one, as much as our own part of the call.
long CallWait(int epfd, epoll_event* events, int max_events, int timeout_ms) {
#ifdef SYS_epoll_wait
  return OrErrno("epoll_wait", syscall(SYS_epoll_wait, epfd, events, max_events, timeout_ms));
#else
  return OrErrno("epoll_wait", epoll_wait(epfd, events, max_events, timeout_ms));
#endif
}

long Wait(Header* header, epoll_event* events, size_t capacity) {
  if (header->max_events > 0 && static_cast<size_t>(header->max_events) > capacity) return -EINVAL;
  if (std::isnan(header->timeout_ms)) return -EINVAL;
  Timeout timeout(header->timeout_ms);
  if (!timeout.WholeMilliseconds() && header->whole_milliseconds_only == 0) {
    long count = CallPwait2(header->epfd, events, header->max_events, timeout.Timespec());
    // A sandbox that does not know the call may answer EPERM instead of ENOSYS.
    if (count != -ENOSYS && count != -EPERM) return count;
    header->whole_milliseconds_only = 1;
  }
  return CallWait(header->epfd, events, header->max_events, timeout.Milliseconds());
}

// epollWait(memory): waits with the arguments that memory holds, and leaves the events there
napi_value EpollWait(napi_env env, napi_callback_info info) {
  Memory memory = MemoryArgument(env, info);
  if (memory.length < sizeof(Header)) return ThrowTooSmall(env);
  auto* header = static_cast<Header*>(memory.data);
  auto* events = reinterpret_cast<epoll_event*>(header + 1);
  return Int32(env, Wait(header, events, (memory.length - sizeof(Header)) / sizeof(epoll_event)));
}

Napi::Value MakeFunction(Napi::Env env, const char* name, napi_callback callback) {
  napi_value function = nullptr;
  NAPI_THROW_IF_FAILED(env, napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function),
                       Napi::Value());
  return {env, function};
}

// struct epoll_event is packed on x86-64 only. Where its 32-bit words lie is read off a real one.
Napi::Object EventLayout(Napi::Env env) {
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
  layout.Set("header", static_cast<uint32_t>(sizeof(Header) / sizeof(uint32_t)));
  layout.Set("stride", static_cast<uint32_t>(kWords));
  layout.Set("events", word(1));
  layout.Set("low", word(2));
  layout.Set("high", word(3));
  return layout;
}

}  // namespace

void InitEpoll(Napi::Env env, Napi::Object exports) {
  exports.Set("epollCreate", Napi::Function::New<EpollCreate>(env, "epoll_create1"));
  exports.Set("epollCtl", MakeFunction(env, "epoll_ctl", EpollCtl));
  exports.Set("epollWait", MakeFunction(env, "epoll_wait", EpollWait));
  exports.Set("epollLayout", EventLayout(env));
}

#else
#include "modules.h"

void InitEpoll(Napi::Env, Napi::Object) {}
#endif
