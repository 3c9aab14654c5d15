// Signals as readiness of a descriptor: sigaction(2):
// https://man7.org/linux/man-pages/man2/sigaction.2.html
//
// What becomes of a signal is a matter of the process, whichever thread asks, so this file alone has state
// that the process shares. The handler runs at any moment in any thread: it takes no lock, allocates nothing,
// and sees lists that only grow.
#include "signal_registry.h"

#include <dlfcn.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <memory>
#include <mutex>

#include "result.h"

#if defined(__GLIBC__) && defined(__x86_64__)
// The names that glibc has since 2.34 would tie the binary to it.
__asm__(".symver dladdr,dladdr@GLIBC_2.2.5");
__asm__(".symver dlopen,dlopen@GLIBC_2.2.5");
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver dladdr,dladdr@GLIBC_2.17");
__asm__(".symver dlopen,dlopen@GLIBC_2.17");
__asm__(".symver dlsym,dlsym@GLIBC_2.17");
#endif

namespace {

constexpr int kSignals = 32;

constexpr uint32_t Bit(int signum) { return 1U << (signum - 1); }

// Who is to hear of which signals. Never freed, as a handler may be looking at it, but used again.
struct Subscription {
  explicit Subscription(Subscription* next) : id(next == nullptr ? 0 : next->id + 1), next(next) {}

  const int id;
  Subscription* const next;
  bool taken = true;
  std::atomic<int> fd{-1};
  std::atomic<uint32_t> wanted{0};
  std::atomic<uint32_t> arrived{0};
  // How many handlers may be about to write to fd.
  std::atomic<uint32_t> handlers{0};
};

// What a signal did before we came, which goes on as long as it was a handler.
struct Disposition {
  uint32_t subscribers = 0;
  struct sigaction before {};
  std::atomic<void (*)(int)> handler{nullptr};
  std::atomic<void (*)(int, siginfo_t*, void*)> handler_with_info{nullptr};
};

static_assert(std::atomic<uint32_t>::is_always_lock_free && std::atomic<void (*)(int)>::is_always_lock_free);

// Guards what is not atomic, and who installs handlers. No handler takes it.
std::mutex mutex;
std::atomic<Subscription*> subscriptions{nullptr};
std::array<Disposition, kSignals> dispositions;

void Notify(Subscription& subscription, uint32_t bit) {
  // Counted before it looks: either it sees that the subscription has ended, or who ends it waits for it.
  ++subscription.handlers;
  if ((subscription.wanted & bit) != 0) {
    subscription.arrived |= bit;
    const uint64_t one = 1;
    // What is full is readable as well.
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
  // A handler for one time stands for the default action: Node's own for SIGINT and SIGTERM restores the
  // terminal and ends the process.
  const bool goes_on =
      (before.sa_flags & SA_RESETHAND) == 0 && before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN;
  disposition.handler_with_info = goes_on && with_info ? before.sa_sigaction : nullptr;
  disposition.handler = goes_on && !with_info ? before.sa_handler : nullptr;
}

long Install(int signum) {
  Disposition& disposition = dispositions[signum];
  struct sigaction before {};
  sigaction(signum, nullptr, &before);
  // Also where there are subscribers: libuv may have replaced the handler.
  if (!IsOurs(before)) {
    struct sigaction ours {};
    ours.sa_sigaction = Handle;
    ours.sa_flags = SA_RESTART | SA_SIGINFO | SA_ONSTACK;
    // libuv's handler takes a lock of its own, and must not be interrupted by itself.
    sigfillset(&ours.sa_mask);
    // In time for a signal that comes at once.
    Remember(disposition, before);
    long result = OrErrno("sigaction", sigaction(signum, &ours, &before));
    if (result < 0) return result;
    // libuv, in another thread, may have been quicker.
    if (!IsOurs(before)) Remember(disposition, before);
  }
  ++disposition.subscribers;
  return 0;
}

void Uninstall(int signum) {
  Disposition& disposition = dispositions[signum];
  if (--disposition.subscribers > 0) return;
  struct sigaction current {};
  // Whoever has replaced our handler knows better what is to come.
  if (sigaction(signum, nullptr, &current) != 0 || !IsOurs(current)) return;
  sigaction(signum, &disposition.before, &current);
  // Also where that was in between.
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

// Those alone that are in use. The lock is held.
Subscription* Find(int id) {
  Subscription* each = subscriptions;
  while (each != nullptr && (each->id != id || !each->taken)) each = each->next;
  return each;
}

Subscription* Take() {
  Subscription* const first = subscriptions;
  for (Subscription* each = first; each != nullptr; each = each->next) {
    if (each->taken) continue;
    each->taken = true;
    return each;
  }
  subscriptions = std::make_unique<Subscription>(first).release();
  return subscriptions;
}

// When it returns, nothing writes to the descriptor any more. Dispositions come first, so that no signal is
// lost between us and what was before. The lock is held.
void EndLocked(Subscription& subscription) {
  UninstallAll(subscription.wanted);
  subscription.wanted = 0;
  while (subscription.handlers != 0) sched_yield();
  subscription.taken = false;
}

// A fault comes back as soon as its handler returns, and two signals have none.
constexpr uint32_t kRefused = Bit(SIGSEGV) | Bit(SIGBUS) | Bit(SIGFPE) | Bit(SIGILL) | Bit(SIGKILL) |
                              Bit(SIGSTOP) | 1U << (kSignals - 1);

int Subscribe(uint32_t signals, int fd) {
  if ((signals & kRefused) != 0) return -EINVAL;
  const std::lock_guard lock(mutex);
  Subscription& subscription = *Take();
  subscription.fd = fd;
  subscription.arrived = 0;
  // Before the handlers, so that they miss none.
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

// A process may have loaded several copies of the package: each a library whose names no other sees. With a
// registry each they would take one another's handlers for what was there before, and call them in circles.
// So each makes its names global, and takes the first that there is. Whoever looks has made his own global,
// and finds one; libraries are searched in the order in which that was done, and none is ever unloaded, so
// that all find the same.
const SignalRegistry& First() {
  Dl_info own{};
  if (dladdr(&kOwn, &own) == 0 || dlopen(own.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL) == nullptr)
    return kOwn;
  void* first = dlsym(RTLD_DEFAULT, "io_selectors_signals_1");
  return first == nullptr ? kOwn : *reinterpret_cast<decltype(&io_selectors_signals_1)>(first)();
}

}  // namespace

const SignalRegistry* io_selectors_signals_1() { return &kOwn; }

const SignalRegistry& SharedSignals() {
  static const SignalRegistry& shared = First();
  return shared;
}
