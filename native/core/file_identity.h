// The file behind a descriptor, by st_dev and st_ino of stat(2):
// https://man7.org/linux/man-pages/man2/stat.2.html
//
// A socket of Windows has neither. Its kind takes the place of the device, and its local port, 0 if it has
// none yet, that of the inode.
#pragma once

#include <cstdint>

struct FileIdentity {
  enum class State {
    kKnown,
    // The kernel refused to tell. May be any open file.
    kUnknown,
    kClosed,
  };

  State state = State::kKnown;
  // Both are meaningful in state kKnown only.
  uint64_t device = 0;
  uint64_t inode = 0;

  // Whether both may be the same open file. Files without an inode of their own, such as epolls and eventfds,
  // cannot be told apart.
  [[nodiscard]] bool MayBe(const FileIdentity& other) const {
    if (state == State::kClosed || other.state == State::kClosed) return false;
    if (state == State::kUnknown || other.state == State::kUnknown) return true;
    return device == other.device && inode == other.inode;
  }
};
