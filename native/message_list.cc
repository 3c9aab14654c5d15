// recvmsg(2) and send(2) on many descriptors in one call from JavaScript:
// https://man7.org/linux/man-pages/man2/recv.2.html
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>

#include "core/arguments.h"
#include "core/modules.h"
#include "core/result.h"
#include "os/os.h"

namespace {

// One descriptor and its message. JavaScript holds it as four words of an Int32Array.
struct Slot {
  int32_t fd;
  // Of the message, in bytes.
  int32_t size;
  // Of the last call for this slot: what it returned, or -errno.
  int32_t result;
  // 1 if the received message was longer than the slot's memory, else 0.
  int32_t truncated;
};

// The arguments of both functions: (slots, count, memory, slotSize, flags).
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
  // How many of the slots are in use.
  size_t count;
  // The messages: slot i has the slot_size bytes from i * slot_size on.
  uint8_t* memory;
  size_t slot_size;
  // MSG_ flags for every call.
  int flags;
};

// recvMany(slots, count, memory, slotSize, flags): the number of slots that have a message now
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
    slot.result = static_cast<int32_t>(RecvMessage(slot.fd, &message, messages.flags));
    // With MSG_TRUNC the result is the real length of the message.
    slot.size = std::clamp(slot.result, 0, slot_size);
    slot.truncated = (message.msg_flags & MSG_TRUNC) != 0 ? 1 : 0;
    if (slot.size > 0) ++received;
  }
  return Result(info.Env(), received);
}

// sendMany(slots, count, memory, slotSize, flags): the number of messages that the kernel took whole
Napi::Value SendMany(const Napi::CallbackInfo& info) {
  Messages messages(info);
  const int flags = messages.flags | kNoSignal;
  long sent = 0;
  for (size_t i = 0; i < messages.count; ++i) {
    Slot& slot = messages.slots[i];
    if (slot.size <= 0 || static_cast<size_t>(slot.size) > messages.slot_size) continue;
    const auto size = static_cast<size_t>(slot.size);
    slot.result = static_cast<int32_t>(SendMessage(slot.fd, messages.Memory(i), size, flags));
    if (slot.result == slot.size) ++sent;
  }
  return Result(info.Env(), sent);
}

}  // namespace

void InitMessageList(Napi::Object exports) {
  Export(exports, "recvMany", RecvMany);
  Export(exports, "sendMany", SendMany);
  exports.Set("recvManyCall", "recvmsg");
  exports.Set("sendManyCall", "send");
}
