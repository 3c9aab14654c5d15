// Signals for JavaScript, over the registry of the process: sigaction(2):
// https://man7.org/linux/man-pages/man2/sigaction.2.html
#include "signals.h"

#include <algorithm>

#include "core/arguments.h"
#include "core/environment.h"
#include "core/modules.h"
#include "core/result.h"
#include "signal_registry.h"

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

namespace {

Subscriptions& Of(const Napi::CallbackInfo& info) { return Environment::Of(info.Env()).subscriptions; }

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
  Export(exports, "signalSubscribe", SignalSubscribe);
  Export(exports, "signalArrived", SignalArrived);
  Export(exports, "signalUnsubscribe", SignalUnsubscribe);
}
