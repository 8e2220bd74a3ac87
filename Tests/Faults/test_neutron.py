"""Neutron hangs, Keystone's tokens end."""
import concurrent.futures
import time

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
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            others = [(asking.SECURITY_GROUPS, guest)] * 5 + [(asking.SECURITY_GROUPS, i) for i in self.rig.copies(25)]
            together = pool.submit(asking.ask_together, server, others)
            time.sleep(0.5)
            self.assertLess(self.median(server, guest), 2 * before + 0.05)
        for answer in together.result():
            self.assert_unavailable(answer, within=12)
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

    def tokens(self):
        return self.stub.control()["tokens"]

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
        self.stub.control("/revoke", b"")
        self.assert_served(asking.ask(server, asking.SECURITY_GROUPS, guest), first.body)
        self.assertEqual(self.tokens() - before, 1)

    def test_renewed_before_it_ends(self):
        """A token with little time left is not shown to Neutron any more."""
        server = self.metapath()
        guest = self.named["keypair-ssh"]
        self.stub.control("/lifetime", b"3")
        self.addCleanup(self.stub.control, "/lifetime", b"3600")
        self.assert_served(asking.ask(server, asking.SECURITY_GROUPS, guest))
        self.stub.control("/lifetime", b"3600")
        before = self.tokens()
        time.sleep(1.5)
        self.assert_served(asking.ask(server, asking.SECURITY_GROUPS, guest))
        self.assert_served(asking.ask(server, asking.SECURITY_GROUPS, guest))
        self.assertEqual(self.tokens() - before, 1)

    def test_refused_for_ever(self):
        """A token that is no good although it is new: not asked for again and again."""
        server = self.metapath()
        self.stub.control("/neutron", b"401")
        self.addCleanup(self.stub.control, "/neutron", b"")
        before = self.tokens()
        for _ in range(3):
            self.assert_unavailable(asking.ask(server, asking.SECURITY_GROUPS, self.named["keypair-ssh"]), within=8)
        self.assertLessEqual(self.tokens() - before, 6)

    def test_no_token(self):
        server = self.metapath("[neutron]\npassword = topsecret\n")
        guest = self.named["keypair-ssh"]
        for status in (b"401", b"500", b"503"):
            with self.subTest(status):
                self.stub.control("/keystone", status)
                self.addCleanup(self.stub.control, "/keystone", b"")
                self.assert_unavailable(asking.ask(server, asking.SECURITY_GROUPS, guest), within=8)
                self.assert_served(asking.ask(server, asking.META_DATA, guest))
        self.stub.control("/keystone", b"")
        self.assert_recovers(server, asking.SECURITY_GROUPS, guest)
        self.assertNotIn("topsecret", server.logged())


class WrongAnswers(FaultCase):
    """Neutron answers, and not what was asked: an empty list would be a lie."""

    CACHE = 0

    def test_each(self):
        server = self.metapath()
        guest = self.named["keypair-ssh"]
        whole = asking.ask(server, asking.SECURITY_GROUPS, guest)
        self.addCleanup(self.stub.control, "/neutron", b"")
        for fault in (b"500", b"503", b"403", b"404", b"html"):
            with self.subTest(fault):
                self.stub.control("/neutron", fault)
                self.assert_unavailable(asking.ask(server, asking.SECURITY_GROUPS, guest), within=8)
                self.assert_served(asking.ask(server, asking.META_DATA, guest))
        self.stub.control("/neutron", b"")
        self.assert_recovers(server, asking.SECURITY_GROUPS, guest)
        self.assert_served(asking.ask(server, asking.SECURITY_GROUPS, guest), whole.body)
