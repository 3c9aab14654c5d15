// The signal subscriptions of one environment: see signals.cc.
#pragma once

#include <cstdint>
#include <vector>

class Subscriptions {
 public:
  Subscriptions() = default;
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;
  // Ends those that are left when the environment ends.
  ~Subscriptions();

  // As SignalRegistry::subscribe.
  int Add(uint32_t signals, int fd);
  // As SignalRegistry::arrived; 0 if the environment has no such subscription.
  [[nodiscard]] uint32_t Arrived(int id) const;
  // As SignalRegistry::unsubscribe; harmless if the environment has no such subscription.
  void Remove(int id);

 private:
  std::vector<int> ids_;
};
