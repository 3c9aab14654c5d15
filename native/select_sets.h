// The descriptor sets of select(2): https://man7.org/linux/man-pages/man2/select.2.html
#pragma once

#include <napi.h>
#include <sys/select.h>

#include <climits>
#include <cstddef>

#include "core/arguments.h"

// Six bitmaps of equal size in one block of JavaScript's memory: the caller's read, write and except sets,
// then the same three for the kernel's answer. FD_SET works up to FD_SETSIZE only, but the kernel takes
// bitmaps of any size.
struct SelectSets {
  // The kernel reads and writes whole longs.
  using Word = unsigned long;

  static constexpr size_t kSets = 3;
  static constexpr size_t kWordBits = sizeof(Word) * CHAR_BIT;

  SelectSets(const Napi::CallbackInfo& info, size_t block_index, size_t nfds_index)
      : nfds(Int(info, nfds_index)) {
    Array<Word> block(info, block_index);
    if (block.length % (2 * kSets) != 0) ThrowRangeError(info.Env(), "six bitmaps expected");
    words = block.data;
    length = block.length / (2 * kSets);
  }

  // Whether the bitmaps are large enough for nfds.
  [[nodiscard]] bool Fit() const {
    return nfds >= 0 && (static_cast<size_t>(nfds) + kWordBits - 1) / kWordBits <= length;
  }

  // The bitmap at index, of those that start at first.
  static fd_set* Set(Word* first, size_t length, size_t index) {
    return reinterpret_cast<fd_set*>(first + index * length);
  }

  Word* words;
  // Words in one bitmap.
  size_t length;
  int nfds;
};
