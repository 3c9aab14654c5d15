// Sockets: socket(2), accept(2), recv(2), send(2), getsockopt(2) and the like:
// https://man7.org/linux/man-pages/man7/socket.7.html
#include "os/socket.h"

#include "address.h"
#include "core/arguments.h"
#include "core/environment.h"
#include "core/modules.h"
#include "core/ownership.h"
#include "core/result.h"
#include "os/descriptor.h"

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

// After a call that may have given the socket a local address.
void Identify(const Napi::CallbackInfo& info, int fd) {
  if (kOnlySockets) Environment::Of(info.Env()).ownership.Identify(fd);
}

// bind(fd, address)
Napi::Value Bind(const Napi::CallbackInfo& info) {
  const int fd = Int(info, 0);
  const long result = BindSocket(fd, AddressAt(info, 1));
  Identify(info, fd);
  return Result(info.Env(), result);
}

// listen(fd, backlog)
Napi::Value Listen(const Napi::CallbackInfo& info) {
  return Result(info.Env(), ListenSocket(Int(info, 0), Int(info, 1)));
}

// accept(fd, address, own): the new socket, in the listener's blocking mode. own: whether an object owns it
Napi::Value Accept(const Napi::CallbackInfo& info) {
  const int fd = Int(info, 0);
  Address& peer = AddressAt(info, 1);
  const bool own = Bool(info, 2);
  const long accepted = AcceptSocket(fd, peer);
  return Result(info.Env(), own ? OwnNew(info.Env(), accepted) : accepted);
}

// connect(fd, address)
Napi::Value Connect(const Napi::CallbackInfo& info) {
  const int fd = Int(info, 0);
  const long result = ConnectSocket(fd, AddressAt(info, 1));
  Identify(info, fd);
  return Result(info.Env(), result);
}

// recv(fd, buffer, flags)
Napi::Value CallRecv(const Napi::CallbackInfo& info) {
  Bytes buffer = View(info, 1);
  return Result(info.Env(), Recv(Int(info, 0), buffer.data, buffer.length, Int(info, 2)));
}

// send(fd, data, flags)
Napi::Value CallSend(const Napi::CallbackInfo& info) {
  Bytes data = View(info, 1);
  return Result(info.Env(), Send(Int(info, 0), data.data, data.length, Int(info, 2)));
}

// recvfrom(fd, buffer, flags, address)
Napi::Value CallRecvFrom(const Napi::CallbackInfo& info) {
  Bytes buffer = View(info, 1);
  Address& sender = AddressAt(info, 3);
  return Result(info.Env(), RecvFrom(Int(info, 0), buffer.data, buffer.length, Int(info, 2), sender));
}

// sendto(fd, data, flags, address)
Napi::Value CallSendTo(const Napi::CallbackInfo& info) {
  const int fd = Int(info, 0);
  Bytes data = View(info, 1);
  Address& receiver = AddressAt(info, 3);
  const long result = SendTo(fd, data.data, data.length, Int(info, 2), receiver);
  Identify(info, fd);
  return Result(info.Env(), result);
}

// shutdown(fd, how)
Napi::Value Shutdown(const Napi::CallbackInfo& info) {
  return Result(info.Env(), ShutdownSocket(Int(info, 0), Int(info, 1)));
}

// getsockopt(fd, level, name, value): the number of bytes written to value
Napi::Value CallGetOption(const Napi::CallbackInfo& info) {
  Bytes value = View(info, 3);
  return Result(info.Env(), GetOption(Int(info, 0), Int(info, 1), Int(info, 2), value.data, value.length));
}

// setsockopt(fd, level, name, value)
Napi::Value CallSetOption(const Napi::CallbackInfo& info) {
  Bytes value = View(info, 3);
  return Result(info.Env(), SetOption(Int(info, 0), Int(info, 1), Int(info, 2), value.data, value.length));
}

// getsockname(fd, address)
Napi::Value GetSockName(const Napi::CallbackInfo& info) {
  return Result(info.Env(), LocalAddress(Int(info, 0), AddressAt(info, 1)));
}

// getpeername(fd, address)
Napi::Value GetPeerName(const Napi::CallbackInfo& info) {
  return Result(info.Env(), PeerAddress(Int(info, 0), AddressAt(info, 1)));
}

}  // namespace

void InitSocket(Napi::Object exports) {
  Export(exports, "socket", CreateSocket);
  Export(exports, "socketpair", CreateSocketPair);
  Export(exports, "bind", Bind);
  Export(exports, "listen", Listen);
  Export(exports, "accept", Accept);
  Export(exports, "connect", Connect);
  Export(exports, "recv", CallRecv);
  Export(exports, "send", CallSend);
  Export(exports, "recvfrom", CallRecvFrom);
  Export(exports, "sendto", CallSendTo);
  Export(exports, "shutdown", Shutdown);
  Export(exports, "getsockopt", CallGetOption);
  Export(exports, "setsockopt", CallSetOption);
  Export(exports, "getsockname", GetSockName);
  Export(exports, "getpeername", GetPeerName);
}
