"""The counterpart of dispatch.c with selectors: dispatch.py EpollSelector R MILLISECONDS"""
import os
import sys

from backends import print_figure, watch
from peer import measure, raise_limit

_, name, ready, milliseconds = sys.argv
raise_limit()
fds = [os.eventfd(1, os.EFD_NONBLOCK | os.EFD_CLOEXEC) for _ in range(int(ready))]
selector = watch(name, fds)


def run(waits):
    visited = 0
    for _ in range(waits):
        for key, mask in selector.select():
            visited += key.fd + mask
    return visited


print_figure("ns per event", lambda: measure(run, float(milliseconds)) / len(fds))
