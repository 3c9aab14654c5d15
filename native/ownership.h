// Which descriptors JavaScript objects own: see ownership.cc.
#pragma once

#include <napi.h>

// What a system call answered that makes a descriptor for an object: enters the descriptor, and passes the
// answer on. A thread can be ended as soon as it is back in JavaScript, and closes what is entered by then.
long Made(Napi::Env env, long result);
