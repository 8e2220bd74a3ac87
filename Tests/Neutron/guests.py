"""What guests ask, and what came back."""
import contextlib
import dataclasses
import http.client
import json
import socket
import threading
import time

import networks


@dataclasses.dataclass
class Answer:
    """What a guest saw. `status` is 0 where there was no answer, and `body` then says why."""

    status: int
    body: bytes
    seconds: float

    @property
    def identity(self):
        """The instance and the project that Nova was told; Nones where Nova was not asked."""
        with contextlib.suppress(ValueError, AttributeError):
            told = json.loads(self.body)
            return told.get("instance"), told.get("project")
        return None, None

    def __str__(self):
        return f"{self.status} {self.body[:300]!r} after {self.seconds:.2f} s"


class Connection:
    """A guest's connection to the metadata address, in steps: a request may be under way while things happen."""

    def __init__(self, network, ipv6=False, timeout=10):
        self.began = time.monotonic()
        with networks.inside(network.guest):
            self.socket = socket.socket(socket.AF_INET6 if ipv6 else socket.AF_INET)
            scope = socket.if_nametoindex("eth0")
        self.socket.settimeout(timeout)
        address = (networks.METADATA_V6, 80, 0, scope) if ipv6 else (networks.METADATA_V4, 80)
        try:
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self.http = http.client.HTTPConnection(networks.METADATA_V4)
        self.http.sock = self.socket

    def send(self, path, headers):
        self.http.request("GET", path, headers=headers)
        return self

    def receive(self):
        reply = self.http.getresponse()
        return Answer(reply.status, reply.read(), time.monotonic() - self.began)

    def close(self):
        self.http.close()
        self.socket.close()


def ask(network, path="/latest/meta-data/instance-id", ipv6=False, headers=None, timeout=10):
    """One request on a connection of its own."""
    began = time.monotonic()
    try:
        with contextlib.closing(Connection(network, ipv6, timeout)) as connection:
            return connection.send(path, {"Connection": "close"} | (headers or {})).receive()
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, repr(error).encode(), time.monotonic() - began)


class Load:
    """Guests that ask one request after the other, each on a connection of its own, until the end of the `with` block.

    `answers` then holds (when, answer), `when` in time.monotonic() at the request's end.
    """

    def __init__(self, network, guests=2, pause=0.005, **request):
        self.network, self.pause, self.request = network, pause, request
        self.answers, self.ended = [], threading.Event()
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(guests)]

    def work(self):
        while not self.ended.is_set():
            answer = ask(self.network, **self.request)
            self.answers.append((time.monotonic(), answer))
            time.sleep(self.pause)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(30)
