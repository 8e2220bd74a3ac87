"""Many guests in one process: scripts that ask, wait for the answer and go on, each request on a connection of its own.

A script is a generator. It yields a `Request` and is sent an `Answer`, or yields seconds to sleep.
"""
import dataclasses
import heapq
import itertools
import resource
import select
import socket
import time

READ, WRITE = select.EPOLLIN | select.EPOLLRDHUP, select.EPOLLOUT


@dataclasses.dataclass
class Request:
    path: str
    headers: dict
    timeout: float = 10.0


@dataclasses.dataclass
class Answer:
    """`status` is 0 where no complete answer came in time; `body` then says why. `seconds` include the connection."""

    status: int
    body: bytes
    seconds: float


class Guest:
    """A script with the connection that it is waiting on, if any."""

    def __init__(self, script):
        self.script, self.connection, self.turn = script, None, 0

    def close(self, loop):
        if self.connection is not None:
            loop.waiting.pop(self.connection.fileno(), None)
            self.connection.close()
            self.connection = None


class Loop:
    """Runs guests against one port until the last has ended."""

    def __init__(self, port):
        self.address = ("127.0.0.1", port)
        self.poll, self.waiting, self.timers, self.order = select.epoll(), {}, [], itertools.count()

    def run(self, scripts):
        """Seconds of this process's own CPU time that it took."""
        before = resource.getrusage(resource.RUSAGE_SELF)
        for script in scripts:
            self.resume(Guest(script), None)
        while self.waiting or self.timers:
            for descriptor, _ in self.poll.poll(max(0.0, self.timers[0][0] - time.monotonic())):
                guest = self.waiting.get(descriptor)
                if guest is not None:
                    self.advance(guest)
            self.ring()
        self.poll.close()
        after = resource.getrusage(resource.RUSAGE_SELF)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def ring(self):
        """Wake those who slept long enough, and end requests that took too long."""
        while self.timers and (self.timers[0][0] <= time.monotonic() or self.timers[0][2].turn != self.timers[0][3]):
            _, _, guest, turn = heapq.heappop(self.timers)
            if guest.turn != turn:
                continue
            self.finish(guest, 0, b"timed out") if guest.connection else self.resume(guest, None)

    def resume(self, guest, answer):
        guest.turn += 1
        try:
            wanted = guest.script.send(answer)
        except StopIteration:
            return
        seconds = wanted.timeout if isinstance(wanted, Request) else wanted
        heapq.heappush(self.timers, (time.monotonic() + seconds, next(self.order), guest, guest.turn))
        if isinstance(wanted, Request):
            self.begin(guest, wanted)

    def begin(self, guest, request):
        lines = [f"GET {request.path} HTTP/1.1", "Host: 169.254.169.254", "Connection: close",
                 *(f"{name}: {value}" for name, value in request.headers.items())]
        guest.unsent, guest.received = ("\r\n".join(lines) + "\r\n\r\n").encode(), b""
        guest.began = time.monotonic()
        guest.connection = socket.socket()
        guest.connection.setblocking(False)
        guest.connection.connect_ex(self.address)
        self.waiting[guest.connection.fileno()] = guest
        self.poll.register(guest.connection, WRITE)

    def advance(self, guest):
        try:
            if guest.unsent:
                guest.unsent = guest.unsent[guest.connection.send(guest.unsent):]
                if not guest.unsent:
                    self.poll.modify(guest.connection, READ)
                return
            piece = guest.connection.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError as error:
            return self.finish(guest, 0, repr(error).encode())
        guest.received += piece
        head, mark, body = guest.received.partition(b"\r\n\r\n")
        length = content_length(head) if mark else None
        if length is not None and len(body) >= length:
            return self.finish(guest, int(head[9:12]), body[:length])
        if not piece:
            if mark and length is None:
                return self.finish(guest, int(head[9:12]), body)
            self.finish(guest, 0, b"connection closed without an answer")

    def finish(self, guest, status, body):
        answer = Answer(status, body, time.monotonic() - guest.began)
        guest.close(self)
        self.resume(guest, answer)


def content_length(head):
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return None
