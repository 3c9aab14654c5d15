// Sockets: socket(2), accept(2), recv(2), send(2), getsockopt(2) and the like:
// https://man7.org/linux/man-pages/man7/socket.7.html
#include <sys/socket.h>

#include <cerrno>

#include "address.h"
#include "core/arguments.h"
#include "core/descriptor.h"
#include "core/modules.h"
#include "core/ownership.h"
#include "core/result.h"
#include "os/os.h"

namespace {

// socket(family, type, protocol)
Napi::Value CreateSocket(const Napi::CallbackInfo& info) {
  return Result(info.Env(), OwnNew(info.Env(), OpenSocket(Int(info, 0), Int(info, 1), Int(info, 2))));
}

// socketpair(fds, type, blocking): fds is an Int32Array of two
Napi::Value CreateSocketPair(const Napi::CallbackInfo& info) {
  int* fds = ArrayOf<int>(info, 0, 2);
  int type = Int(info, 1);
  long result = OpenSocketPair(fds, type, Bool(info, 2));
  for (int i = 0; result == 0 && i < 2; ++i) OwnNew(info.Env(), fds[i]);
  return Result(info.Env(), result);
}

// bind(fd, address)
Napi::Value Bind(const Napi::CallbackInfo& info) {
  Address& address = AddressAt(info, 1);
  return Result(info.Env(), OrErrno("bind", bind(Int(info, 0), address.Get(), address.length)));
}

// listen(fd, backlog)
Napi::Value Listen(const Napi::CallbackInfo& info) {
  return Result(info.Env(), OrErrno("listen", listen(Int(info, 0), Int(info, 1))));
}

// accept(fd, address, own): the new socket, in the listener's blocking mode. own: whether an object owns it
Napi::Value Accept(const Napi::CallbackInfo& info) {
  int fd = Int(info, 0);
  Address& address = AddressAt(info, 1);
  address.length = sizeof address.storage;
  bool own = Bool(info, 2);
  long blocking = IsBlocking(fd);
  // If this failed, accept(2) fails as well, and its error counts.
  long accepted = AcceptSocket(fd, address.Get(), &address.length, blocking != 0);
  return Result(info.Env(), own ? OwnNew(info.Env(), accepted) : accepted);
}

// connect(fd, address)
Napi::Value Connect(const Napi::CallbackInfo& info) {
  Address& address = AddressAt(info, 1);
  return Result(info.Env(), OrErrno("connect", connect(Int(info, 0), address.Get(), address.length)));
}

// recv(fd, buffer, flags)
Napi::Value Recv(const Napi::CallbackInfo& info) {
  Bytes buffer = View(info, 1);
  return Result(info.Env(), OrErrno("recv", recv(Int(info, 0), buffer.data, buffer.length, Int(info, 2))));
}

// send(fd, data, flags)
Napi::Value Send(const Napi::CallbackInfo& info) {
  Bytes data = View(info, 1);
  return Result(info.Env(),
                OrErrno("send", send(Int(info, 0), data.data, data.length, Int(info, 2) | kNoSignal)));
}

// recvfrom(fd, buffer, flags, address)
Napi::Value RecvFrom(const Napi::CallbackInfo& info) {
  Bytes buffer = View(info, 1);
  Address& address = AddressAt(info, 3);
  address.length = sizeof address.storage;
  return Result(info.Env(), OrErrno("recvfrom", recvfrom(Int(info, 0), buffer.data, buffer.length,
                                                         Int(info, 2), address.Get(), &address.length)));
}

// sendto(fd, data, flags, address)
Napi::Value SendTo(const Napi::CallbackInfo& info) {
  Bytes data = View(info, 1);
  Address& address = AddressAt(info, 3);
  return Result(info.Env(),
                OrErrno("sendto", sendto(Int(info, 0), data.data, data.length, Int(info, 2) | kNoSignal,
                                         address.Get(), address.length)));
}

// shutdown(fd, how)
Napi::Value Shutdown(const Napi::CallbackInfo& info) {
  return Result(info.Env(), OrErrno("shutdown", shutdown(Int(info, 0), Int(info, 1))));
}

// getsockopt(fd, level, name, value): the number of bytes written to value
Napi::Value GetOption(const Napi::CallbackInfo& info) {
  int level = Int(info, 1);
  int name = Int(info, 2);
  Bytes value = View(info, 3);
  socklen_t unit = OptionUnit(level, name);
  socklen_t length = static_cast<socklen_t>(value.length) / unit;
  // For a length of 0 the kernel returns the length of the filter, and writes nothing.
  if (unit > 1 && length == 0) return Result(info.Env(), Failure("getsockopt", EINVAL));
  long result = OrErrno("getsockopt", getsockopt(Int(info, 0), level, name, value.data, &length));
  return Result(info.Env(), result < 0 ? result : static_cast<long>(length) * unit);
}

// setsockopt(fd, level, name, value)
Napi::Value SetOption(const Napi::CallbackInfo& info) {
  Bytes value = View(info, 3);
  auto length = static_cast<socklen_t>(value.length);
  return Result(info.Env(), OrErrno("setsockopt", setsockopt(Int(info, 0), Int(info, 1), Int(info, 2),
                                                             value.data, length)));
}

// getsockname(fd, address)
Napi::Value GetSockName(const Napi::CallbackInfo& info) {
  Address& address = AddressAt(info, 1);
  address.length = sizeof address.storage;
  return Result(info.Env(),
                OrErrno("getsockname", getsockname(Int(info, 0), address.Get(), &address.length)));
}

// getpeername(fd, address)
Napi::Value GetPeerName(const Napi::CallbackInfo& info) {
  Address& address = AddressAt(info, 1);
  address.length = sizeof address.storage;
  return Result(info.Env(),
                OrErrno("getpeername", getpeername(Int(info, 0), address.Get(), &address.length)));
}

}  // namespace

void InitSocket(Napi::Object exports) {
  Export(exports, "socket", CreateSocket);
  Export(exports, "socketpair", CreateSocketPair);
  Export(exports, "bind", Bind);
  Export(exports, "listen", Listen);
  Export(exports, "accept", Accept);
  Export(exports, "connect", Connect);
  Export(exports, "recv", Recv);
  Export(exports, "send", Send);
  Export(exports, "recvfrom", RecvFrom);
  Export(exports, "sendto", SendTo);
  Export(exports, "shutdown", Shutdown);
  Export(exports, "getsockopt", GetOption);
  Export(exports, "setsockopt", SetOption);
  Export(exports, "getsockname", GetSockName);
  Export(exports, "getpeername", GetPeerName);
}
