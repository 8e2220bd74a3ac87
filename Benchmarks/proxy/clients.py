"""Guests that ask: many at once from one process, each on a connection from its own namespace and address."""
import collections
import dataclasses
import itertools
import select
import socket
import time

import networks

TIMEOUT = 10.0
READ, WRITE = select.EPOLLIN | select.EPOLLRDHUP, select.EPOLLOUT
LENGTH = b"\r\ncontent-length:"


@dataclasses.dataclass
class Outcome:
    """`failure` is empty where the guest got its own answer, else says what it got instead."""

    began: float
    ended: float
    failure: str

    @property
    def seconds(self):
        return self.ended - self.began


class Connection:
    def __init__(self, guest):
        self.guest, self.socket, self.answered = guest, guest.socket(), 0
        self.began, self.unsent, self.received = 0.0, b"", b""


class Clients:
    """Asks `guests`, one request each, `concurrency` of them at a time.

    - keep: a connection goes on with further requests of the same guest, as long as the server leaves it open. One that
      ends under a request without any answer is opened anew once, as HTTP clients do; `repeated` counts these.
    - pace: requests a second that begin, however the earlier ones go; without it the next begins when one has ended.
    - meanwhile: by the number of requests that have begun, what to do then.
    """

    def __init__(self, guests, path, concurrency, keep=False, pace=None, meanwhile=(), destination=networks.METADATA):
        self.guests, self.concurrency, self.keep, self.pace = iter(guests), concurrency, keep, pace
        self.meanwhile = collections.deque(sorted(meanwhile, key=lambda each: each[0]))
        self.destination, self.outcomes, self.repeated, self.begun = destination, [], 0, 0
        end = b"\r\n\r\n" if keep else b"\r\nConnection: close\r\n\r\n"
        self.request = f"GET {path} HTTP/1.1\r\nHost: {networks.METADATA[0]}".encode() + end
        self.poll, self.open, self.deadlines = select.epoll(), {}, collections.deque()

    def run(self):
        """The outcomes, in the order in which requests ended."""
        self.started = time.monotonic()
        while self.fill() or self.open:
            for descriptor, _ in self.poll.poll(self.patience()):
                if descriptor in self.open:
                    self.advance(self.open[descriptor])
            self.expire()
        self.poll.close()
        return self.outcomes

    def fill(self):
        """Begin what is due. False when there is nothing left to begin."""
        while len(self.open) < self.concurrency:
            if self.pace and time.monotonic() < self.started + self.begun / self.pace:
                return True
            guest = next(self.guests, None)
            if guest is None:
                return False
            self.begin(guest)
        return True

    def patience(self):
        """Seconds until something has to be done without being told."""
        wait = TIMEOUT
        if self.deadlines:
            wait = self.deadlines[0][0] - time.monotonic()
        if self.pace:
            wait = min(wait, self.started + self.begun / self.pace - time.monotonic())
        return max(0.0, wait)

    def begin(self, guest):
        self.count()
        began = time.monotonic()
        try:
            connection = Connection(guest)
        except OSError as error:
            self.outcomes.append(Outcome(began, time.monotonic(), f"no socket: {error.strerror}"))
            return
        connection.began = began
        self.connect(connection)

    def count(self):
        self.begun += 1
        while self.meanwhile and self.meanwhile[0][0] <= self.begun:
            self.meanwhile.popleft()[1]()

    def connect(self, connection):
        connection.unsent, connection.received = self.request, b""
        connection.socket.setblocking(False)
        connection.socket.connect_ex(self.destination)
        self.open[connection.socket.fileno()] = connection
        self.deadlines.append((connection.began + TIMEOUT, connection, connection.answered))
        self.poll.register(connection.socket, WRITE)

    def advance(self, connection):
        try:
            if connection.unsent:
                connection.unsent = connection.unsent[connection.socket.send(connection.unsent):]
                if not connection.unsent:
                    self.poll.modify(connection.socket, READ)
                return
            piece = connection.socket.recv(1 << 16)
        except BlockingIOError:
            return
        except ConnectionRefusedError:
            return self.end(connection, "refused")
        except OSError:
            return self.lose(connection, "reset")
        connection.received += piece
        head, mark, body = connection.received.partition(b"\r\n\r\n")
        if mark and len(body) >= content_length(head):
            self.answer(connection, head, body)
        elif not piece:
            self.lose(connection, "closed without an answer")

    def answer(self, connection, head, body):
        failure = "" if head[9:12] == b"200" else head[9:12].decode()
        if not failure and body != connection.guest.instance.encode():
            failure = "another's answer"
        if not self.keep or b"\r\nconnection: close" in head.lower():
            return self.end(connection, failure)
        self.outcomes.append(Outcome(connection.began, time.monotonic(), failure))
        if next(self.guests, None) is None:
            return self.drop(connection)
        self.count()
        connection.answered += 1
        connection.began, connection.unsent, connection.received = time.monotonic(), self.request, b""
        self.deadlines.append((connection.began + TIMEOUT, connection, connection.answered))
        self.poll.modify(connection.socket, WRITE)

    def lose(self, connection, failure):
        """A kept connection that ended between an answer and a request tells nothing about the request."""
        if connection.answered == 0 or connection.received:
            return self.end(connection, failure)
        self.repeated += 1
        self.drop(connection)
        again = Connection(connection.guest)
        again.began = connection.began
        self.connect(again)

    def end(self, connection, failure):
        self.outcomes.append(Outcome(connection.began, time.monotonic(), failure))
        self.drop(connection)

    def drop(self, connection):
        self.open.pop(connection.socket.fileno(), None)
        connection.socket.close()

    def expire(self):
        now = time.monotonic()
        while self.deadlines:
            deadline, connection, answered = self.deadlines[0]
            is_over = connection.socket.fileno() < 0 or connection.answered != answered
            if not is_over and deadline > now:
                return
            self.deadlines.popleft()
            if not is_over:
                self.end(connection, "timed out")


