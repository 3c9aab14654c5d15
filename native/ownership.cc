// Ownership of descriptors: statx(2), close(2): https://man7.org/linux/man-pages/man2/statx.2.html
#include "ownership.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "arguments.h"
#include "environment.h"
#include "modules.h"
#include "platform.h"
#include "result.h"

File File::Of(int fd) {
  auto untold = [] { return File{errno == EBADF ? State::kClosed : State::kUnknown}; };
#if IO_SELECTORS_LINUX
  // libc's fstat would tie the binary to glibc 2.33.
  struct statx status {};
  if (statx(fd, "", AT_EMPTY_PATH, STATX_INO, &status) != 0) return untold();
  return {State::kKnown, static_cast<uint64_t>(status.stx_dev_major) << 32 | status.stx_dev_minor,
          status.stx_ino};
#else
  struct stat status {};
  if (fstat(fd, &status) != 0) return untold();
  return {State::kKnown, static_cast<uint64_t>(status.st_dev), static_cast<uint64_t>(status.st_ino)};
#endif
}

Ownership::~Ownership() {
  for (const auto& [fd, owner] : owners_) {
    // Of two owners the second finds it closed.
    if (File::Of(fd) == owner.file) close(fd);
  }
}

uint32_t Ownership::Add(int fd) {
  File file = File::Of(fd);
  // Owners of another file have lost it: it was closed behind their back.
  auto [owner, end] = owners_.equal_range(fd);
  while (owner != end) owner = owner->second.file == file ? std::next(owner) : owners_.erase(owner);
  owners_.insert({fd, {++last_ticket_, file}});
  return last_ticket_;
}

void Ownership::AddNew(int fd) {
  Forget(fd);
  Add(fd);
}

uint32_t Ownership::TicketOf(int fd) const {
  uint32_t last = 0;
  auto [owner, end] = owners_.equal_range(fd);
  for (; owner != end; ++owner) last = std::max(last, owner->second.ticket);
  return last;
}

std::optional<File> Ownership::Remove(int fd, uint32_t ticket) {
  auto [owner, end] = owners_.equal_range(fd);
  while (owner != end && owner->second.ticket != ticket) ++owner;
  if (owner == end) return std::nullopt;
  File file = owner->second.file;
  owners_.erase(owner);
  return file;
}

namespace {

Ownership& Owned(const Napi::CallbackInfo& info) { return Environment::Of(info.Env()).owned; }

// own(fd): takes it over from the caller. A ticket for the calls below
Napi::Value Own(const Napi::CallbackInfo& info) { return Result(info.Env(), Owned(info).Add(Int(info, 0))); }

// ticketOf(fd): that of the descriptor that another call has made and entered
Napi::Value TicketOf(const Napi::CallbackInfo& info) {
  return Result(info.Env(), Owned(info).TicketOf(Int(info, 0)));
}

// disown(fd, ticket)
void Disown(const Napi::CallbackInfo& info) { Owned(info).Remove(Int(info, 0), Uint(info, 1)); }

// closeOwned(fd, ticket): -EBADF if the owner has lost it, as the number may be another file's by now
Napi::Value CloseOwned(const Napi::CallbackInfo& info) {
  int fd = Int(info, 0);
  std::optional<File> file = Owned(info).Remove(fd, Uint(info, 1));
  if (!file || File::Of(fd) != *file) return Result(info.Env(), FailedOf("close", -EBADF));
  Owned(info).Forget(fd);
  return Result(info.Env(), CloseResult(close(fd)));
}

// closeCollected(fd, ticket): the same where nobody waits for an answer, nor knows what became of it
void CloseCollected(const Napi::CallbackInfo& info) {
  int fd = Int(info, 0);
  std::optional<File> file = Owned(info).Remove(fd, Uint(info, 1));
  if (file && !Owned(info).IsShared(fd) && File::Of(fd) == *file) close(fd);
}

// forget(fd): whoever owns it, the caller closes or replaces it now
void Forget(const Napi::CallbackInfo& info) { Owned(info).Forget(Int(info, 0)); }

}  // namespace

long Made(Napi::Env env, long result) {
  if (result >= 0) Environment::Of(env).owned.AddNew(static_cast<int>(result));
  return result;
}

void InitOwnership(Napi::Env env, Napi::Object exports) {
  exports.Set("own", Napi::Function::New<Own>(env, "own"));
  exports.Set("ticketOf", Napi::Function::New<TicketOf>(env, "ticketOf"));
  exports.Set("disown", Napi::Function::New<Disown>(env, "disown"));
  exports.Set("closeOwned", Napi::Function::New<CloseOwned>(env, "closeOwned"));
  exports.Set("closeCollected", Napi::Function::New<CloseCollected>(env, "closeCollected"));
  exports.Set("forget", Napi::Function::New<Forget>(env, "forget"));
}
