"""Contract neutron.md §8.5 no. 10: many namespaces, one daemon."""
import guests
import namespaces
from case import ProxyCase

COUNT = 1000
# Octets that each may cost the daemon, all its processes together.
EACH = 16 << 10
# For a machine that is busy.
LIMIT = 120


class Thousand(ProxyCase):
    def test_each_is_served_for_little_memory_and_let_go(self):
        places = [namespaces.Place("qrouter" if n % 2 else "qdhcp") for n in range(COUNT)]
        server = self.proxy(options=["--namespace-file", self.told(places)])
        memory, descriptors = server.private_memory(), server.descriptors()
        self.host.add(*places)
        self.wait_until(lambda: all(place.is_served() for place in places), "a listener in each", LIMIT)
        self.assertLess((server.private_memory() - memory) / COUNT, EACH)
        self.assertEqual(len(server.workers()), 1)
        for place in (places[0], places[1], places[-2], places[-1]):
            guest = self.guest(place)
            self.assert_served(guest, guests.ask(guest))
        namespaces.delete([place.name for place in places])
        # Connections to Nova and Neutron may stay.
        self.wait_until(lambda: server.descriptors() < descriptors + 20, "all is closed", LIMIT)
        self.assertEqual(server.stop(), 0)

    def told(self, places):
        file = self.directory / "namespaces"
        file.write_text("".join(f"{place.assignment}\n" for place in places))
        return file
