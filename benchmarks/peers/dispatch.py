"""The same as dispatch.c with selectors: dispatch.py SelectSelector|PollSelector|EpollSelector|Epoll R MILLISECONDS
Epoll is select.epoll, the object under EpollSelector."""
import json
import os
import select
import selectors
import sys

from timing import measure, raise_limit

_, name, ready, milliseconds = sys.argv
raise_limit()
fds = [os.eventfd(1, os.EFD_NONBLOCK | os.EFD_CLOEXEC) for _ in range(int(ready))]


def epoll_runner():
    epoll = select.epoll()
    for fd in fds:
        epoll.register(fd, select.EPOLLIN)

    def run(waits):
        visited = 0
        for _ in range(waits):
            for fd, mask in epoll.poll(None, len(fds)):
                visited += fd + mask
        return visited

    return run


def selector_runner():
    selector = getattr(selectors, name)()
    for fd in fds:
        selector.register(fd, selectors.EVENT_READ)

    def run(waits):
        visited = 0
        for _ in range(waits):
            for key, mask in selector.select():
                visited += key.fd + mask
        return visited

    return run


run = epoll_runner() if name == "Epoll" else selector_runner()
try:
    answer = {"ns per event": measure(run, float(milliseconds)) / len(fds)}
except ValueError as error:
    answer = {"refused": f"ValueError: {error}"}
print(json.dumps(answer))
