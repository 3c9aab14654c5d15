// Ownership of descriptors: close(2): https://man7.org/linux/man-pages/man2/close.2.html
#include "core/ownership.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "core/arguments.h"
#include "core/environment.h"
#include "core/modules.h"
#include "core/result.h"
#include "os/descriptor.h"

Ownership::~Ownership() {
  for (const auto& [fd, owner] : owners_) {
    // If a descriptor has two owners, it is closed only once.
    if (IdentityOf(fd).MayBe(owner.file)) CloseDescriptor(fd);
  }
}

uint32_t Ownership::Add(int fd) {
  FileIdentity file = IdentityOf(fd);
  // Owners of another file have lost it: somebody else closed their descriptor.
  auto [owner, end] = owners_.equal_range(fd);
  while (owner != end) owner = owner->second.file.MayBe(file) ? std::next(owner) : owners_.erase(owner);
  owners_.insert({fd, {++last_ticket_, file}});
  return last_ticket_;
}

void Ownership::AddNew(int fd) {
  Forget(fd);
  Add(fd);
}

void Ownership::Identify(int fd) {
  auto [owner, end] = owners_.equal_range(fd);
  for (; owner != end; ++owner) {
    if (owner->second.file.inode == 0) owner->second.file = IdentityOf(fd);
  }
}

uint32_t Ownership::TicketOf(int fd) const {
  uint32_t last = 0;
  auto [owner, end] = owners_.equal_range(fd);
  for (; owner != end; ++owner) last = std::max(last, owner->second.ticket);
  return last;
}

std::optional<FileIdentity> Ownership::Remove(int fd, uint32_t ticket) {
  auto [owner, end] = owners_.equal_range(fd);
  while (owner != end && owner->second.ticket != ticket) ++owner;
  if (owner == end) return std::nullopt;
  FileIdentity file = owner->second.file;
  owners_.erase(owner);
  return file;
}

namespace {

Ownership& Of(const Napi::CallbackInfo& info) { return Environment::Of(info.Env()).ownership; }

// own(fd): takes over a descriptor of the caller. Returns the ticket
Napi::Value Own(const Napi::CallbackInfo& info) { return Result(info.Env(), Of(info).Add(Int(info, 0))); }

// ticketOf(fd): the ticket of a descriptor that OwnNew has entered
Napi::Value TicketOf(const Napi::CallbackInfo& info) {
  return Result(info.Env(), Of(info).TicketOf(Int(info, 0)));
}

// disown(fd, ticket)
void Disown(const Napi::CallbackInfo& info) { Of(info).Remove(Int(info, 0), Uint(info, 1)); }

// closeOwned(fd, ticket): -EBADF if the owner has lost the descriptor
Napi::Value CloseOwned(const Napi::CallbackInfo& info) {
  int fd = Int(info, 0);
  std::optional<FileIdentity> file = Of(info).Remove(fd, Uint(info, 1));
  if (!file || !IdentityOf(fd).MayBe(*file)) return Result(info.Env(), Failure("close", EBADF));
  Of(info).Forget(fd);
  return Result(info.Env(), CloseDescriptor(fd));
}

// closeCollected(fd, ticket): for a finalizer. Leaves the descriptor open if it has another owner
void CloseCollected(const Napi::CallbackInfo& info) {
  int fd = Int(info, 0);
  std::optional<FileIdentity> file = Of(info).Remove(fd, Uint(info, 1));
  if (file && !Of(info).HasOwner(fd) && IdentityOf(fd).MayBe(*file)) CloseDescriptor(fd);
}

// forget(fd): before the caller closes or replaces it
void Forget(const Napi::CallbackInfo& info) { Of(info).Forget(Int(info, 0)); }

}  // namespace

long OwnNew(Napi::Env env, long result) {
  if (result >= 0) Environment::Of(env).ownership.AddNew(static_cast<int>(result));
  return result;
}

void InitOwnership(Napi::Object exports) {
  Export(exports, "own", Own);
  Export(exports, "ticketOf", TicketOf);
  Export(exports, "disown", Disown);
  Export(exports, "closeOwned", CloseOwned);
  Export(exports, "closeCollected", CloseCollected);
  Export(exports, "forget", Forget);
}
