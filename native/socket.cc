// Sockets: socket(2), accept(2), recv(2), send(2) and their kin:
// https://man7.org/linux/man-pages/man7/socket.7.html
#include <fcntl.h>
#include <sys/socket.h>

#include "address.h"
#include "arguments.h"
#include "modules.h"
#include "no_signal.h"
#include "ownership.h"
#include "platform.h"
#include "result.h"

namespace {

#if IO_SELECTORS_LINUX
constexpr int kCloexec = SOCK_CLOEXEC;
#else
constexpr int kCloexec = 0;

void SetFlags(int fd, bool blocking) {
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}
#endif

Napi::Value CreateSocket(const Napi::CallbackInfo& info) {
  long fd = OrErrno("socket", socket(Int(info, 0), Int(info, 1) | kCloexec, Int(info, 2)));
#if !IO_SELECTORS_LINUX
  if (fd >= 0) SetFlags(static_cast<int>(fd), true);
#endif
  return Result(info.Env(), Made(info.Env(), fd));
}

// socketpair(fds, type, blocking): fds is an Int32Array of two
Napi::Value SocketPair(const Napi::CallbackInfo& info) {
  int* fds = ArrayOf<int>(info, 0, 2);
  bool blocking = Bool(info, 2);
#if IO_SELECTORS_LINUX
  int type = Int(info, 1) | kCloexec | (blocking ? 0 : SOCK_NONBLOCK);
  long result = OrErrno("socketpair", socketpair(AF_UNIX, type, 0, fds));
#else
  long result = OrErrno("socketpair", socketpair(AF_UNIX, Int(info, 1), 0, fds));
  for (int i = 0; result == 0 && i < 2; ++i) SetFlags(fds[i], blocking);
#endif
  for (int i = 0; result == 0 && i < 2; ++i) Made(info.Env(), fds[i]);
  return Result(info.Env(), result);
}

Napi::Value Bind(const Napi::CallbackInfo& info) {
  Address& address = AddressAt(info, 1);
  return Result(info.Env(), OrErrno("bind", bind(Int(info, 0), address.Get(), address.length)));
}

Napi::Value Listen(const Napi::CallbackInfo& info) {
  return Result(info.Env(), OrErrno("listen", listen(Int(info, 0), Int(info, 1))));
}

// accept(fd, address, own): the new descriptor, in the listener's blocking mode, which accept(2) itself does
// not pass on. own: whether it is an object's
Napi::Value Accept(const Napi::CallbackInfo& info) {
  int fd = Int(info, 0);
  Address& address = AddressAt(info, 1);
  address.length = sizeof address.storage;
  bool own = Bool(info, 2);
  // What fcntl says of a descriptor that is not open, accept says, too.
  bool blocking = (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
#if IO_SELECTORS_LINUX
  int mode = kCloexec | (blocking ? 0 : SOCK_NONBLOCK);
  long accepted = OrErrno("accept4", accept4(fd, address.Get(), &address.length, mode));
#else
  long accepted = OrErrno("accept", accept(fd, address.Get(), &address.length));
  if (accepted >= 0) SetFlags(static_cast<int>(accepted), blocking);
#endif
  return Result(info.Env(), own ? Made(info.Env(), accepted) : accepted);
}

Napi::Value Connect(const Napi::CallbackInfo& info) {
  Address& address = AddressAt(info, 1);
  return Result(info.Env(), OrErrno("connect", connect(Int(info, 0), address.Get(), address.length)));
}

Napi::Value Recv(const Napi::CallbackInfo& info) {
  Bytes buffer = View(info, 1);
  return Result(info.Env(), OrErrno("recv", recv(Int(info, 0), buffer.data, buffer.length, Int(info, 2))));
}

Napi::Value Send(const Napi::CallbackInfo& info) {
  Bytes data = View(info, 1);
  return Result(info.Env(),
                OrErrno("send", send(Int(info, 0), data.data, data.length, Int(info, 2) | kNoSignal)));
}

Napi::Value RecvFrom(const Napi::CallbackInfo& info) {
  Bytes buffer = View(info, 1);
  Address& address = AddressAt(info, 3);
  address.length = sizeof address.storage;
  return Result(info.Env(), OrErrno("recvfrom", recvfrom(Int(info, 0), buffer.data, buffer.length,
                                                         Int(info, 2), address.Get(), &address.length)));
}

Napi::Value SendTo(const Napi::CallbackInfo& info) {
  Bytes data = View(info, 1);
  Address& address = AddressAt(info, 3);
  return Result(info.Env(),
                OrErrno("sendto", sendto(Int(info, 0), data.data, data.length, Int(info, 2) | kNoSignal,
                                         address.Get(), address.length)));
}

Napi::Value Shutdown(const Napi::CallbackInfo& info) {
  return Result(info.Env(), OrErrno("shutdown", shutdown(Int(info, 0), Int(info, 1))));
}

// How many bytes the kernel's length of an option stands for.
socklen_t OptionUnit(int level, int name) {
#ifdef SO_GET_FILTER
  constexpr socklen_t kInstruction = 8;
  if (level == SOL_SOCKET && name == SO_GET_FILTER) return kInstruction;
#endif
  return 1;
}

// getsockopt(fd, level, name, value): how many bytes of value were written
Napi::Value GetOption(const Napi::CallbackInfo& info) {
  int level = Int(info, 1);
  int name = Int(info, 2);
  Bytes value = View(info, 3);
  socklen_t unit = OptionUnit(level, name);
  socklen_t length = static_cast<socklen_t>(value.length) / unit;
  // Asked for none at all, it would answer how many there are.
  if (unit > 1 && length == 0) return Result(info.Env(), -EINVAL);
  long result = OrErrno("getsockopt", getsockopt(Int(info, 0), level, name, value.data, &length));
  return Result(info.Env(), result < 0 ? result : static_cast<long>(length) * unit);
}

Napi::Value SetOption(const Napi::CallbackInfo& info) {
  Bytes value = View(info, 3);
  auto length = static_cast<socklen_t>(value.length);
  return Result(info.Env(), OrErrno("setsockopt", setsockopt(Int(info, 0), Int(info, 1), Int(info, 2),
                                                             value.data, length)));
}

Napi::Value GetSockName(const Napi::CallbackInfo& info) {
  Address& address = AddressAt(info, 1);
  address.length = sizeof address.storage;
  return Result(info.Env(),
                OrErrno("getsockname", getsockname(Int(info, 0), address.Get(), &address.length)));
}

Napi::Value GetPeerName(const Napi::CallbackInfo& info) {
  Address& address = AddressAt(info, 1);
  address.length = sizeof address.storage;
  return Result(info.Env(),
                OrErrno("getpeername", getpeername(Int(info, 0), address.Get(), &address.length)));
}

}  // namespace

void InitSocket(Napi::Env env, Napi::Object exports) {
  exports.Set("socket", Napi::Function::New<CreateSocket>(env, "socket"));
  exports.Set("socketpair", Napi::Function::New<SocketPair>(env, "socketpair"));
  exports.Set("bind", Napi::Function::New<Bind>(env, "bind"));
  exports.Set("listen", Napi::Function::New<Listen>(env, "listen"));
  exports.Set("accept", Napi::Function::New<Accept>(env, "accept"));
  exports.Set("connect", Napi::Function::New<Connect>(env, "connect"));
  exports.Set("recv", Napi::Function::New<Recv>(env, "recv"));
  exports.Set("send", Napi::Function::New<Send>(env, "send"));
  exports.Set("recvfrom", Napi::Function::New<RecvFrom>(env, "recvfrom"));
  exports.Set("sendto", Napi::Function::New<SendTo>(env, "sendto"));
  exports.Set("shutdown", Napi::Function::New<Shutdown>(env, "shutdown"));
  exports.Set("getsockopt", Napi::Function::New<GetOption>(env, "getsockopt"));
  exports.Set("setsockopt", Napi::Function::New<SetOption>(env, "setsockopt"));
  exports.Set("getsockname", Napi::Function::New<GetSockName>(env, "getsockname"));
  exports.Set("getpeername", Napi::Function::New<GetPeerName>(env, "getpeername"));
}
