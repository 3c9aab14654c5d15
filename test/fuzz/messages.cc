// Fuzzes the slots of message lists: a pair of sockets is the reference:
// https://man7.org/linux/man-pages/man2/recv.2.html
#include <fuzzer/FuzzedDataProvider.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <numeric>
#include <vector>

#include "check.h"
#include "message_slots.h"

namespace {

void CheckFit(FuzzedDataProvider& data) {
  MessageSlots slots{};
  slots.count = data.ConsumeIntegral<uint32_t>();
  slots.slot_size = data.ConsumeIntegral<uint32_t>();
  const auto table_words = data.ConsumeIntegralInRange<size_t>(0, size_t{1} << 34);
  const auto memory_size = data.ConsumeIntegralInRange<size_t>(0, size_t{1} << 34);
  const __int128 words = __int128{4} * slots.count;
  const __int128 needed = __int128{slots.slot_size} * slots.count;
  const bool expected =
      slots.slot_size > 0 && slots.slot_size <= INT32_MAX && words <= table_words && needed <= memory_size;
  Check(slots.Fit(table_words, memory_size) == expected, "Fit is wrong");
}

// A message of sent bytes for a slot, with and without MSG_TRUNC, which asks for the real length.
void CheckMessage(const MessageSlots& slots, size_t i, size_t sent, bool is_asked) {
  static int pair[2];
  static const int opened = socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
  Check(opened == 0, "socketpair");
  std::vector<uint8_t> text(sent);
  std::iota(text.begin(), text.end(), uint8_t{1});
  Check(send(pair[0], text.data(), sent, 0) == static_cast<ssize_t>(sent), "send");
  iovec part{slots.Memory(i), slots.slot_size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  const ssize_t result = recvmsg(pair[1], &message, is_asked ? MSG_TRUNC : 0);
  slots.Received(i, result, (message.msg_flags & MSG_TRUNC) != 0);
  const Slot& slot = slots.slots[i];
  const size_t kept = std::min(sent, slots.slot_size);
  Check(slot.size == static_cast<int32_t>(kept), "another size");
  Check(slot.result == static_cast<int32_t>(is_asked ? sent : kept), "another result");
  Check(slot.truncated == (sent > slots.slot_size ? 1 : 0), "another truncation");
  Check(std::equal(text.begin(), text.begin() + static_cast<ptrdiff_t>(kept), slots.Memory(i)),
        "another message");
  Check(slots.ToSend(i) == kept, "what was received cannot be sent");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  FuzzedDataProvider data(bytes, size);
  CheckFit(data);
  const auto count = data.ConsumeIntegralInRange<size_t>(1, 8);
  const auto slot_size = data.ConsumeIntegralInRange<size_t>(1, 300);
  std::vector<Slot> table(count);
  // Of the exact size, so that AddressSanitizer sees whoever goes past the end.
  std::vector<uint8_t> memory(count * slot_size);
  const MessageSlots slots{table.data(), count, memory.data(), slot_size};
  Check(slots.Fit(4 * count, memory.size()) && !slots.Fit(4 * count - 1, memory.size()) &&
            !slots.Fit(4 * count, memory.size() - 1),
        "Fit is wrong at the edge");
  for (size_t i = 0; i < count; ++i) {
    CheckMessage(slots, i, data.ConsumeIntegralInRange<size_t>(0, 400), data.ConsumeBool());
    table[i].size = data.ConsumeIntegral<int32_t>();
    const bool is_sendable = table[i].size > 0 && static_cast<size_t>(table[i].size) <= slot_size;
    Check(slots.ToSend(i) == (is_sendable ? static_cast<size_t>(table[i].size) : 0), "ToSend is wrong");
  }
  slots.Received(0, -EAGAIN, false);
  Check(table[0].result == -EAGAIN && table[0].size == 0 && table[0].truncated == 0, "an error is not empty");
  return 0;
}
