// The addon: free functions over integers and typed arrays, one for each system call. Its only state, which
// descriptors are owned and what is watched, belongs to the environment that loaded it, so it loads in any
// number of workers.
#include "modules.h"

namespace {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  InitConstants(env, exports);
  InitOwnership(env, exports);
  InitSelect(env, exports);
  InitPoll(env, exports);
  InitEpoll(env, exports);
  InitWatch(env, exports);
  InitAddress(env, exports);
  InitSocket(env, exports);
  InitFd(env, exports);
  InitEventfd(env, exports);
  InitTimerfd(env, exports);
  InitPidfd(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(io_selectors, Init)
