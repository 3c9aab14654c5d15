"""The counterpart of echo.c with selectors: echo.py EpollSelector CONNECTIONS"""
import selectors
import socket
import sys

from peer import raise_limit

raise_limit()
selector = getattr(selectors, sys.argv[1])()
block = bytearray(65536)
view = memoryview(block)


def echo(peer):
    count = peer.recv_into(block)
    if count == 0:
        selector.unregister(peer)
        peer.close()
    elif peer.send(view[:count]) != count:
        raise OSError("send: incomplete")


def accept(listener):
    try:
        while True:
            peer, _ = listener.accept()
            peer.setblocking(False)
            selector.register(peer, selectors.EVENT_READ, echo)
    except BlockingIOError:
        pass


listener = socket.socket()
listener.setblocking(False)
listener.bind(("127.0.0.1", 0))
listener.listen(socket.SOMAXCONN)
print(listener.getsockname()[1], flush=True)
selector.register(listener, selectors.EVENT_READ, accept)
selector.register(sys.stdin, selectors.EVENT_READ, lambda _: sys.exit())
while True:
    for key, _ in selector.select():
        key.data(key.fileobj)
