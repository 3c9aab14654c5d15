// The addon: free functions over integers and typed arrays, one for each system call. Which descriptors are
// owned and what is watched is state of the environment that loaded it, so it loads in any number of workers.
// Only signals are the process's.
#include <memory>

#include "environment.h"
#include "modules.h"

namespace {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  // Deleted when the environment ends.
  env.SetInstanceData(std::make_unique<Environment>(env).release());
  InitConstants(env, exports);
  InitResult(env, exports);
  InitThread(env, exports);
  InitOwnership(env, exports);
  InitSelect(env, exports);
  InitPoll(env, exports);
  InitEpoll(env, exports);
  InitWatch(env, exports);
  InitAddress(env, exports);
  InitSocket(env, exports);
  InitMessageList(env, exports);
  InitFd(env, exports);
  InitEventfd(env, exports);
  InitTimerfd(env, exports);
  InitPidfd(env, exports);
  InitSignals(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(io_selectors, Init)
