// The addon, loaded through Node-API: https://nodejs.org/api/n-api.html
//
// Most of its functions take integers and typed arrays, and make one system call. Owned descriptors, watches
// and signal subscriptions belong to the environment that loaded it, so any number of workers can load it at
// once. Only the signal registry belongs to the whole process.
#include <memory>

#include "core/environment.h"
#include "core/modules.h"
#include "os/os.h"

namespace {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  // Node-API deletes it when the environment ends, which closes the descriptors that its objects own.
  env.SetInstanceData(std::make_unique<Environment>(env).release());
  InitConstants(exports);
  InitResult(exports);
  InitOwnership(exports);
  InitSelect(exports);
  InitAddress(exports);
  InitSocket(exports);
  InitMessageList(exports);
  InitFd(exports);
  InitWatches(exports);
  InitThreadWatch(exports);
  InitSelectWait(exports);
  InitSystemModules(exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(io_selectors, Init)
