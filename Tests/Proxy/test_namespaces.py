"""Namespaces come and go under a proxy (contract neutron.md §8.2, §8.5 no. 8)."""
import concurrent.futures
import time

import guests
import namespaces
from case import ProxyCase

# Far more than it takes; what the kernel itself needs for a namespace is measured beside it.
LIMIT = 20


class Deleted(ProxyCase):
    """A namespace is gone when the other end of a cable into it is: the kernel then has destroyed its devices."""

    def assert_gone_within_a_second(self, place, guest):
        own = self.seconds_until_gone(*self.unserved())
        self.assertLess(self.seconds_until_gone(place, guest), own + 1)

    def unserved(self):
        """A namespace and a guest of it that have nothing to do with the proxy: what the kernel needs by itself."""
        place = self.host.place("qdhcp")
        return place, self.host.guest(place)

    def seconds_until_gone(self, place, guest):
        began = time.monotonic()
        namespaces.delete([place.name])
        self.wait_until(lambda: not has_device(guest), f"{place.name} is destroyed", LIMIT)
        return time.monotonic() - began

    def test_a_namespace_that_is_served_is_let_go(self):
        for kind in ("qrouter", "qdhcp", "ovnmeta"):
            with self.subTest(kind):
                place = self.host.place(kind)
                guest = self.guest(place)
                server = self.proxy(place)
                self.assert_served(guest, guests.ask(guest))
                self.assert_gone_within_a_second(place, guest)
                server.stop()

    def test_a_connection_that_is_kept_does_not_hold_it(self):
        place, guest, _ = self.routed()
        connection = guests.Connection(guest)
        self.assert_served(guest, connection.ask())
        self.assert_gone_within_a_second(place, guest)
        connection.close()

    def test_a_request_in_flight_does_not_hold_it(self):
        place, guest, _ = self.routed()
        self.nova.delay = 5
        with concurrent.futures.ThreadPoolExecutor() as pool:
            pool.submit(guests.ask, guest, timeout=6)
            self.wait_until(lambda: self.nova.requests, "the request is at Nova")
            self.assert_gone_within_a_second(place, guest)

    def test_a_worker_that_retires_does_not_hold_it(self):
        """The guest is connected to the worker that was there before a reload."""
        place, guest, server = self.routed()
        connection = guests.Connection(guest)
        self.assert_served(guest, connection.ask())
        server.reload()
        self.assert_gone_within_a_second(place, guest)
        connection.close()

    def test_the_others_are_served_meanwhile(self):
        gone, place = self.host.place("qrouter"), self.host.place("qrouter")
        guest = self.guest(place)
        self.proxy(gone, place)
        with guests.Load([guest], clients=2, pause=0.03) as load:
            load.wait_for(20)
            namespaces.delete([gone.name])
            load.wait_for(40)
        self.assertFalse(load.failures())

    def test_a_name_that_comes_back_is_served_again(self):
        place, guest, _ = self.routed()
        self.assert_served(guest, guests.ask(guest))
        namespaces.delete([place.name, guest.namespace])
        again = namespaces.Place("qrouter", id=place.id)
        self.host.add(again)
        self.wait_until(again.is_served, "the name is served again", LIMIT)
        other = self.guest(again, address="10.0.7.5")
        self.assert_served(other, guests.ask(other))


class Discovered(ProxyCase):
    """The proxy in a mount namespace whose /run/netns has only what is put there: no other test's namespaces."""

    def test_neutrons_names_are_served_without_being_told(self):
        places = [self.host.place(kind) for kind in ("qrouter", "qdhcp", "ovnmeta")]
        stranger = self.host.place("snat")
        known = [self.guest(place) for place in places]
        server = self.proxy(options=["--discovery"], sees_nothing=True)
        for place in [*places, stranger]:
            server.show(place)
        for place, guest in zip(places, known):
            self.wait_until(place.is_served, f"{place.name} is served", LIMIT)
            self.assert_served(guest, guests.ask(guest))
        self.assertEqual(namespaces.listening_ports(stranger.name), set())
        server.hide(places[0])
        self.wait_until(lambda: not places[0].is_served(), f"{places[0].name} is let go", LIMIT)


def has_device(guest):
    with namespaces.entered(guest.namespace), open("/proc/thread-self/net/dev") as devices:
        return "eth0:" in devices.read()