def content_length(head):
    start = head.lower().find(LENGTH)
    return int(head[start + len(LENGTH):].split(b"\r\n", 1)[0]) if start >= 0 else 0


def failures(outcomes):
    """How many of each kind."""
    return collections.Counter(each.failure for each in outcomes if each.failure)


def described(kinds):
    return ", ".join(f"{count:,} × {kind}" for kind, count in kinds.most_common())


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def gap(outcomes, moment):
    """Seconds from `moment` until the first answer to a request that began after it; and the longest that anybody
    waited for an answer. None where there was none.
    """
    good = [each.ended - moment for each in outcomes if not each.failure and each.began >= moment]
    return min(good, default=None), max((each.seconds for each in outcomes if not each.failure), default=None)


def one_after_another(guest, destination, path, count, keep, headers=()):
    """Seconds of each request of a single client that waits for its answer; `guest` None asks from here."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {networks.METADATA[0]}", *(f"{name}: {value}" for name, value in headers)]
    request = ("\r\n".join([*lines, *([] if keep else ["Connection: close"])]) + "\r\n\r\n").encode()
    times, connection = [], None
    for _ in range(count):
        began = time.perf_counter()
        if connection is None:
            connection = guest.socket() if guest else socket.socket()
            connection.connect(destination)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(request)
        received = b""
        while not is_complete(received):
            piece = connection.recv(1 << 16)
            if not piece:
                raise SystemExit(f"{destination} closed the connection after {received!r}")
            received += piece
        times.append(time.perf_counter() - began)
        if received[9:12] != b"200":
            raise SystemExit(f"{destination}: expected 200, found {received!r}")
        if not keep or b"\r\nconnection: close" in received.lower():
            connection.close()
            connection = None
    return times


def is_complete(received):
    head, mark, body = received.partition(b"\r\n\r\n")
    return bool(mark) and len(body) >= content_length(head)


def repeating(guests, count):
    """The guests in turn, `count` times in all."""
    return itertools.islice(itertools.cycle(guests), count)
