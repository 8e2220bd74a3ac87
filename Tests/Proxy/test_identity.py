"""Who a guest is: where its connection arrives, its source address, and the sender of its first packet."""
import concurrent.futures

import guests
import namespaces
from case import ProxyCase

# How long a port that is not known is waited for, and more for a machine that is busy.
PATIENCE = 20


class Overlap(ProxyCase):
    def test_guests_with_the_same_addresses_are_told_apart(self):
        """Two routers, a DHCP and an OVN namespace, with a guest each that has the others' IP and MAC address."""
        places = [self.host.place(kind) for kind in ("qrouter", "qrouter", "qdhcp", "ovnmeta")]
        mac = namespaces.new_mac()
        alike = [self.guest(place, mac=mac) for place in places]
        self.assertEqual({guest.address for guest in alike}, {"10.0.0.5"})
        self.proxy(*places)
        for guest in alike * 2:
            with self.subTest(guest=guest.namespace):
                self.assert_served(guest, guests.ask(guest))
                self.assert_served(guest, guests.ask(guest, ipv6=True))
        projects = {(dict(r.headers)["X-Instance-ID"], dict(r.headers)["X-Tenant-ID"]) for r in self.nova.requests}
        self.assertEqual(projects, {(guest.id, guest.project) for guest in alike})


class NoScope(ProxyCase):
    def test_a_router_without_networks_is_a_404_and_asks_nothing_without_a_scope(self):
        """Contract neutron.md §8.5 no. 6. The guest's addresses are a port's, on a network that is not the router's."""
        place = self.host.place("qrouter")
        guest = self.host.guest(place)
        elsewhere = self.host.place("qdhcp")
        self.cloud.add(elsewhere, namespaces.Guest(elsewhere.id, guest.address, guest.mac))
        self.proxy(place)
        answer = guests.ask(guest, timeout=PATIENCE)
        self.assertEqual(answer.status, 404, str(answer))
        self.assertEqual(self.nova.requests, [])
        self.assertTrue(self.cloud.asked)
        for query in self.cloud.asked:
            scopes = query.get("network_id", []) + query.get("device_id", [])
            self.assertTrue(scopes and all(scopes), query)


class Addresses(ProxyCase):
    """No. 7."""

    PRIVACY = "fe80::1c2d:3e4f:5a6b:7c8d"

    def setUp(self):
        super().setUp()
        self.router, self.one, self.server = self.routed()
        self.neighbour = namespaces.Guest(self.one.network, "10.0.0.6", namespaces.new_mac())
        self.cloud.add(self.router, self.neighbour)

    def adds(self, address):
        """The guest gives itself an address."""
        namespaces.ip(f"address add {address} dev eth0", namespace=self.one.namespace)

    def reasons(self):
        return [record["identify"]["reason"] for record in self.server.accesses()]

    def test_a_link_local_address_with_a_privacy_interface_id_is_served(self):
        self.adds(f"{self.PRIVACY}/64 nodad")
        self.assert_served(self.one, guests.ask(self.one, ipv6=True, source=self.PRIVACY))

    def test_a_neighbours_link_local_address_does_not_make_one_the_neighbour(self):
        self.assert_served(self.one, guests.ask(self.one, ipv6=True))
        forged = namespaces.link_local(self.neighbour.mac)
        self.adds(f"{forged}/64 nodad")
        answer = guests.ask(self.one, ipv6=True, source=forged)
        self.assertIn(guests.who(answer), (None, self.one.id), str(answer))
        self.assertNotIn(self.neighbour.id, [dict(r.headers)["X-Instance-ID"] for r in self.nova.requests])

    def test_addresses_of_different_ports_are_refused_and_said(self):
        self.assert_served(self.one, guests.ask(self.one))
        self.adds(f"{self.neighbour.address}/24")
        answer = guests.ask(self.one, source=self.neighbour.address, timeout=PATIENCE)
        self.assertEqual(answer.status, 404, str(answer))
        self.assertEqual(len(self.nova.requests), 1)
        self.wait_until(lambda: any(reason and "different ports" in reason for reason in self.reasons()),
                        "the log says why")

    def test_an_allowed_address_pair_is_its_ports(self):
        self.adds("10.0.0.77/24")
        self.cloud.ports[0]["allowed_address_pairs"] = [{"ip_address": "10.0.0.77"}]
        self.server.stop()
        self.server.start()
        self.assert_served(self.one, guests.ask(self.one, source="10.0.0.77"))

    def test_an_address_of_no_port_and_a_port_of_no_device_are_404(self):
        """Each is waited for in vain, both at the same time; whoever is known is served meanwhile."""
        self.adds("10.0.0.88/24")
        loose = self.guest(self.router)
        next(port for port in self.cloud.ports if port["id"] == loose.port)["device_id"] = ""
        with concurrent.futures.ThreadPoolExecutor() as pool:
            stranger = pool.submit(guests.ask, self.one, source="10.0.0.88", timeout=PATIENCE)
            nobody = pool.submit(guests.ask, loose, timeout=PATIENCE)
            for _ in range(20):
                self.assert_served(self.one, guests.ask(self.one))
            self.assertEqual([stranger.result().status, nobody.result().status], [404, 404])
        self.assertEqual(len(self.nova.requests), 20)
