// The messages of recvMany and sendMany: recvmsg(2): https://man7.org/linux/man-pages/man2/recv.2.html
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

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

struct MessageSlots {
  // Whether the table and the memory have room for the slots. table_words: of 32 bits.
  [[nodiscard]] bool Fit(size_t table_words, size_t memory_size) const {
    return slot_size > 0 && slot_size <= INT32_MAX && count <= table_words * sizeof(int32_t) / sizeof(Slot) &&
           count <= memory_size / slot_size;
  }

  [[nodiscard]] uint8_t* Memory(size_t i) const { return memory + i * slot_size; }

  // Notes what recvmsg(2) returned for slot i, and whether it has truncated a datagram.
  void Received(size_t i, long result, bool truncated) const {
    Slot& slot = slots[i];
    slot.result = static_cast<int32_t>(result);
    // With MSG_TRUNC the result is the real length of the message.
    slot.size = std::clamp(slot.result, 0, static_cast<int32_t>(slot_size));
    slot.truncated = truncated ? 1 : 0;
  }

  // How many bytes of slot i to send: 0 if there are none.
  [[nodiscard]] size_t ToSend(size_t i) const {
    const auto size = static_cast<size_t>(std::max(slots[i].size, 0));
    return size <= slot_size ? size : 0;
  }

  Slot* slots;
  // How many of the slots are in use.
  size_t count;
  // The messages: slot i has the slot_size bytes from i * slot_size on.
  uint8_t* memory;
  size_t slot_size;
};
