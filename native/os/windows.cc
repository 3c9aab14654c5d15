// os.h for Windows: https://learn.microsoft.com/en-us/windows/win32/winsock/
#include <string>

#include "core/constants.h"
#include "os/os.h"
#include "os/winsock.h"

namespace {

// 0, or an error of winsock. Winsock counts, and is in use until the process ends.
int StartWinsock() {
  WSADATA data;
  return WSAStartup(MAKEWORD(2, 2), &data);
}

}  // namespace

void InitSystemModules(Napi::Object exports) {
  // Once per process, whichever thread is the first.
  static const int error = StartWinsock();
  if (error != 0)
    throw Napi::Error::New(exports.Env(), "WSAStartup failed with error " + std::to_string(error));
}

void AddSystemConstants(Napi::Object constants) {
  static constexpr Constant kWindows[] = {{"SO_EXCLUSIVEADDRUSE", SO_EXCLUSIVEADDRUSE}};
  AddConstants(constants, kWindows);
}
