"""`metapath proxy` ends and comes back while shims stay: Neutron has nothing to do, and guests wait."""
import time

import guests
from networks import Isolated, Router
from site_case import ShimCase, is_running, wait_until

# Seconds after the daemon is back until the shims have handed their sockets over again.
BACK = 5


class Restarts(ShimCase):
    def setUp(self):
        super().setUp()
        self.networks = [self.network(Router), self.network(Isolated)]
        self.proxy = self.shim_proxy(*self.networks).start()
        self.pids = [self.agents.add(network).pid for network in self.networks]
        for network in self.networks:
            self.assert_served(network)

    def test_stopped(self):
        self.assert_outlived(self.proxy.stop)

    def test_main_process_killed(self):
        self.assert_outlived(self.proxy.kill)

    def test_worker_replaced(self):
        """A new process takes over, twice, and no guest is turned away."""
        router = self.networks[0]
        with guests.Load(router, guests=3, path="/?delay=0.02") as load:
            for _ in range(2):
                before = self.proxy.workers()
                time.sleep(0.3)
                self.proxy.replace_worker()
                wait_until("another worker serves", lambda: not set(before) & set(self.proxy.workers()))
        self.assertGreater(len(load.answers), 20)
        for _, answer in load.answers:
            self.assert_answers(router, answer)

    def assert_outlived(self, end):
        """Who connects while there is no daemon is answered by the next."""
        workers = self.proxy.workers()
        end()
        self.assertTrue(workers)
        wait_until("the workers have ended", lambda: not any(map(is_running, workers)), 15)
        waiting = [guests.Connection(network, timeout=20).send("/", {}) for network in self.networks]
        for connection in waiting:
            self.addCleanup(connection.close)
        self.proxy.start()
        for network, connection in zip(self.networks, waiting):
            self.assert_answers(network, connection.receive())
        for network, pid in zip(self.networks, self.pids):
            self.assertEqual(self.agents.manager(network).pid, pid)
            self.assertTrue(self.agents.manager(network).active)
            self.assertLess(self.assert_served(network).seconds, BACK)
