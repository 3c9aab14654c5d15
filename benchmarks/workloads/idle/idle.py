"""The counterpart of idle.c with selectors: idle.py SelectSelector|PollSelector|EpollSelector COUNT MILLISECONDS"""
import os
import sys

from backends import print_figure, watch
from peer import measure, raise_limit

_, name, count, milliseconds = sys.argv
last = int(count) - 1
raise_limit()
fds = [os.eventfd(int(i == last), os.EFD_NONBLOCK | os.EFD_CLOEXEC) for i in range(last + 1)]
selector = watch(name, fds)


def run(waits):
    visited = 0
    for _ in range(waits):
        for key, _ in selector.select():
            visited += key.data
    return visited


print_figure("ns per wait", lambda: measure(run, float(milliseconds)))
