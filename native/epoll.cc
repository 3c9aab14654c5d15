// epoll(7): https://man7.org/linux/man-pages/man7/epoll.7.html
#include "platform.h"

#if IO_SELECTORS_HAS_EPOLL
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "arguments.h"
#include "modules.h"
#include "result.h"
#include "timeout.h"

namespace {

Napi::Value EpollCreate(const Napi::CallbackInfo& info) {
  return Result(info.Env(), OrErrno(epoll_create1(Int(info, 0))));
}

// epollCtl(epfd, op, fd, events, low, high): low and high are the halves of the event's 64-bit data.
Napi::Value EpollCtl(const Napi::CallbackInfo& info) {
  epoll_event event{};
  event.events = Uint(info, 3);
  event.data.u64 = static_cast<uint64_t>(Uint(info, 5)) << 32 | Uint(info, 4);
  return Result(info.Env(), OrErrno(epoll_ctl(Int(info, 0), Int(info, 1), Int(info, 2), &event)));
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
  return OrErrno(syscall(SYS_epoll_pwait2, epfd, events, max_events, &time, nullptr, 0));
#else
  return -ENOSYS;
#endif
}

// Not through libc where it can be helped: its wrapper is a cancellation point, which costs a process
// with threads, as Node is one, as much as our own part of the call.
long CallWait(int epfd, epoll_event* events, int max_events, int timeout_ms) {
#ifdef SYS_epoll_wait
  return OrErrno(syscall(SYS_epoll_wait, epfd, events, max_events, timeout_ms));
#else
  return OrErrno(epoll_wait(epfd, events, max_events, timeout_ms));
#endif
}

long Wait(Header* header, epoll_event* events, size_t capacity) {
  if (header->max_events > static_cast<int>(capacity)) return -EINVAL;
  Timeout timeout(header->timeout_ms);
  if (!timeout.WholeMilliseconds() && header->whole_milliseconds_only == 0) {
    long count = CallPwait2(header->epfd, events, header->max_events, timeout.Timespec());
    // A sandbox that does not know the call may answer EPERM instead of ENOSYS.
    if (count != -ENOSYS && count != -EPERM) return count;
    header->whole_milliseconds_only = 1;
  }
  return CallWait(header->epfd, events, header->max_events, timeout.Milliseconds());
}

// epollWait(memory): waits with the arguments that memory holds, and leaves the events there. In
// Node-API's own terms, as this is the one function whose own cost is felt.
napi_value EpollWait(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value memory = nullptr;
  void* data = nullptr;
  size_t length = 0;
  napi_get_cb_info(env, info, &count, &memory, nullptr, nullptr);
  if (napi_get_arraybuffer_info(env, memory, &data, &length) != napi_ok || length < sizeof(Header)) {
    napi_throw_type_error(env, nullptr, "ArrayBuffer with room for the header expected");
    return nullptr;
  }
  auto* header = static_cast<Header*>(data);
  auto* events = reinterpret_cast<epoll_event*>(header + 1);
  long found = Wait(header, events, (length - sizeof(Header)) / sizeof(epoll_event));
  napi_value result = nullptr;
  napi_create_int32(env, static_cast<int32_t>(found), &result);
  return result;
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
  exports.Set("epollCtl", Napi::Function::New<EpollCtl>(env, "epoll_ctl"));
  napi_value wait = nullptr;
  NAPI_THROW_IF_FAILED_VOID(
      env, napi_create_function(env, "epoll_wait", NAPI_AUTO_LENGTH, EpollWait, nullptr, &wait));
  exports.Set("epollWait", wait);
  exports.Set("epollLayout", EventLayout(env));
}

#else
#include "modules.h"

void InitEpoll(Napi::Env, Napi::Object) {}
#endif
