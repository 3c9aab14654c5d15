// Which descriptors JavaScript objects own. When an environment ends, as a worker does, nothing is
// collected any more: what is still owned then is closed here. close(2):
// https://man7.org/linux/man-pages/man2/close.2.html
#include <unistd.h>

#include <memory>
#include <unordered_set>

#include "arguments.h"
#include "modules.h"

namespace {

class Ownership {
 public:
  Ownership() = default;
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;
  ~Ownership() {
    for (int fd : fds_) close(fd);
  }

  void Add(int fd) { fds_.insert(fd); }
  void Remove(int fd) { fds_.erase(fd); }

 private:
  std::unordered_set<int> fds_;
};

void Own(const Napi::CallbackInfo& info) { info.Env().GetInstanceData<Ownership>()->Add(Int(info, 0)); }

void Disown(const Napi::CallbackInfo& info) { info.Env().GetInstanceData<Ownership>()->Remove(Int(info, 0)); }

}  // namespace

void InitOwnership(Napi::Env env, Napi::Object exports) {
  // The environment deletes it when it ends.
  env.SetInstanceData(std::make_unique<Ownership>().release());
  exports.Set("own", Napi::Function::New<Own>(env, "own"));
  exports.Set("disown", Napi::Function::New<Disown>(env, "disown"));
}
