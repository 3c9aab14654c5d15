// The state of one environment, the main thread's or a worker's:
// https://nodejs.org/api/n-api.html#environment-life-cycle-apis
#pragma once

#include <napi.h>

#include <memory>

#include "core/ownership.h"
#include "watch/watches.h"

struct Environment {
  explicit Environment(napi_env env) : watches(env) {}

  static Environment& Of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  Ownership ownership;
  Watches watches;
  // The signal subscriptions, where the system has signals. Destroyed first: a signal handler must not write
  // to a descriptor that the others have closed.
  std::unique_ptr<void, void (*)(void*)> subscriptions{nullptr, nullptr};
};
