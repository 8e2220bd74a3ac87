"""Somebody listens already where a shim is to listen: the daemon itself, or a stranger."""
import socket

import networks
import servers
from networks import Isolated, Router
from site_case import ShimCase, is_running, wait_until


# Seconds after which the daemon looks again at a namespace where it could not listen, and some more.
TAKING_OVER = 12


class Stranger(ShimCase):
    def setUp(self):
        super().setUp()
        self.router = self.network(Router)
        with networks.inside(self.router.namespace):
            self.stranger = socket.create_server(("", self.router.PORT))
        self.addCleanup(self.stranger.close)

    def test_without_daemon(self):
        self.assert_fails()

    def test_with_daemon(self):
        self.shim_proxy(self.router).start()
        self.assert_fails()

    def test_neutron_notices(self):
        """It logs the failure and does not take the proxy for one that runs."""
        self.shim_proxy(self.router).start()
        before = len(self.agents.logged())
        self.assertFalse(self.agents.add(self.router).active)
        self.assertFalse(self.agents.is_monitored(self.router))
        logged = self.agents.logged()[before:]
        self.assertIn("Encountered process execution error", logged)
        self.assertIn("somebody listens at these addresses already", logged)

    def test_stranger_goes(self):
        """With the agent's next look at the router the shim is started."""
        self.shim_proxy(self.router).start()
        self.assertFalse(self.agents.add(self.router).active)
        self.stranger.close()
        self.agents.update_router(self.router)
        self.assertTrue(self.agents.manager(self.router).active)
        self.assert_served(self.router)

    def assert_fails(self):
        """With a message, and with nothing left behind."""
        file = self.agents.write_configuration(self.router)
        done = servers.run_haproxy("-f", file, namespace=self.router.namespace)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn(str(file), done.stderr)
        self.assertIn("somebody listens at these addresses already", done.stderr)
        self.assertIsNone(self.agents.manager(self.router).pid)


class Daemon(ShimCase):
    """The daemon follows the namespaces itself."""

    def test_shim_succeeds_and_matters_to_nobody(self):
        networks = [self.network(Router), self.network(Isolated)]
        self.followed(*networks).start()
        for network in networks:
            with self.subTest(network.SCOPE):
                wait_until("the daemon listens", lambda: network.PORT in network.listening_ports())
                manager = self.agents.add(network)
                self.assertTrue(manager.active, self.agents.logged()[-2000:])
                self.assertTrue(self.agents.is_monitored(network))
                self.assert_served(network)
                pid = manager.pid
                self.agents.remove(network)
                wait_until("the shim has ended", lambda: not is_running(pid))
                self.assertIn(network.PORT, network.listening_ports())
                self.assert_served(network)
                self.assert_served(network, ipv6=True)

    def test_daemon_restarts(self):
        """A shim without sockets outlives it as one with sockets does."""
        network = self.network(Router)
        proxy = self.followed(network).start()
        wait_until("the daemon listens", lambda: network.PORT in network.listening_ports())
        pid = self.agents.add(network).pid
        proxy.stop()
        proxy.start()
        wait_until("the daemon listens", lambda: network.PORT in network.listening_ports())
        self.assert_served(network)
        self.assertEqual(self.agents.manager(network).pid, pid)
        self.assertTrue(self.agents.manager(network).active)

    def test_daemon_takes_over(self):
        """A shim that was first has the port, and the daemon has it when Neutron has ended the shim."""
        network = self.network(Router)
        self.agents.add(network)
        self.followed(network).start()
        self.assert_served(network)
        self.agents.remove(network)
        wait_until("the daemon listens", lambda: network.PORT in network.listening_ports(), TAKING_OVER)
        self.assert_served(network)

    def test_status(self):
        network = self.network(Isolated)
        self.followed(network).start()
        wait_until("the daemon listens", lambda: network.PORT in network.listening_ports())
        file = self.agents.write_configuration(network)
        done = servers.run_haproxy("-f", file, namespace=network.namespace)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(self.agents.manager(network).active)

    def followed(self, *networks):
        """A daemon with listeners of its own there."""
        options = [word for network in networks for word in ("--namespace", network.assignment())]
        return self.shim_proxy(*networks, options=options)
