"""Guests are known without Neutron, once they were known with it."""
import stat

import guests
from case import ProxyCase


class Restart(ProxyCase):
    def test_known_guests_are_served_while_neutron_is_down(self):
        places = [self.host.place(kind) for kind in ("qrouter", "qdhcp")]
        known = [self.guest(place) for place in places]
        server = self.proxy(*places)
        for guest in known:
            self.assert_served(guest, guests.ask(guest))
        self.assertEqual(server.stop(), 0, server.logged())
        self.cloud.is_down = True
        server.start()
        for guest in known:
            self.assert_served(guest, guests.ask(guest))

    def test_a_guest_that_is_not_known_gets_503_while_neutron_is_down(self):
        """Not a 404, which would say that there is no such instance."""
        place = self.host.place("qrouter")
        guest = self.guest(place)
        self.cloud.is_down = True
        self.proxy(place)
        answer = guests.ask(guest)
        self.assertEqual(answer.status, 503, str(answer))
        self.assertIn("Retry-After", answer.headers)
        self.cloud.is_down = False
        self.wait_until(lambda: guests.ask(guest).status == 200, "the guest is served when Neutron is back")

    def test_the_port_file_is_roots_alone(self):
        _, guest, server = self.routed()
        self.assert_served(guest, guests.ask(guest))
        server.stop()
        found = server.port_file.stat()
        self.assertEqual((found.st_uid, stat.S_IMODE(found.st_mode)), (0, 0o600))
        self.assertIn(guest.port, server.port_file.read_text().lower())
