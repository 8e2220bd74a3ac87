"""Requests from a guest's own namespace."""
import collections
import concurrent.futures
import http.client
import json
import socket
import threading
import time

import namespaces
from answers import Answer

# `how`: on a connection that was kept, or on a new one.
Served = collections.namedtuple("Served", "guest how answer")


class Connection(http.client.HTTPConnection):
    """A connection from the guest's namespace to the metadata address, from `source` where that is not the usual."""

    def __init__(self, guest, ipv6=False, source=None, timeout=30):
        super().__init__(namespaces.METADATA_IPV4, timeout=timeout)
        self.guest, self.ipv6, self.source = guest, ipv6, source

    def connect(self):
        with namespaces.entered(self.guest.namespace):
            self.sock = socket.socket(socket.AF_INET6 if self.ipv6 else socket.AF_INET)
            device = socket.if_nametoindex("eth0")
        self.sock.settimeout(self.timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        zone = (0, device) if self.ipv6 else ()
        if self.source:
            self.sock.bind((self.source, 0, *zone))
        self.sock.connect((namespaces.METADATA_IPV6 if self.ipv6 else namespaces.METADATA_IPV4, 80, *zone))

    def ask(self, path="/", method="GET", headers=(), pieces=()):
        """One request, whose body comes in pieces with pauses between, the first apart from the head too."""
        began = time.monotonic()
        try:
            self.putrequest(method, path)
            for name, value in headers:
                self.putheader(name, value)
            if pieces:
                self.putheader("Content-Length", str(sum(map(len, pieces))))
            self.endheaders()
            for piece in pieces:
                time.sleep(0.1)
                self.send(piece)
            reply = self.getresponse()
            content = reply.read()
            return Answer(reply.status, dict(reply.getheaders()), content, time.monotonic() - began)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Answer(0, {}, repr(error).encode(), time.monotonic() - began)


def ask(guest, path="/", method="GET", headers=(), pieces=(), **options):
    """One request on a connection of its own."""
    connection = Connection(guest, **options)
    try:
        return connection.ask(path, method, [*headers, ("Connection", "close")], pieces)
    finally:
        connection.close()


def ask_together(guests, path="/", timeout=60):
    """One request of each, all at the same moment; a guest may be there several times."""
    start = threading.Barrier(len(guests))

    def one(guest):
        start.wait()
        return ask(guest, path, timeout=timeout)

    with concurrent.futures.ThreadPoolExecutor(len(guests)) as pool:
        return list(pool.map(one, guests))


def who(answer):
    """The instance that the fake Nova was asked for."""
    return json.loads(answer.body)["instance"] if answer.status == 200 else None


class Load:
    """Guests that ask one request after the other until the end of the `with` block, half of them on a connection that
    they keep while they may. `served` is what each got.
    """

    def __init__(self, guests, clients=8, pause=0):
        self.served, self.ended, self.pause = [], threading.Event(), pause
        self.threads = [
            threading.Thread(target=self.work, args=(guests[n % len(guests)], n % 2 == 0), daemon=True)
            for n in range(clients)]

    def work(self, guest, keeps):
        connection = Connection(guest)
        while not self.ended.is_set():
            how = "kept" if connection.sock else "new"
            answer = connection.ask() if keeps else ask(guest)
            self.served.append(Served(guest, how, answer))
            time.sleep(self.pause)
        connection.close()

    def failures(self):
        return [each for each in self.served if who(each.answer) != each.guest.id]

    def wait_for(self, count, limit=30):
        """Until so many more requests are answered."""
        count, end = len(self.served) + count, time.monotonic() + limit
        while len(self.served) < count and time.monotonic() < end:
            time.sleep(0.01)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(60)
