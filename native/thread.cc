// gettid(2), which equals getpid(2) in the main thread: https://man7.org/linux/man-pages/man2/gettid.2.html
#include <sys/syscall.h>
#include <unistd.h>

#include "core/modules.h"

// isMainThread: node:worker_threads knows it too, but takes longer to load than all of the addon. glibc has
// gettid since 2.30 only.
void InitThread(Napi::Object exports) {
  exports.Set("isMainThread", Napi::Boolean::New(exports.Env(), syscall(SYS_gettid) == getpid()));
}
