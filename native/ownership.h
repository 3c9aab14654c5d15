// Which descriptors JavaScript objects own, so that whatever closes one for them, late, closes that one and
// no other.
#pragma once

#include <napi.h>

#include <cstdint>
#include <optional>
#include <unordered_map>

// Tells a descriptor's file from another that has its number by now. Files without an inode of their own,
// as epoll's and eventfd's, all look alike, and one that the kernel tells nothing of passes for any.
struct File {
  enum class State { kKnown, kUnknown, kClosed };

  State state = State::kKnown;
  uint64_t device = 0;
  uint64_t inode = 0;

  static File Of(int fd);
  bool operator==(const File& other) const {
    if (state == State::kClosed || other.state == State::kClosed) return false;
    if (state == State::kUnknown || other.state == State::kUnknown) return true;
    return device == other.device && inode == other.inode;
  }
  bool operator!=(const File& other) const { return !(*this == other); }
};

class Ownership {
 public:
  Ownership() = default;
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;
  // An environment that ends, as a worker's does, collects nothing any more: closes what is owned.
  ~Ownership();

  // Returns a ticket that tells this owner of the number from others, earlier, later or at the same time.
  uint32_t Add(int fd);

  // A number that the kernel has just given out: whoever owned it has lost it, be the files alike or not.
  void AddNew(int fd);

  // The last owner's, or 0.
  [[nodiscard]] uint32_t TicketOf(int fd) const;

  // The owner gives it up. Nothing if it has lost it before.
  std::optional<File> Remove(int fd, uint32_t ticket);

  // The number is about to be closed: every owner loses it.
  void Forget(int fd) { owners_.erase(fd); }

  [[nodiscard]] bool IsShared(int fd) const { return owners_.count(fd) > 0; }

 private:
  struct Owner {
    uint32_t ticket;
    File file;
  };

  std::unordered_multimap<int, Owner> owners_;
  uint32_t last_ticket_ = 0;
};

// What a system call answered that makes a descriptor for an object: enters the descriptor, and passes the
// answer on. A thread can be ended as soon as it is back in JavaScript, and closes what is entered by then.
long Made(Napi::Env env, long result);
