// gettid(2), which is the number of the process in its first thread:
// https://man7.org/linux/man-pages/man2/gettid.2.html
#include "modules.h"
#include "platform.h"

#if IO_SELECTORS_LINUX
#include <sys/syscall.h>
#endif
#include <pthread.h>
#include <unistd.h>

namespace {

bool IsMainThread() {
#if IO_SELECTORS_LINUX
  return syscall(SYS_gettid) == getpid();
#else
  return pthread_main_np() != 0;
#endif
}

}  // namespace

// isMainThread: node:worker_threads knows it, too, but takes longer to load than all of the addon.
void InitThread(Napi::Env env, Napi::Object exports) {
  exports.Set("isMainThread", Napi::Boolean::New(env, IsMainThread()));
}
