"""The same as chain.c: chain.py SelectSelector|PollSelector|EpollSelector PAIRS MILLISECONDS"""
import sys

from backends import print_figure, watched
from ring import HOPS, Ring
from timing import measure, raise_limit

_, name, pairs, milliseconds = sys.argv
raise_limit()
ring = Ring(int(pairs))
selector = watched(name, ring.readers)


def run(count):
    for _ in range(count):
        ring.start()
        while ring.unread > 0:
            for key, _ in selector.select():
                ring.pass_on(key.data)


print_figure("ns per hop", lambda: measure(run, float(milliseconds)) / HOPS)
