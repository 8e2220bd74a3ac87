"""What passes between guest and Nova, and what does not."""
import gzip
import random

import guests
import nova
from case import ProxyCase

# Far above what the waits add up to: a machine that is busy is no failure, one answer after the other is.
BOUND = 30
# What HTTP itself needs, besides the contract's four.
HTTP = {"host", "connection", "content-length"}
FOUR = {"x-forwarded-for", "x-instance-id", "x-tenant-id", "x-instance-id-signature"}


class Together(ProxyCase):
    """Contract neutron.md §8.5 no. 1: first requests, all at once, of guests that nobody has heard of yet."""

    def first_requests(self, each):
        place = self.host.place("qrouter")
        asking = [self.guest(place) for _ in range(40)]
        self.nova.delay = 0.2
        self.proxy(place)
        for guest, answer in zip(asking * each, guests.ask_together(asking * each)):
            self.assert_served(guest, answer)
            self.assertLess(answer.seconds, BOUND)

    def test_40_first_requests_at_once_are_all_answered(self):
        self.first_requests(1)

    def test_400_first_requests_at_once_are_all_answered(self):
        self.first_requests(10)


class Bodies(ProxyCase):
    """No. 2 and 3: octets are octets, in both directions."""

    USER_DATA = "/latest/user-data"

    def setUp(self):
        super().setUp()
        _, self.one, self.server = self.routed()

    def assert_identical(self, body, **headers):
        self.nova.replies[self.USER_DATA] = nova.Reply(200, headers, body)
        answer = guests.ask(self.one, self.USER_DATA)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.body, body)
        self.assertEqual(answer.headers.get("Content-Length"), str(len(body)))
        return answer

    def test_user_data_is_identical(self):
        noise = random.Random(1).randbytes
        for name, body in {
            "nothing": b"", "text": "#cloud-config\n# Grüße\n".encode(), "every octet": bytes(range(256)) * 4,
            "not UTF-8": b"\xff\xfe\x00\xc3\x28", "64 KiB": noise(64 << 10), "1 MiB": noise(1 << 20),
        }.items():
            for kind in ("text/plain; charset=utf-8", "application/octet-stream", None):
                with self.subTest(name, kind=kind):
                    answer = self.assert_identical(body, **({"Content-Type": kind} if kind else {}))
                    self.assertEqual(answer.headers.get("Content-Type"), kind)

    def test_gzip_stays_gzip(self):
        """As user data, about which HTTP knows nothing, and where Nova says so."""
        packed = gzip.compress(b"#cloud-config\n" * 1000)
        answer = self.assert_identical(packed, **{"Content-Type": "text/plain"})
        self.assertNotIn("Content-Encoding", answer.headers)
        answer = self.assert_identical(packed, **{"Content-Type": "text/plain", "Content-Encoding": "gzip"})
        self.assertEqual(answer.headers["Content-Encoding"], "gzip")

    def test_a_posted_body_in_pieces_reaches_nova_whole(self):
        noise = random.Random(2).randbytes
        for pieces in ([b"pw"], [noise(5000)], [noise(1), noise(4095), noise(5000)], [noise(64 << 10)]):
            with self.subTest([len(piece) for piece in pieces]):
                answer = guests.ask(self.one, "/openstack/latest/password", method="POST", pieces=pieces)
                self.assert_served(self.one, answer)
                asked = self.nova.requests[-1]
                self.assertEqual((asked.method, asked.path), ("POST", "/openstack/latest/password"))
                self.assertEqual(asked.body, b"".join(pieces))


