// What an environment, the main thread's or a worker's, keeps as long as it lasts.
#pragma once

#include <napi.h>

#include "ownership.h"
#include "signals.h"
#include "watch.h"

struct Environment {
  explicit Environment(napi_env env) : watches(env) {}

  static Environment& Of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  Ownership owned;
  Watches watches;
  // Ends first: a handler must not write to what is closed with the others.
  Subscriptions subscriptions;
};
