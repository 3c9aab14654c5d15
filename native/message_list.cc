// recvmsg(2) and send(2) on many descriptors in one call from JavaScript:
// https://man7.org/linux/man-pages/man2/recv.2.html
#include "core/arguments.h"
#include "core/modules.h"
#include "core/result.h"
#include "message_slots.h"
#include "os/socket.h"

namespace {

// The arguments of both functions: (slots, count, memory, slotSize, flags).
struct Messages : MessageSlots {
  explicit Messages(const Napi::CallbackInfo& info) : flags(Int(info, 4)) {
    Array<int32_t> table(info, 0);
    Bytes block = View(info, 2);
    slots = reinterpret_cast<Slot*>(table.data);
    count = Uint(info, 1);
    memory = block.data;
    slot_size = Uint(info, 3);
    if (!Fit(table.length, block.length)) ThrowRangeError(info.Env(), "memory for all slots expected");
  }

  // MSG_ flags for every call.
  int flags;
};

// recvMany(slots, count, memory, slotSize, flags): the number of slots that have a message now
Napi::Value RecvMany(const Napi::CallbackInfo& info) {
  Messages messages(info);
  long received = 0;
  for (size_t i = 0; i < messages.count; ++i) {
    bool truncated = false;
    long result =
        RecvMessage(messages.slots[i].fd, messages.Memory(i), messages.slot_size, messages.flags, truncated);
    messages.Received(i, result, truncated);
    if (messages.slots[i].size > 0) ++received;
  }
  return Result(info.Env(), received);
}

// sendMany(slots, count, memory, slotSize, flags): the number of messages that the kernel took whole
Napi::Value SendMany(const Napi::CallbackInfo& info) {
  Messages messages(info);
  long sent = 0;
  for (size_t i = 0; i < messages.count; ++i) {
    const size_t size = messages.ToSend(i);
    if (size == 0) continue;
    Slot& slot = messages.slots[i];
    slot.result = static_cast<int32_t>(Send(slot.fd, messages.Memory(i), size, messages.flags));
    if (slot.result == slot.size) ++sent;
  }
  return Result(info.Env(), sent);
}

}  // namespace

void InitMessageList(Napi::Object exports) {
  Export(exports, "recvMany", RecvMany);
  Export(exports, "sendMany", SendMany);
  exports.Set("recvManyCall", kRecvMessageCall);
  exports.Set("sendManyCall", kSendCall);
}
