// Signals for JavaScript, over the registry of the process: sigaction(2):
// https://man7.org/linux/man-pages/man2/sigaction.2.html
#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/arguments.h"
#include "core/environment.h"
#include "core/modules.h"
#include "core/result.h"
#include "signal_registry.h"

namespace {

// The signal subscriptions of one environment.
class Subscriptions {
 public:
  Subscriptions() = default;
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;
  // Ends those that are left when the environment ends.
  ~Subscriptions();

  // As SignalRegistry::subscribe.
  int Add(uint32_t signals, int fd);
  // As SignalRegistry::arrived; 0 if the environment has no such subscription.
  [[nodiscard]] uint32_t Arrived(int id) const;
  // As SignalRegistry::unsubscribe; harmless if the environment has no such subscription.
  void Remove(int id);

 private:
  std::vector<int> ids_;
};

Subscriptions::~Subscriptions() {
  for (int id : ids_) SharedSignals().unsubscribe(id);
}

int Subscriptions::Add(uint32_t signals, int fd) {
  int id = SharedSignals().subscribe(signals, fd);
  if (id >= 0) ids_.push_back(id);
  return id;
}

uint32_t Subscriptions::Arrived(int id) const {
  bool known = std::find(ids_.begin(), ids_.end(), id) != ids_.end();
  return known ? SharedSignals().arrived(id) : 0;
}

void Subscriptions::Remove(int id) {
  auto found = std::find(ids_.begin(), ids_.end(), id);
  if (found == ids_.end()) return;
  ids_.erase(found);
  SharedSignals().unsubscribe(id);
}

Subscriptions& Of(const Napi::CallbackInfo& info) {
  return *static_cast<Subscriptions*>(Environment::Of(info.Env()).subscriptions.get());
}

// signalSubscribe(signals, fd): the id of the subscription. signals: bit 0 is signal 1, and so on
Napi::Value SignalSubscribe(const Napi::CallbackInfo& info) {
  // Another copy of the package may have made the call, and set a failed_call of its own.
  return Result(info.Env(), OrError("sigaction", Of(info).Add(Uint(info, 0), Int(info, 1))));
}

// signalArrived(id): the signals that have arrived since the last call, as a mask
Napi::Value SignalArrived(const Napi::CallbackInfo& info) {
  return Result(info.Env(), Of(info).Arrived(Int(info, 0)));
}

// signalUnsubscribe(id)
void SignalUnsubscribe(const Napi::CallbackInfo& info) { Of(info).Remove(Int(info, 0)); }

}  // namespace

void InitSignals(Napi::Object exports) {
  Environment::Of(exports.Env()).subscriptions = {std::make_unique<Subscriptions>().release(),
                                                  [](void* it) { delete static_cast<Subscriptions*>(it); }};
  Export(exports, "signalSubscribe", SignalSubscribe);
  Export(exports, "signalArrived", SignalArrived);
  Export(exports, "signalUnsubscribe", SignalUnsubscribe);
}
