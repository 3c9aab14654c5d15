// Signals as readiness of a descriptor: a handler that writes to it: sigaction(2):
// https://man7.org/linux/man-pages/man2/sigaction.2.html
//
// Signal dispositions belong to the process, so this file alone has state that all threads share. The handler
// can interrupt any thread anywhere: it takes no lock, allocates nothing, and walks a list that only grows.
#include "signal_registry.h"

#include <sched.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <memory>
#include <mutex>

#include "core/result.h"
#include "os/dlfcn.h"

namespace {

// Signals 1 to 31: a mask of 32 bits, and no real-time signals.
constexpr int kSignals = 32;

constexpr uint32_t Bit(int signum) { return 1U << (signum - 1); }

// An element of a linked list. Reused but never freed, as a handler may be walking the list.
struct Subscription {
  explicit Subscription(Subscription* next) : id(next == nullptr ? 0 : next->id + 1), next(next) {}

  const int id;
  Subscription* const next;
  bool in_use = true;
  // Where handlers write.
  std::atomic<int> fd{-1};
  // The signals subscribed to, as a mask.
  std::atomic<uint32_t> wanted{0};
  // Those that have arrived and have not been read.
  std::atomic<uint32_t> arrived{0};
  // The number of handlers that may be about to write to fd.
  std::atomic<uint32_t> handlers{0};
};

// What Handle has replaced for one signal. If that was a handler, Handle calls it.
struct Disposition {
  uint32_t subscribers = 0;
  // Restored when the last subscriber leaves.
  struct sigaction before {};
  // The handler from before, in one of the two forms that sigaction(2) knows.
  std::atomic<void (*)(int)> handler{nullptr};
  std::atomic<void (*)(int, siginfo_t*, void*)> handler_with_info{nullptr};
};

static_assert(std::atomic<uint32_t>::is_always_lock_free && std::atomic<void (*)(int)>::is_always_lock_free);

// Guards what is not atomic, and the dispositions of the process. The handler does not take it.
std::mutex mutex;
std::atomic<Subscription*> subscriptions{nullptr};
// By signal number.
std::array<Disposition, kSignals> dispositions;

void Notify(Subscription& subscription, uint32_t bit) {
  // Count first, then look: either the end of the subscription is seen here, or EndLocked waits.
  ++subscription.handlers;
  if ((subscription.wanted & bit) != 0) {
    subscription.arrived |= bit;
    const uint64_t one = 1;
    // A failed write is harmless: a full descriptor is readable already.
    [[maybe_unused]] ssize_t written = write(subscription.fd, &one, sizeof one);
  }
  --subscription.handlers;
}

void Handle(int signum, siginfo_t* info, void* context) {
  const int interrupted = errno;
  for (Subscription* each = subscriptions; each != nullptr; each = each->next) Notify(*each, Bit(signum));
  if (auto* handler = dispositions[signum].handler_with_info.load()) {
    handler(signum, info, context);
  } else if (auto* handler = dispositions[signum].handler.load()) {
    handler(signum);
  }
  errno = interrupted;
}

bool IsOurs(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == Handle;
}

void Remember(Disposition& disposition, const struct sigaction& before) {
  disposition.before = before;
  const bool with_info = (before.sa_flags & SA_SIGINFO) != 0;
  // A one-shot handler stands for the default action, as Node's own for SIGINT and SIGTERM does, which
  // restores the terminal and ends the process.
  const bool keep =
      (before.sa_flags & SA_RESETHAND) == 0 && before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN;
  disposition.handler_with_info = keep && with_info ? before.sa_sigaction : nullptr;
  disposition.handler = keep && !with_info ? before.sa_handler : nullptr;
}

long Install(int signum) {
  Disposition& disposition = dispositions[signum];
  struct sigaction before {};
  sigaction(signum, nullptr, &before);
  // Even if there are subscribers already, libuv may have replaced our handler since.
  if (!IsOurs(before)) {
    struct sigaction ours {};
    ours.sa_sigaction = Handle;
    ours.sa_flags = SA_RESTART | SA_SIGINFO | SA_ONSTACK;
    // libuv's handler takes a lock, so no other signal may interrupt it.
    sigfillset(&ours.sa_mask);
    // A signal may arrive as soon as our handler is installed.
    Remember(disposition, before);
    long result = OrErrno("sigaction", sigaction(signum, &ours, &before));
    if (result < 0) return result;
    // libuv may have changed it in another thread in between.
    if (!IsOurs(before)) Remember(disposition, before);
  }
  ++disposition.subscribers;
  return 0;
}

void Uninstall(int signum) {
  Disposition& disposition = dispositions[signum];
  if (--disposition.subscribers > 0) return;
  struct sigaction current {};
  // If somebody has replaced our handler, leave theirs.
  if (sigaction(signum, nullptr, &current) != 0 || !IsOurs(current)) return;
  sigaction(signum, &disposition.before, &current);
  // The same if they did so just before the last call.
  if (!IsOurs(current)) sigaction(signum, &current, nullptr);
}

void UninstallAll(uint32_t signals) {
  for (int signum = 1; signum < kSignals; ++signum) {
    if ((signals & Bit(signum)) != 0) Uninstall(signum);
  }
}

// All or none.
long InstallAll(uint32_t signals) {
  for (int signum = 1; signum < kSignals; ++signum) {
    if ((signals & Bit(signum)) == 0) continue;
    if (long result = Install(signum); result < 0) {
      UninstallAll(signals & (Bit(signum) - 1));
      return result;
    }
  }
  return 0;
}

// The subscription in use that has this id, or nullptr. The caller holds the lock.
Subscription* Find(int id) {
  Subscription* each = subscriptions;
  while (each != nullptr && (each->id != id || !each->in_use)) each = each->next;
  return each;
}

// Reuses an element of the list, or adds one. The caller holds the lock.
Subscription* Take() {
  Subscription* const first = subscriptions;
  for (Subscription* each = first; each != nullptr; each = each->next) {
    if (each->in_use) continue;
    each->in_use = true;
    return each;
  }
  subscriptions = std::make_unique<Subscription>(first).release();
  return subscriptions;
}

// When it returns, nothing writes to the descriptor any more. Restores the dispositions first, so that no
// signal is lost in between. The caller holds the lock.
void EndLocked(Subscription& subscription) {
  UninstallAll(subscription.wanted);
  subscription.wanted = 0;
  while (subscription.handlers != 0) sched_yield();
  subscription.in_use = false;
}

// A fault recurs as soon as its handler returns, SIGKILL and SIGSTOP cannot be caught, and signal 32 belongs
// to libc.
constexpr uint32_t kRefused = Bit(SIGSEGV) | Bit(SIGBUS) | Bit(SIGFPE) | Bit(SIGILL) | Bit(SIGKILL) |
                              Bit(SIGSTOP) | 1U << (kSignals - 1);

int Subscribe(uint32_t signals, int fd) {
  if ((signals & kRefused) != 0) return -EINVAL;
  const std::lock_guard lock(mutex);
  Subscription& subscription = *Take();
  subscription.fd = fd;
  subscription.arrived = 0;
  // Before the handlers are installed, so that none is missed.
  subscription.wanted = signals;
  const auto result = static_cast<int>(InstallAll(signals));
  if (result == 0) return subscription.id;
  subscription.wanted = 0;
  EndLocked(subscription);
  return result;
}

uint32_t Arrived(int id) {
  const std::lock_guard lock(mutex);
  Subscription* subscription = Find(id);
  return subscription == nullptr ? 0 : subscription->arrived.exchange(0);
}

void Unsubscribe(int id) {
  const std::lock_guard lock(mutex);
  if (Subscription* subscription = Find(id); subscription != nullptr) EndLocked(*subscription);
}

constexpr SignalRegistry kOwn = {Subscribe, Arrived, Unsubscribe};

// A process may have loaded several copies of the package, each a library with local symbols. If each had a
// registry of its own, they would take each other's handlers for the ones from before and call them in
// circles. So each copy makes its symbols global, and uses the first registry that dlsym finds. Libraries are
// searched in the order in which they became global, and none is ever unloaded, so all copies find the same.
const SignalRegistry& FindShared() {
  Dl_info own{};
  if (dladdr(&kOwn, &own) == 0 || dlopen(own.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL) == nullptr)
    return kOwn;
  void* first = dlsym(RTLD_DEFAULT, "io_selectors_signals_1");
  return first == nullptr ? kOwn : *reinterpret_cast<decltype(&io_selectors_signals_1)>(first)();
}

}  // namespace

const SignalRegistry* io_selectors_signals_1() { return &kOwn; }

const SignalRegistry& SharedSignals() {
  static const SignalRegistry& shared = FindShared();
  return shared;
}
