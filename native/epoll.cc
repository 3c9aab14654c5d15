// epoll(7): https://man7.org/linux/man-pages/man7/epoll.7.html
#include "platform.h"

#if IO_SELECTORS_HAS_EPOLL
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <memory>

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

// A block of memory that JavaScript and the kernel share: the arguments of the next wait, then the
// events that it found. JavaScript writes the arguments there because reading them from the call would
// cost as much as the kernel's whole work on one event.
struct Header {
  double timeout_ms;
  int32_t epfd;
  int32_t max_events;
};

class EpollWait {
 public:
  explicit EpollWait(Napi::ArrayBuffer memory)
      : memory_(Napi::Persistent(memory)),
        header_(static_cast<Header*>(memory.Data())),
        events_(reinterpret_cast<epoll_event*>(header_ + 1)),
        capacity_(static_cast<int>((memory.ByteLength() - sizeof(Header)) / sizeof(epoll_event))) {}

  long Call() {
    int max_events = header_->max_events;
    if (max_events > capacity_) return -EINVAL;
    Timeout timeout(header_->timeout_ms);
    if (has_nanoseconds_ && !timeout.WholeMilliseconds()) {
      long count = CallPwait2(header_->epfd, max_events, timeout.Timespec());
      if (count != -ENOSYS && count != -EPERM) return count;
      has_nanoseconds_ = false;
    }
    return CallWait(header_->epfd, max_events, timeout.Milliseconds());
  }

 private:
  // Not through libc where it can be helped: its wrapper is a cancellation point, which costs a process
  // with threads, as Node is one, as much as our own part of the call.
  long CallWait(int epfd, int max_events, int timeout_ms) {
#ifdef SYS_epoll_wait
    return OrErrno(syscall(SYS_epoll_wait, epfd, events_, max_events, timeout_ms));
#else
    return OrErrno(epoll_wait(epfd, events_, max_events, timeout_ms));
#endif
  }

  // Linux 5.11 has it; libc's own symbol would tie the binary to glibc 2.35. A sandbox that does not
  // know it may answer EPERM instead of ENOSYS.
  long CallPwait2(int epfd, int max_events, timespec time) {
#ifdef SYS_epoll_pwait2
    return OrErrno(syscall(SYS_epoll_pwait2, epfd, events_, max_events, &time, nullptr, 0));
#else
    return -ENOSYS;
#endif
  }

  Napi::Reference<Napi::ArrayBuffer> memory_;
  Header* header_;
  epoll_event* events_;
  int capacity_;
  bool has_nanoseconds_ = true;
};

// In Node-API's own terms, as this is the one function whose own cost is felt.
napi_value CallEpollWait(napi_env env, napi_callback_info info) {
  void* wait = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &wait);
  napi_value result = nullptr;
  napi_create_int32(env, static_cast<int32_t>(static_cast<EpollWait*>(wait)->Call()), &result);
  return result;
}

// epollWait(memory): the function () => number that waits with the arguments that memory holds. The
// function owns an EpollWait, which keeps memory alive.
Napi::Value CreateEpollWait(const Napi::CallbackInfo& info) {
  if (!info[0].IsArrayBuffer() || info[0].As<Napi::ArrayBuffer>().ByteLength() < sizeof(Header)) {
    throw Napi::TypeError::New(info.Env(), "ArrayBuffer with room for the header expected");
  }
  auto wait = std::make_unique<EpollWait>(info[0].As<Napi::ArrayBuffer>());
  napi_value created = nullptr;
  napi_status status =
      napi_create_function(info.Env(), "epoll_wait", NAPI_AUTO_LENGTH, CallEpollWait, wait.get(), &created);
  NAPI_THROW_IF_FAILED(info.Env(), status, Napi::Value());
  Napi::Function function(info.Env(), created);
  function.AddFinalizer([](Napi::Env, EpollWait* owned) { const std::unique_ptr<EpollWait> released(owned); },
                        wait.get());
  static_cast<void>(wait.release());
  return function;
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
  exports.Set("epollWait", Napi::Function::New<CreateEpollWait>(env, "epollWait"));
  exports.Set("epollLayout", EventLayout(env));
}

#else
#include "modules.h"

void InitEpoll(Napi::Env, Napi::Object) {}
#endif