class Statuses(ProxyCase):
    """No. 4: whatever Nova says is what the guest gets."""

    REPLIES = [
        nova.Reply(201, {"Content-Type": "text/plain", "Location": "/made"}, b"made"),
        nova.Reply(204, {"X-Custom": "nothing"}),
        nova.Reply(400, {"Content-Type": "text/html; charset=UTF-8"}, b"<html>bad</html>"),
        nova.Reply(401, {"WWW-Authenticate": 'Custom realm="nova"', "Content-Type": "text/plain"}, b"who are you?"),
        nova.Reply(403, {"Content-Type": "text/plain"}, b"no"),
        nova.Reply(404, {"Content-Type": "text/plain"}, b"none"),
        nova.Reply(405, {"Allow": "GET, HEAD", "Content-Type": "text/plain"}, b"not so"),
        nova.Reply(409, {"Content-Type": "text/plain"}, b"again?"),
        nova.Reply(429, {"Retry-After": "17", "Content-Type": "application/json"}, b'{"slow": "down"}'),
        nova.Reply(500, {"X-Openstack-Request-Id": "req-1", "Content-Type": "text/plain"}, b"oh"),
        nova.Reply(502, {}, b"bad gateway"), nova.Reply(503, {"Retry-After": "5"}, b"later"),
        nova.Reply(504, {}, b"too late"),
    ]

    def test_each_passes_with_its_headers_and_body(self):
        _, guest, _ = self.routed()
        for reply in self.REPLIES:
            with self.subTest(reply.status):
                self.nova.replies["/it"] = reply
                answer = guests.ask(guest, "/it")
                self.assertEqual((answer.status, answer.body), (reply.status, reply.body))
                self.assertLessEqual(reply.headers.items(), answer.headers.items())

    def test_a_status_without_a_body_leaves_the_connection_usable(self):
        _, guest, _ = self.routed()
        self.nova.replies["/it"] = nova.Reply(204)
        connection = guests.Connection(guest)
        for _ in range(3):
            self.assertEqual(connection.ask("/it").status, 204)
            self.assert_served(guest, connection.ask())
        connection.close()

    def test_a_nova_that_is_away_is_a_503(self):
        _, guest, _ = self.routed(upstream="http://127.0.0.1:9")
        answer = guests.ask(guest)
        self.assertEqual(answer.status, 503, str(answer))
        self.assertIn("Retry-After", answer.headers)

    def test_a_secret_that_nova_does_not_share_is_novas_403(self):
        self.nova.secret = "another"
        _, guest, _ = self.routed()
        self.assertEqual(guests.ask(guest).status, 403)


class Headers(ProxyCase):
    """No. 5: nothing that a guest writes changes who it is, and it is served."""

    NAMES = ["X-Neutron-Network-ID", "X-Neutron-Router-ID", "X-OVN-Network-ID", "X-Forwarded-For", "X-Instance-ID",
             "X-Tenant-ID", "X-Project-ID", "X-Instance-ID-Signature", "X-Metadata-Provider",
             "X-Metadata-Provider-Signature", "Forwarded", "X-Real-IP", "X-LB-Provider"]
    SPELLINGS = {
        "as it is": lambda name: [name], "lower": lambda name: [name.lower()], "upper": lambda name: [name.upper()],
        "underscores": lambda name: [name.replace("-", "_")], "mixed": lambda name: [name.replace("-", "_", 1)],
        "twice": lambda name: [name, name], "both": lambda name: [name, name.replace("-", "_").swapcase()],
        "underscores first": lambda name: [name.replace("-", "_"), name, name.lower()],
    }

    def setUp(self):
        super().setUp()
        places = self.host.place("qrouter"), self.host.place("qdhcp")
        self.one, self.victim = (self.guest(place) for place in places)
        self.proxy(*places)
        forged = {
            "X-Neutron-Network-ID": self.victim.network, "X-OVN-Network-ID": self.victim.network,
            "X-Neutron-Router-ID": places[0].id, "X-Instance-ID": self.victim.id, "X-Tenant-ID": self.victim.project,
            "X-Project-ID": self.victim.project, "X-Instance-ID-Signature": nova.signature(self.victim.id),
            "Forwarded": f"for={self.victim.address}",
        }
        self.forged = [(name, forged.get(name, "192.0.2.66")) for name in self.NAMES]

    def assert_four_headers(self, request):
        """Each once, the guest's own, and nothing else but what HTTP needs."""
        names = [name.lower() for name, _ in request.headers]
        self.assertEqual(len(names), len(set(names)), request.headers)
        self.assertEqual(set(names) - HTTP, FOUR)
        values = {name.lower(): value for name, value in request.headers}
        self.assertEqual(
            [values[name] for name in sorted(FOUR)],
            [self.one.address, self.one.id, nova.signature(self.one.id), self.one.project])

    def test_identity_headers_of_any_spelling_do_nothing(self):
        for spelling, spell in self.SPELLINGS.items():
            with self.subTest(spelling):
                # All at once, and each alone.
                for forged in [self.forged] + [[each] for each in self.forged]:
                    headers = [(name, value) for each, value in forged for name in spell(each)]
                    self.assert_served(self.one, guests.ask(self.one, headers=headers))
                    self.assert_four_headers(self.nova.requests[-1])

    def test_no_other_header_of_a_guest_reaches_nova_either(self):
        headers = [("Accept", "*/*"), ("User-Agent", "guest"), ("Cookie", "a=b"), ("Authorization", "Basic Zm9v"),
                   ("X-aws-ec2-metadata-token", "t"), ("Proxy", "http://192.0.2.1"), ("Via", "1.1 guest"),
                   ("Connection", "X-Instance-ID"), ("If-None-Match", "*"), ("Accept-Encoding", "gzip")]
        self.assert_served(self.one, guests.ask(self.one, "/a?b=c%20d", headers=headers))
        self.assertEqual(self.nova.requests[-1].path, "/a?b=c%20d")
        self.assert_four_headers(self.nova.requests[-1])
        self.assertEqual(self.nova.strangers, [])
