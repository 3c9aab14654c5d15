// The six bitmaps of a select(2) in one block, of equal size: read, write and except as they are asked for,
// then the same three as the kernel answers. They are ours instead of fd_set's because FD_SET writes past the
// end of an fd_set from descriptor FD_SETSIZE on, while the kernel takes any size.
#pragma once

#include <napi.h>

#include <climits>
#include <cstddef>

#include "arguments.h"

struct Bitmaps {
  // The kernel reads and writes whole longs.
  using Word = unsigned long;

  static constexpr size_t kSets = 3;
  static constexpr size_t kWordBits = sizeof(Word) * CHAR_BIT;

  Bitmaps(const Napi::CallbackInfo& info, size_t index, size_t nfds_index) : nfds(Int(info, nfds_index)) {
    Array<Word> block(info, index);
    if (block.length % (2 * kSets) != 0) ThrowRangeError(info.Env(), "six bitmaps expected");
    words = block.data;
    length = block.length / (2 * kSets);
  }

  // Whether so many descriptors have room in each.
  [[nodiscard]] bool Fit() const {
    return nfds >= 0 && (static_cast<size_t>(nfds) + kWordBits - 1) / kWordBits <= length;
  }

  Word* words;
  // Of one, in words.
  size_t length;
  int nfds;
};
