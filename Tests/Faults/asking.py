"""Requests as Neutron's agent sends them on behalf of an instance, and what came back."""
import concurrent.futures
import hashlib
import hmac
import http.client
import threading
import time

import rig
from answers import Answer, quantile  # noqa: F401

INSTANCE_ID = "/latest/meta-data/instance-id"
META_DATA = "/openstack/latest/meta_data.json"
NETWORK_DATA = "/openstack/latest/network_data.json"
SECURITY_GROUPS = "/latest/meta-data/security-groups"
PASSWORD = "/openstack/latest/password"


def signed_headers(instance):
    signature = hmac.new(rig.SECRET.encode(), instance.id.encode(), hashlib.sha256).hexdigest()
    return {"X-Instance-ID": instance.id, "X-Tenant-ID": instance.project, "X-Instance-ID-Signature": signature,
            "X-Forwarded-For": "192.0.2.99"}


def ask(server, path, instance=None, method="GET", body=None, timeout=30):
    """One request on a connection of its own."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
    try:
        headers = signed_headers(instance) if instance else {}
        connection.request(method, path, body=body, headers=headers | {"Connection": "close"})
        reply = connection.getresponse()
        content = reply.read()
        return Answer(reply.status, dict(reply.getheaders()), content, time.monotonic() - began)
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, {}, repr(error).encode(), time.monotonic() - began)
    finally:
        connection.close()


def ask_together(server, requests, timeout=30):
    """All of the (path, instance) pairs at the same moment; their answers in the same order."""
    start = threading.Barrier(len(requests))

    def one(request):
        start.wait()
        return ask(server, *request, timeout=timeout)

    with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(one, requests))


class Load:
    """Guests that ask one request after the other from threads, until the end of the `with` block.

    `answers` then holds (when, path, answer), `when` in time.monotonic() at the request's end.
    """

    def __init__(self, server, requests, guests=4, pause=0.01):
        self.server, self.requests, self.pause = server, requests, pause
        self.answers, self.ended = [], threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(n, guests), daemon=True) for n in range(guests)]

    def work(self, first, step):
        turn = first
        while not self.ended.is_set():
            path, instance = self.requests[turn % len(self.requests)]
            answer = ask(self.server, path, instance)
            self.answers.append((time.monotonic(), path, answer))
            turn += step
            time.sleep(self.pause)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(60)
