"""What all tests of the proxy share: a cloud, a Nova and namespaces of each test's own, gone when it ends."""
import contextlib
import pathlib
import shutil
import tempfile
import time
import unittest

import guests
import namespaces
import nova
from cloud import Cloud
from proxy import Proxy

# Ends whatever a test that is interrupted has left.
ENDING = contextlib.ExitStack()


class ProxyCase(unittest.TestCase):
    def setUp(self):
        self.ending = contextlib.ExitStack()
        ENDING.callback(self.ending.close)
        self.addCleanup(self.ending.close)
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="metapath-proxy-"))
        self.ending.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self.directory.chmod(0o755)
        self.host = namespaces.Host()
        self.ending.callback(self.host.remove)
        self.cloud, self.nova = Cloud(), nova.Nova()
        self.ending.callback(self.cloud.stop)
        self.ending.callback(self.nova.stop)

    def guest(self, place, **named):
        """A guest that Neutron knows."""
        guest = self.host.guest(place, **named)
        self.cloud.add(place, guest)
        return guest

    def proxy(self, *places, upstream=None, kind=Proxy, **named):
        """Serving when this returns."""
        proxy = kind(
            self.directory / "proxy", self.cloud, upstream or self.nova.url, nova.SECRET, places=places, **named)
        self.ending.callback(proxy.stop)
        return proxy.start()

    def routed(self, **named):
        """The usual case: a router, a guest behind it, and a proxy that serves it."""
        place = self.host.place("qrouter")
        guest = self.guest(place)
        return place, guest, self.proxy(place, **named)

    def assert_served(self, guest, answer):
        """With its own answer."""
        self.assertEqual(guests.who(answer), guest.id, str(answer))

    def wait_until(self, ready, what, limit=15):
        end = time.monotonic() + limit
        while not ready():
            if time.monotonic() > end:
                self.fail(f"waited {limit} s in vain: {what}")
            time.sleep(0.01)
