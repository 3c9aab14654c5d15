"""The counterpart of register.c with selectors. It also measures the memory of a key:
register.py SelectSelector|PollSelector|EpollSelector DESCRIPTORS MILLISECONDS"""
import json
import os
import selectors
import sys
import time
import tracemalloc

from peer import WARM_UP_NS, raise_limit

# So many that rounding to pages makes no difference.
KEYS = 50_000

_, name, descriptors, milliseconds = sys.argv
raise_limit()
make = getattr(selectors, name)
data = object()
fds = [os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC) for _ in range(int(descriptors))]


def register(selector):
    for fd in fds:
        selector.register(fd, selectors.EVENT_READ, data)


def modify(selector):
    for fd in fds:
        selector.modify(fd, selectors.EVENT_READ | selectors.EVENT_WRITE, data)


def unregister(selector):
    for fd in fds:
        selector.unregister(fd)


PHASES = [register, modify, unregister]


def time_phases(selector, duration):
    elapsed = [0] * len(PHASES)
    cycles = 0
    end = time.perf_counter_ns() + duration
    while time.perf_counter_ns() < end:
        for i, phase in enumerate(PHASES):
            start = time.perf_counter_ns()
            phase(selector)
            elapsed[i] += time.perf_counter_ns() - start
        cycles += 1
    return {f"ns per {phase.__name__}": each / (cycles * len(fds)) for phase, each in zip(PHASES, elapsed)}


def memory_per_key(in_use):
    registries = [make() for _ in range(-(-KEYS // len(fds)))]
    before = in_use()
    for selector in registries:
        register(selector)
    each = (in_use() - before) / (len(registries) * len(fds))
    for selector in registries:
        selector.close()
    return each


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def heap_per_key():
    tracemalloc.start()
    try:
        return memory_per_key(lambda: tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()


def figures():
    with make() as selector:
        register(selector)
        # SelectSelector registers any descriptor; only select(2) refuses those past FD_SETSIZE.
        selector.select(0)
    # This comes first, because freed memory would be reused.
    rss = memory_per_key(resident)
    heap = heap_per_key()
    with make() as selector:
        time_phases(selector, WARM_UP_NS)
        times = time_phases(selector, float(milliseconds) * 1e6)
    return {**times, "heap bytes per key": heap, "RSS bytes per key": rss}


try:
    answer = figures()
except ValueError as error:
    answer = {"refused": f"ValueError: {error}"}
print(json.dumps(answer))
