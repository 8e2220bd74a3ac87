"""Neutron starts, looks after and ends what it takes for haproxies, and they are Metapath's."""
import os
import pathlib
import signal
import unittest.mock

import guests
from networks import Isolated, Router
from site_case import ShimCase, is_running, wait_until

# Seconds after the end of a shim until nobody can connect any more.
CLOSING = 2


class Started(ShimCase):
    """By Neutron, while `metapath proxy` runs."""

    def setUp(self):
        super().setUp()
        self.networks = [self.network(Router), self.network(Isolated)]
        self.proxy = self.shim_proxy(*self.networks).start()

    def test_served_until_neutron_ends_it(self):
        for network in self.networks:
            with self.subTest(network.SCOPE):
                manager = self.agents.add(network)
                self.assert_stands(network, manager)
                self.assert_served(network)
                self.assertIn(network.PORT, network.listening_ports())
                self.assert_ends(network, manager)

    def test_what_guests_write_changes_nothing(self):
        first, second = self.networks
        for network in self.networks:
            self.agents.add(network)
        headers = {"X-Neutron-Router-ID": first.id, "X-Neutron-Network-ID": second.id, "X-Forwarded-For": "10.0.0.9",
                   "X-Instance-ID": first.instance, "X-Tenant-ID": "somebody"}
        for network in self.networks:
            self.assert_served(network, headers=headers)

    def test_ipv6(self):
        router, network = self.networks
        self.agents.add(router)
        self.assert_served(router, ipv6=True)
        self.agents.enable_network(network, ipv6=True)
        self.assert_served(network, ipv6=True)
        self.assert_served(network)

    def test_changed_configuration(self):
        """Neutron ends the proxy and starts it with the new file: here with one more address, and with other times."""
        router, network = self.networks
        before = [self.agents.add(network).pid, self.agents.add(router).pid]
        self.override("timeout_server", 7, "metadata_haproxy")
        self.agents.enable_network(network, ipv6=True)
        self.agents.agent.metadata_driver.spawn_monitored_metadata_proxy(
            self.agents.monitor, router.namespace, router.PORT, self.agents.conf, bind_address="::",
            router_id=router.id)
        for one, pid in zip((network, router), before):
            self.assert_stands(one, self.agents.manager(one))
            self.assertNotEqual(self.agents.manager(one).pid, pid)
            wait_until("the process before it has ended", lambda: not is_running(pid), CLOSING)
            self.assert_served(one)
        self.assert_served(network, ipv6=True)

    def test_same_configuration_again(self):
        """An agent that starts anew finds the proxy and leaves it alone."""
        for network in self.networks:
            pid = self.agents.add(network).pid
            self.assertEqual(self.agents.add(network).pid, pid)
            self.assert_served(network)

    def test_respawned_after_kill(self):
        for network in self.networks:
            manager = self.agents.add(network)
            pid = manager.pid
            os.kill(pid, signal.SIGKILL)
            wait_until("Neutron misses it", lambda: not manager.active)
            wait_until("the listener has gone", lambda: network.PORT not in network.listening_ports(), CLOSING)
            self.agents.check()
            self.assert_stands(network, manager)
            self.assertNotEqual(manager.pid, pid)
            self.assert_served(network)

    def test_rootwrap(self):
        """Neutron's filters for what its agents may do as root let the shim through. The PATH that counts is the one
        that rootwrap has, which sudo sets, and not the agent's.
        """
        path = os.environ["PATH"]
        helper = ["env", f"PATH={path}", *self.agents.rootwrap(self.directory)]
        self.override("root_helper", " ".join(helper), "AGENT")
        with unittest.mock.patch.dict(os.environ, {"PATH": path.partition(":")[2]}):
            for network in self.networks:
                manager = self.agents.add(network)
                self.assert_stands(network, manager)
                self.assert_served(network)
                self.assert_ends(network, manager)

    def test_namespace_goes(self):
        """When Neutron has ended the proxy and removed the name, no socket keeps the namespace alive."""
        for network in self.networks:
            self.agents.add(network)
            self.assert_served(network)
            self.agents.remove(network)
            network.remove_namespace()
            wait_until("the other end of the guest's cable has gone", lambda: not network.has_cable(), CLOSING)

    def assert_stands(self, network, manager):
        """As Neutron wants to find a proxy; and without privileges."""
        self.assertTrue(manager.active, self.agents.logged()[-2000:])
        self.assertTrue(self.agents.is_monitored(network))
        self.assertEqual(int(pathlib.Path(manager.get_pid_file_name()).read_text()), manager.pid)
        words = pathlib.Path(f"/proc/{manager.pid}/cmdline").read_text().split("\0")
        self.assertEqual(words[:3], ["haproxy", "-f", str(self.agents.configuration(network))])
        self.assertEqual(capabilities(manager.pid), 0)

    def assert_ends(self, network, manager):
        pid, file = manager.pid, manager.get_pid_file_name()
        self.agents.remove(network)
        self.assertFalse(manager.active)
        wait_until("the process has ended", lambda: not is_running(pid), CLOSING)
        self.assertFalse(os.path.exists(file))
        wait_until("the listener has gone", lambda: network.PORT not in network.listening_ports(), CLOSING)
        self.assert_refused(network)
        self.agents.check()
        self.assertFalse(manager.active)


class NotStarted(ShimCase):
    """`metapath proxy` comes after the shims."""

    def test_shim_before_daemon(self):
        networks = [self.network(Router), self.network(Isolated)]
        waiting = []
        for network in networks:
            self.assertTrue(self.agents.add(network).active, self.agents.logged()[-2000:])
            waiting.append(guests.Connection(network, timeout=20).send("/", {}))
            self.addCleanup(waiting[-1].close)
        self.shim_proxy(*networks).start()
        for network, connection in zip(networks, waiting):
            self.assert_answers(network, connection.receive())
            self.assert_served(network)


def capabilities(pid):
    """Those in effect."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    raise KeyError(pid)
