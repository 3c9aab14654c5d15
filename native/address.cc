// Socket addresses from and to JavaScript: https://man7.org/linux/man-pages/man3/sockaddr.3type.html
#include "address.h"

#include "core/modules.h"
#include "core/result.h"

namespace {

// encodeInet(address, text, port): 0, or -EINVAL if text is not a numeric address
Napi::Value CallEncodeInet(const Napi::CallbackInfo& info) {
  Address& address = AddressAt(info, 0);
  std::string text = info[1].As<Napi::String>();
  return Result(info.Env(), EncodeInet(address, text, Uint(info, 2)));
}

// encodeUnix(address, path): 0, or -ENAMETOOLONG
Napi::Value CallEncodeUnix(const Napi::CallbackInfo& info) {
  Address& address = AddressAt(info, 0);
  Bytes path = View(info, 1);
  return Result(info.Env(), EncodeUnix(address, path.data, path.length));
}

// decodeAddress(address): [family, text, port]. text: the path for AF_UNIX
Napi::Value CallDecode(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const Address& address = AddressAt(info, 0);
  if (address.Length() > sizeof address.storage) ThrowRangeError(env, "address expected");
  const AddressParts parts = Decode(address);
  auto array = Napi::Array::New(env, 3);
  array[0u] = parts.family;
  array[1u] = parts.text;
  array[2u] = static_cast<uint32_t>(parts.port);
  return array;
}

}  // namespace

void InitAddress(Napi::Object exports) {
  exports.Set("addressSize", static_cast<uint32_t>(sizeof(Address)));
  Export(exports, "encodeInet", CallEncodeInet);
  Export(exports, "encodeUnix", CallEncodeUnix);
  Export(exports, "decodeAddress", CallDecode);
}
