// Which subscriptions to signals an environment has: see signals.cc.
#pragma once

#include <cstdint>
#include <vector>

class Subscriptions {
 public:
  Subscriptions() = default;
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;
  // The environment ends.
  ~Subscriptions();

  long Add(uint32_t signals, int fd);
  // 0 if there is no such subscription here.
  [[nodiscard]] uint32_t Arrived(int id) const;
  void Remove(int id);

 private:
  std::vector<int> ids_;
};
