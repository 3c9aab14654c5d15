// The descriptor sets of select(2) in JavaScript's memory:
// https://man7.org/linux/man-pages/man2/select.2.html
#pragma once

#include "bitmaps.h"
#include "core/arguments.h"

// Six bitmaps of equal size: the caller's read, write and except sets, then the same three for the kernel's
// answer.
struct SelectSets {
  SelectSets(const Napi::CallbackInfo& info, size_t block_index, size_t nfds_index)
      : nfds(Int(info, nfds_index)) {
    Array<Bitmaps::Word> block(info, block_index);
    if (block.length % (2 * Bitmaps::kSets) != 0) ThrowRangeError(info.Env(), "six bitmaps expected");
    const size_t length = block.length / (2 * Bitmaps::kSets);
    asked = {block.data, length};
    answer = {block.data + asked.Size(), length};
  }

  // Whether the bitmaps are large enough for nfds.
  [[nodiscard]] bool Fit() const { return asked.Fit(nfds); }

  Bitmaps asked;
  Bitmaps answer;
  int nfds;
};
