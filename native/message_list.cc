// recvmsg(2) and send(2) for many descriptors by one call from JavaScript:
// https://man7.org/linux/man-pages/man2/recv.2.html
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>

#include "arguments.h"
#include "modules.h"
#include "no_signal.h"
#include "result.h"

namespace {

// Four words of an Int32Array.
struct Slot {
  int32_t fd;
  // How many bytes of the slot's memory are a message.
  int32_t size;
  // What the last call for this slot returned, or -errno.
  int32_t result;
  // Whether the message was longer, and is cut off.
  int32_t truncated;
};

// The arguments of both functions: slots, count, memory, slotSize, flags. Slot i has the slotSize bytes of
// memory from i * slotSize on.
struct Messages {
  explicit Messages(const Napi::CallbackInfo& info)
      : count(Uint(info, 1)), slot_size(Uint(info, 3)), flags(Int(info, 4)) {
    Array<int32_t> table(info, 0);
    Bytes block = View(info, 2);
    bool fits = slot_size > 0 && count <= table.length * sizeof(int32_t) / sizeof(Slot) &&
                count <= block.length / slot_size;
    if (!fits) throw Napi::RangeError::New(info.Env(), "memory for all slots expected");
    slots = reinterpret_cast<Slot*>(table.data);
    memory = block.data;
  }

  [[nodiscard]] uint8_t* Memory(size_t i) const { return memory + i * slot_size; }

  Slot* slots;
  size_t count;
  uint8_t* memory;
  size_t slot_size;
  int flags;
};

// Not through libc where it can be helped: its wrappers are cancellation points, which cost a process with
// threads, as Node is one, a tenth of a short message.
long CallRecvmsg(int fd, msghdr* message, int flags) {
#ifdef SYS_recvmsg
  return OrErrno("recvmsg", syscall(SYS_recvmsg, fd, message, flags));
#else
  return OrErrno("recvmsg", recvmsg(fd, message, flags));
#endif
}

long CallSend(int fd, const uint8_t* data, size_t size, int flags) {
#ifdef SYS_sendto
  return OrErrno("sendto", syscall(SYS_sendto, fd, data, size, flags, nullptr, 0));
#else
  return OrErrno("send", send(fd, data, size, flags));
#endif
}

// recvMany: how many slots have a message now
Napi::Value RecvMany(const Napi::CallbackInfo& info) {
  Messages messages(info);
  auto slot_size = static_cast<int32_t>(messages.slot_size);
  iovec part{nullptr, messages.slot_size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  long received = 0;
  for (size_t i = 0; i < messages.count; ++i) {
    Slot& slot = messages.slots[i];
    part.iov_base = messages.Memory(i);
    message.msg_flags = 0;
    slot.result = static_cast<int32_t>(CallRecvmsg(slot.fd, &message, messages.flags));
    // With MSG_TRUNC the result is the length that it had.
    slot.size = std::clamp(slot.result, 0, slot_size);
    slot.truncated = (message.msg_flags & MSG_TRUNC) != 0 ? 1 : 0;
    if (slot.size > 0) ++received;
  }
  return Result(info.Env(), received);
}

// sendMany: how many messages were taken whole
Napi::Value SendMany(const Napi::CallbackInfo& info) {
  Messages messages(info);
  long sent = 0;
  for (size_t i = 0; i < messages.count; ++i) {
    Slot& slot = messages.slots[i];
    if (slot.size <= 0 || static_cast<size_t>(slot.size) > messages.slot_size) continue;
    slot.result = static_cast<int32_t>(
        CallSend(slot.fd, messages.Memory(i), static_cast<size_t>(slot.size), messages.flags | kNoSignal));
    if (slot.result == slot.size) ++sent;
  }
  return Result(info.Env(), sent);
}

}  // namespace

void InitMessageList(Napi::Env env, Napi::Object exports) {
  exports.Set("recvMany", Napi::Function::New<RecvMany>(env, "recvMany"));
  exports.Set("sendMany", Napi::Function::New<SendMany>(env, "sendMany"));
  exports.Set("recvManyCall", "recvmsg");
  exports.Set("sendManyCall", "send");
}
