// The descriptors that JavaScript objects own: close(2): https://man7.org/linux/man-pages/man2/close.2.html
//
// A descriptor may be closed late, by a finalizer or at the end of a worker. Its number must not belong to
// another file by then.
#pragma once

#include <napi.h>

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "core/file_identity.h"

class Ownership {
 public:
  Ownership() = default;
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;
  // Closes what is still owned: nothing is garbage-collected when an environment ends.
  ~Ownership();

  // Adds an owner of fd, and returns its ticket. Tickets are unique: a number may have several owners, at
  // once or in turn.
  uint32_t Add(int fd);

  // Adds the owner of a descriptor that the kernel has just opened: the number cannot have other owners any
  // more.
  void AddNew(int fd);

  // On Windows a socket is told from others by its port. It may have got one since its owners were added.
  void Identify(int fd);

  // The ticket of the latest owner of fd, or 0.
  [[nodiscard]] uint32_t TicketOf(int fd) const;

  // Ends an ownership. Returns the file that was owned, or nothing if the owner has already lost it.
  std::optional<FileIdentity> Remove(int fd, uint32_t ticket);

  // Ends all ownerships of fd, which is about to be closed.
  void Forget(int fd) { owners_.erase(fd); }

  [[nodiscard]] bool HasOwner(int fd) const { return owners_.count(fd) > 0; }

 private:
  struct Owner {
    uint32_t ticket;
    // As it was when the descriptor was added.
    FileIdentity file;
  };

  // By descriptor.
  std::unordered_multimap<int, Owner> owners_;
  uint32_t last_ticket_ = 0;
};

// Takes the result of a call that opens a descriptor for a JavaScript object, records the descriptor as
// owned, and returns the result. Recording it from JavaScript would be too late: a worker can be terminated
// as soon as control is back there.
long OwnNew(Napi::Env env, long result);
