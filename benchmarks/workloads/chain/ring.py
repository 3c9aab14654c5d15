"""The counterpart of ring.h."""
import os
import socket

HOPS = 5000
ACTIVE = 100
# An upper bound on the other descriptors of a program.
SPARE = 100


class Ring:
    """Tokens that go round a ring of socket pairs: each is read from one pair and written to the next.

    A run starts with up to ACTIVE tokens at equal distances and ends after HOPS writes and as many reads.
    """

    def __init__(self, pairs):
        """Gives the lowest numbers to the read ends by moving the write ends out of their way."""
        self.readers = []
        self.writers = []
        self.unwritten = 0
        self.unread = 0
        for i in range(pairs):
            ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            reader, writer = [end.detach() for end in ends]
            self.readers.append(reader)
            self.writers.append(os.dup2(writer, pairs + SPARE + i, inheritable=False))
            os.close(writer)

    def start(self):
        pairs = len(self.readers)
        active = min(pairs, ACTIVE)
        self.unwritten = self.unread = HOPS
        for i in range(active):
            self.pass_to(i * pairs // active)

    def pass_on(self, pair):
        """Reads the token of a pair and writes it to the next."""
        self.unread -= len(os.read(self.readers[pair], 1))
        if self.unwritten > 0:
            self.pass_to(pair + 1 if pair + 1 < len(self.readers) else 0)

    def pass_to(self, pair):
        self.unwritten -= 1
        os.write(self.writers[pair], b"x")
