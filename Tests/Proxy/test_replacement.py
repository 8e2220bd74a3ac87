"""Never dark: workers are replaced, killed and stopped while guests ask."""
import concurrent.futures
import os
import pwd
import signal
import time

import guests
import proxy
from case import ProxyCase

CLIENTS = 8
# Within it whatever was killed must be replaced or gone.
LIMIT = 20


class Replaced(ProxyCase):
    """A guest for each client, so that none asks more often than a guest may."""

    def setUp(self):
        super().setUp()
        self.place = self.host.place("qrouter")
        self.guests = [self.guest(self.place) for _ in range(CLIENTS)]
        self.server = self.proxy(self.place)

    def load(self):
        return guests.Load(self.guests, clients=CLIENTS, pause=0.012)

    def answers(self, server=None):
        for guest in self.guests:
            self.assert_served(guest, guests.ask(guest))

    def test_a_reload_loses_no_request(self):
        with self.load() as load:
            for _ in range(6):
                self.server.reload()
                load.wait_for(350)
        lost = [f"on a {each.how} connection: {each.answer}" for each in load.failures()]
        self.assertFalse(lost, f"of {len(load.served)} requests:\n" + "\n".join([*lost, self.server.logged()]))
        self.assertGreater(len(load.served), 2000)

    def test_an_idle_connection_outlives_a_reload(self):
        """Its requests are answered, and once the worker has been told to retire with the word not to come back on it."""
        connection = guests.Connection(self.guests[0])
        self.assert_served(self.guests[0], connection.ask())
        first, kept = self.server.worker, connection.sock
        self.server.reload()

        def is_ended():
            self.assertIs(connection.sock, kept, "not told, but ended")
            answer = connection.ask()
            self.assert_served(self.guests[0], answer)
            return answer.headers.get("Connection", "").lower() == "close"

        self.wait_until(is_ended, "the client is told to come back on another connection")
        self.assert_served(self.guests[0], connection.ask())
        connection.close()
        self.server.wait_for_worker(besides=first, limit=LIMIT)

    def test_a_request_in_flight_outlives_a_reload(self):
        self.nova.delay = 2
        with concurrent.futures.ThreadPoolExecutor() as pool:
            slow = [pool.submit(guests.ask, guest) for guest in self.guests]
            self.wait_until(lambda: len(self.nova.requests) == CLIENTS, "requests are at Nova")
            self.server.reload()
            for guest, answer in zip(self.guests, slow):
                self.assert_served(guest, answer.result())

    def test_a_killed_worker_loses_only_what_was_in_flight(self):
        kills = 3
        with self.load() as load:
            for _ in range(kills):
                load.wait_for(200)
                worker = self.server.worker
                os.kill(worker, signal.SIGKILL)
                self.server.wait_for_worker(besides=worker, limit=LIMIT)
            load.wait_for(200)
        self.assertLessEqual(len(load.failures()), kills * CLIENTS)
        self.assertGreater(len(load.served), 600)
        self.answers()

    def test_connections_in_the_queue_are_answered_by_the_next_worker(self):
        """The worker hangs when they come, and then is killed."""
        worker = self.server.worker
        os.kill(worker, signal.SIGSTOP)
        self.wait_until(lambda: proxy.is_stopped(worker), "the worker hangs", LIMIT)
        with concurrent.futures.ThreadPoolExecutor(3 * CLIENTS) as pool:
            queued = [(guest, pool.submit(guests.ask, guest)) for guest in self.guests * 3]
            time.sleep(0.5)
            self.assertFalse(any(answer.done() for _, answer in queued))
            os.kill(worker, signal.SIGKILL)
            for guest, answer in queued:
                self.assert_served(guest, answer.result())

    def test_a_worker_goes_with_its_holder_and_a_new_daemon_serves(self):
        self.answers()
        worker = self.server.worker
        self.server.process.kill()
        self.server.process.wait()
        self.wait_until(lambda: not proxy.is_there(worker), "the worker ends", LIMIT)
        self.server.start()
        self.answers()


class Stopped(ProxyCase):
    def test_sigterm_answers_what_is_in_flight_and_leaves_nothing(self):
        place, guest, server = self.routed()
        self.assertIn("metapath", place.tables())
        self.nova.delay = 1
        with concurrent.futures.ThreadPoolExecutor() as pool:
            asked = [pool.submit(guests.ask, guest) for _ in range(5)]
            self.wait_until(lambda: len(self.nova.requests) == 5, "requests are at Nova")
            worker = server.worker
            self.assertEqual(server.stop(), 0, server.logged())
            for answer in asked:
                self.assert_served(guest, answer.result())
        self.assertFalse(proxy.is_there(worker))
        self.assertNotIn("metapath", place.tables())
        self.assertFalse(place.is_served())


class Reloaded(ProxyCase):
    def test_a_worker_that_cannot_start_leaves_the_present_one_in_place(self):
        _, guest, server = self.routed()
        worker, good = server.worker, server.configuration.read_text()
        server.configuration.write_text(good.replace("[metapath]", "[metapath]\nworkers = many"))
        server.process.send_signal(signal.SIGHUP)
        self.wait_until(lambda: "the one before it goes on" in server.logged(), "the log says so", LIMIT)
        self.assertIn("workers", server.logged())
        self.assertEqual(server.worker, worker)
        self.assert_served(guest, guests.ask(guest))
        server.configuration.write_text(good)
        server.reload()
        self.assert_served(guest, guests.ask(guest))
        server.wait_for_worker(besides=worker, limit=LIMIT)

    def test_the_access_log_can_be_rotated(self):
        _, guest, server = self.routed()
        self.assert_served(guest, guests.ask(guest, "/before"))
        self.wait_until(lambda: server.accesses(), "a line in the access log")
        rotated = server.access_log.rename(server.directory / "access.log.1")
        server.reload()
        self.assert_served(guest, guests.ask(guest, "/after"))
        self.wait_until(lambda: server.access_log.exists() and server.accesses(), "a line in the new access log")
        self.assertEqual([record["answer"]["path"] for record in server.accesses()], ["/after"])
        self.assertNotIn("/after", rotated.read_text())


class Privileges(ProxyCase):
    def test_no_thread_of_a_worker_has_any(self):
        """Each of them: one that is root could be made to act for the others."""
        _, guest, server = self.routed()
        self.assert_served(guest, guests.ask(guest))
        accounts = {entry.pw_name: entry for entry in pwd.getpwall()}
        account = accounts.get("metapath") or accounts["nobody"]
        for thread, status in proxy.threads(server.worker):
            with self.subTest(thread):
                self.assertEqual(status["Uid"].split(), [str(account.pw_uid)] * 4)
                self.assertEqual(status["Gid"].split(), [str(account.pw_gid)] * 4)
                self.assertNotIn("0", status["Groups"].split())
                capabilities = {kind: int(status[kind], 16) for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb")}
                self.assertEqual(set(capabilities.values()), {0}, capabilities)
                self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))
