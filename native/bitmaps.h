// The descriptor sets of select(2): https://man7.org/linux/man-pages/man2/select.2.html
//
// FD_SET works up to FD_SETSIZE only, but the kernel takes bitmaps of any size.
#pragma once

#include <algorithm>
#include <climits>
#include <cstddef>
#include <utility>
#include <vector>

// The read, write and except sets: three bitmaps of equal size in one block of memory, which belongs to
// somebody else.
struct Bitmaps {
  // The kernel reads and writes whole longs.
  using Word = unsigned long;

  static constexpr size_t kSets = 3;
  static constexpr size_t kWordBits = sizeof(Word) * CHAR_BIT;

  // Whether the bitmaps are large enough for nfds.
  [[nodiscard]] bool Fit(int nfds) const {
    return nfds >= 0 && (static_cast<size_t>(nfds) + kWordBits - 1) / kWordBits <= length;
  }

  // All words of the three bitmaps.
  [[nodiscard]] size_t Size() const { return kSets * length; }

  // 0 is the read set, 1 the write set, 2 the except set.
  [[nodiscard]] Word* Set(size_t index) const { return words + index * length; }

  Word* words;
  // Words in one bitmap.
  size_t length;
};

// Bitmaps with memory of their own.
class OwnBitmaps {
 public:
  using Word = Bitmaps::Word;

  explicit OwnBitmaps(const Bitmaps& other) : words_(other.words, other.words + other.Size()) {}

  [[nodiscard]] Bitmaps Get() { return {words_.data(), words_.size() / Bitmaps::kSets}; }

  // Puts fd into the read set, which grows with the others if need be.
  void AddRead(int fd) {
    MakeRoomFor(WordOf(fd));
    words_[WordOf(fd)] |= BitOf(fd);
  }

  [[nodiscard]] bool HasRead(int fd) const { return (words_[WordOf(fd)] & BitOf(fd)) != 0; }

 private:
  static size_t WordOf(int fd) { return static_cast<size_t>(fd) / Bitmaps::kWordBits; }
  static Word BitOf(int fd) { return Word{1} << (static_cast<size_t>(fd) % Bitmaps::kWordBits); }

  void MakeRoomFor(size_t word) {
    const auto [words, length] = Get();
    if (word < length) return;
    std::vector<Word> longer(Bitmaps::kSets * (word + 1));
    for (size_t i = 0; i < Bitmaps::kSets; ++i) {
      std::copy_n(words + i * length, length, longer.data() + i * (word + 1));
    }
    words_ = std::move(longer);
  }

  std::vector<Word> words_;
};
