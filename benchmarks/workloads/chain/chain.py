"""The counterpart of chain.c with selectors: chain.py SelectSelector|PollSelector|EpollSelector PAIRS MILLISECONDS"""
import sys

from backends import print_figure, watch
from peer import measure, raise_limit
from ring import HOPS, Ring

_, name, pairs, milliseconds = sys.argv
raise_limit()
ring = Ring(int(pairs))
selector = watch(name, ring.readers)


def run(count):
    for _ in range(count):
        ring.start()
        while ring.unread > 0:
            for key, _ in selector.select():
                ring.pass_on(key.data)


print_figure("ns per hop", lambda: measure(run, float(milliseconds)) / HOPS)
