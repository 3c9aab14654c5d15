// The calls of JavaScript about signals: sigaction(2):
// https://man7.org/linux/man-pages/man2/sigaction.2.html
#include "signals.h"

#include <algorithm>

#include "arguments.h"
#include "environment.h"
#include "modules.h"
#include "result.h"
#include "signal_registry.h"

Subscriptions::~Subscriptions() {
  for (int id : ids_) SharedSignals().unsubscribe(id);
}

long Subscriptions::Add(uint32_t signals, int fd) {
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

// signalSubscribe(signals, fd): signals has a bit for each, the lowest for number 1. The number of the
// subscription, for the calls below
Napi::Value SignalSubscribe(const Napi::CallbackInfo& info) {
  return Result(info.Env(), FailedOf("sigaction", Of(info).Add(Uint(info, 0), Int(info, 1))));
}

// signalArrived(subscription): those that have arrived since the last call
Napi::Value SignalArrived(const Napi::CallbackInfo& info) {
  return Result(info.Env(), Of(info).Arrived(Int(info, 0)));
}

void SignalUnsubscribe(const Napi::CallbackInfo& info) { Of(info).Remove(Int(info, 0)); }

}  // namespace

void InitSignals(Napi::Env env, Napi::Object exports) {
  exports.Set("signalSubscribe", Napi::Function::New<SignalSubscribe>(env, "signalSubscribe"));
  exports.Set("signalArrived", Napi::Function::New<SignalArrived>(env, "signalArrived"));
  exports.Set("signalUnsubscribe", Napi::Function::New<SignalUnsubscribe>(env, "signalUnsubscribe"));
}
