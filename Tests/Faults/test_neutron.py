"""Neutron hangs, Keystone's tokens end."""
import json
import time
import urllib.request

import asking
from case import FaultCase


class Stalled(FaultCase):
    CACHE = 0

    def test_frozen(self):
        """Only security groups are Neutron's; an empty list would be a lie."""
        server = self.metapath()
        guest = self.named["keypair-ssh"]
        groups = asking.ask(server, asking.SECURITY_GROUPS, guest)
        self.assert_served(groups)
        before = self.median(server, guest)
        self.stub.freeze()
        self.addCleanup(self.stub.thaw)
        self.assert_unavailable(asking.ask(server, asking.SECURITY_GROUPS, guest), within=20)
        self.assertLess(self.median(server, guest), 2 * before + 0.05)
        together = asking.ask_together(server, [(asking.SECURITY_GROUPS, i) for i in self.rig.copies(30)])
        for answer in together:
            self.assert_unavailable(answer, within=20)
        self.stub.thaw()
        self.assert_recovers(server, asking.SECURITY_GROUPS, guest)
        self.assert_served(asking.ask(server, asking.SECURITY_GROUPS, guest), groups.body)

    def test_down(self):
        server = self.metapath("[neutron]\nendpoint_override = http://127.0.0.1:9\nhttp_retries = 0\n")
        guest = self.named["keypair-ssh"]
        self.assert_unavailable(asking.ask(server, asking.SECURITY_GROUPS, guest), within=20)
        self.assert_served(asking.ask(server, asking.META_DATA, guest))
        listing = asking.ask(server, "/latest/meta-data/", guest)
        self.assert_served(listing)
        self.assertIn("security-groups", listing.text.split("\n"))

    def median(self, server, guest):
        times = []
        for path in (asking.INSTANCE_ID, asking.META_DATA, asking.NETWORK_DATA, "/latest/meta-data/") * 3:
            answer = asking.ask(server, path, guest)
            self.assert_served(answer)
            times.append(answer.seconds)
        return asking.quantile(times, 0.5)


class Tokens(FaultCase):
    CACHE = 0

    def control(self, what, body=None):
        address = f"http://127.0.0.1:{self.stub.port}/control{what}"
        with urllib.request.urlopen(urllib.request.Request(address, data=body), timeout=10) as reply:
            return json.load(reply)

    def tokens(self):
        return self.control("")["tokens"]

    def test_one_token_for_many(self):
        server = self.metapath()
        before = self.tokens()
        for answer in asking.ask_together(server, [(asking.SECURITY_GROUPS, i) for i in self.rig.copies(20)]):
            self.assert_served(answer)
        self.assertEqual(self.tokens() - before, 1)

    def test_revoked(self):
        """The next read succeeds, with one new token."""
        server = self.metapath()
        guest = self.named["keypair-ssh"]
        first = asking.ask(server, asking.SECURITY_GROUPS, guest)
        self.assert_served(first)
        before = self.tokens()
        self.control("/revoke", b"")
        self.assert_served(asking.ask(server, asking.SECURITY_GROUPS, guest), first.body)
        self.assertEqual(self.tokens() - before, 1)

    def test_renewed_before_it_ends(self):
        """A token with little time left is not shown to Neutron any more."""
        server = self.metapath()
        guest = self.named["keypair-ssh"]
        self.control("/lifetime", b"3")
        self.addCleanup(self.control, "/lifetime", b"3600")
        self.assert_served(asking.ask(server, asking.SECURITY_GROUPS, guest))
        self.control("/lifetime", b"3600")
        before = self.tokens()
        time.sleep(1.5)
        self.assert_served(asking.ask(server, asking.SECURITY_GROUPS, guest))
        self.assert_served(asking.ask(server, asking.SECURITY_GROUPS, guest))
        self.assertEqual(self.tokens() - before, 1)
