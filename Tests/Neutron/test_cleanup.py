"""Neutron's cleanup tool ends whoever listens in a stale namespace; guests of the others do not notice."""
import pathlib
import subprocess
import sys

import guests
from networks import Isolated, Router
from site_case import ShimCase, is_running, wait_until

CLEAN_UP = pathlib.Path(__file__).resolve().parent / "clean_up.py"
# Seconds: the tool waits 2, then 10 each for listeners to go after SIGTERM and SIGKILL.
LIMIT = 60
GUESTS = 3


class CleanUp(ShimCase):
    def test_one_stale_namespace_of_three(self):
        """The daemon follows a router that stays, one that is stale, and has a shim's sockets in a stale network."""
        stays, stale, shimmed = self.network(Router), self.network(Router), self.network(Isolated)
        followed = [word for network in (stays, stale) for word in ("--namespace", network.assignment())]
        proxy = self.shim_proxy(stays, stale, shimmed, options=followed).start()
        shim = self.agents.add(shimmed).pid
        for network in (stays, stale, shimmed):
            wait_until("the guest is served", lambda: guests.ask(network).status == 200)
        workers = proxy.workers()
        with guests.Load(stays, guests=GUESTS, path="/?delay=0.02") as load:
            said = self.clean_up(stale, shimmed)
            for network in (stale, shimmed):
                self.assertFalse(network.exists(), said)
                wait_until("nothing keeps the namespace", lambda: not network.has_cable(), 15)
        self.assertTrue(proxy.is_running())
        self.assertNotEqual(proxy.workers(), workers)
        self.assert_lost_in_flight_only(proxy, load)
        wait_until("the shim has ended", lambda: not is_running(shim))
        for ipv6 in (False, True):
            self.assert_served(stays, ipv6=ipv6)

    def clean_up(self, *stale):
        """As for all of them one after the other, in less time; what the tool has logged."""
        processes = []
        for network in stale:
            log = open(self.directory / f"{network.namespace}.log", "wb")
            self.addCleanup(log.close)
            processes.append(subprocess.Popen(
                [sys.executable, "-B", CLEAN_UP, network.namespace, "--config-file", self.agents.file, "--force",
                 "--log-file", ""], stdin=subprocess.DEVNULL, stdout=log, stderr=log))
            self.at_end(processes[-1].wait, 5)
            self.at_end(processes[-1].kill)
        for process in processes:
            self.assertEqual(process.wait(LIMIT), 0)
        return "\n".join((self.directory / f"{network.namespace}.log").read_text() for network in stale)

    def assert_lost_in_flight_only(self, proxy, load):
        """Each worker that is killed takes with it what it had been asked: one request for each guest, at most."""
        killed = proxy.logged().count("the worker has ended with status 137")
        lost = [answer for _, answer in load.answers if answer.status != 200]
        self.assertGreater(len(load.answers), 300)
        said = "\n".join([*map(str, lost[:20]), proxy.logged()[-4000:]])
        self.assertLessEqual(len(lost), GUESTS * killed, said)
        for _, answer in load.answers:
            if answer.status == 200:
                self.assert_answers(load.network, answer)
        longest = max(answer.seconds for _, answer in load.answers)
        self.assertLess(longest, 5)
        print(f"netns-cleanup: {len(load.answers)} requests, {len(lost)} lost, {killed} workers killed, "
              f"longest answer {longest:.2f} s", flush=True)
