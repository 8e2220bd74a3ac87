"""MariaDB restarts, freezes and is busy."""
import time

import asking
import rig
from case import FaultCase


class Restart(FaultCase):
    CACHE = 60

    def test_restart_under_load(self):
        """Guests see answers or a 503 that says when to come again; those known are served all along."""
        server = self.metapath()
        known, new = self.rig.copies(5), self.rig.copies(2000)
        for instance in known:
            self.assert_served(asking.ask(server, asking.META_DATA, instance))
        requests = [(asking.META_DATA, instance) for instance in new]
        warm = [(asking.META_DATA, instance) for instance in known]
        with asking.Load(server, requests) as cold, asking.Load(server, warm, guests=2) as cached:
            time.sleep(1)
            self.database.stop()
            time.sleep(2)
            self.database.start()
            back = time.monotonic()
            self.assert_recovers(server, asking.META_DATA, self.rig.copies(1)[0])
            time.sleep(2)
        for _, _, answer in cold.answers:
            if answer.status != 200:
                self.assert_unavailable(answer, within=10)
        for _, _, answer in cached.answers:
            self.assert_served(answer)
            self.assertLess(answer.seconds, 2)
        self.assertTrue(any(answer.status == 503 for _, _, answer in cold.answers), "nothing was noticed")
        for when, _, answer in cold.answers:
            if when > back + 5:
                self.assert_served(answer)


class OtherServer(FaultCase):
    """One cell's database is on a server of its own, which fails: nobody but that cell's instances notices."""

    CACHE = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = rig.MariaDB(cls.rig.directory / "second")
        cls.addClassCleanup(cls.second.stop)
        cls.second.start()
        cls.second.sql(rig.run(
            "mariadb-dump", "--no-defaults", f"--socket={cls.database.socket}", "-uroot", "--databases",
            "--default-character-set=utf8mb4", "nova_cell2"))
        cls.second.create_account()
        cls.addClassCleanup(cls.rig.map_cell2, cls.rig.mapped_cell2())
        cls.rig.map_cell2(cls.second.url("nova_cell2"))
        cls.there = cls.named["cell2-basic"]

    def test_frozen(self):
        server = self.metapath()
        whole = asking.ask(server, asking.INSTANCE_ID, self.there)
        self.assert_served(whole)
        others = [(asking.INSTANCE_ID, instance) for instance in self.rig.copies(2000)]
        self.addCleanup(self.second.thaw)
        with asking.Load(server, others, guests=2) as elsewhere:
            self.second.freeze()
            together = asking.ask_together(server, [(asking.INSTANCE_ID, self.there)] * 50)
            time.sleep(2)
        for answer in together:
            self.assert_unavailable(answer, within=8)
        self.second.thaw()
        self.assertEqual(self.assert_recovers(server, asking.INSTANCE_ID, self.there).body, whole.body)
        for _, _, answer in elsewhere.answers:
            self.assert_served(answer)
        self.assertLess(asking.quantile([answer.seconds for _, _, answer in elsewhere.answers], 0.99), 1)

    def test_frozen_and_known_to_be(self):
        """Nobody waits for a server that is known to be down, not even to see whether it is back."""
        server = self.metapath()
        self.addCleanup(self.second.thaw)
        self.second.freeze()
        self.assert_unavailable(asking.ask(server, asking.INSTANCE_ID, self.there), within=8)
        end = time.monotonic() + 3
        while time.monotonic() < end:
            self.assert_unavailable(asking.ask(server, asking.INSTANCE_ID, self.there), within=0.5)
            time.sleep(0.1)

    def test_stopped(self):
        server = self.metapath()
        self.second.stop()
        self.assert_unavailable(asking.ask(server, asking.INSTANCE_ID, self.there), within=8)
        self.assert_served(asking.ask(server, asking.INSTANCE_ID, self.instance()))
        self.second.start()
        self.assert_recovers(server, asking.INSTANCE_ID, self.there)


class Pool(FaultCase):
    def test_one_connection_and_a_locked_table(self):
        """200 guests at once and one connection, which waits for somebody else's lock: each gets an answer."""
        server = self.metapath("[database]\nmax_pool_size = 1\nmax_overflow = 0\n")
        new = self.rig.copies(200)
        self.assert_served(asking.ask(server, asking.INSTANCE_ID, self.instance()))
        holder = self.database.in_background(
            "LOCK TABLES instance_system_metadata WRITE; SELECT SLEEP(2); UNLOCK TABLES;", "nova_cell1")
        self.addCleanup(holder.wait)
        time.sleep(0.3)
        with asking.Load(server, [("/", None)], guests=1) as versions:
            answers = asking.ask_together(server, [(asking.META_DATA, instance) for instance in new])
        for answer in answers:
            self.assertLess(answer.seconds, 12, str(answer))
            if answer.status != 200:
                self.assert_unavailable(answer)
        self.assertTrue(any(answer.status == 200 for answer in answers), "nobody was served")
        self.assertLess(asking.quantile([answer.seconds for _, _, answer in versions.answers], 0.5), 0.05)
        self.assert_recovers(server, asking.META_DATA, new[-1])

    def test_as_many_connections_as_allowed(self):
        server = self.metapath("[database]\nmax_pool_size = 3\n")
        new = self.rig.copies(300)
        before = self.database.status("Threads_connected")
        answers = asking.ask_together(server, [(asking.META_DATA, instance) for instance in new])
        for answer in answers:
            self.assert_served(answer)
        # Two databases: the API's and cell1's.
        self.assertLessEqual(self.database.status("Threads_connected") - before, 6)

    def test_fewer_connections_than_wanted(self):
        """The account may open six connections and two pools would like five each: those that there are do it."""
        self.database.sql("GRANT USAGE ON *.* TO nova@127.0.0.1 WITH MAX_USER_CONNECTIONS 6")
        self.addCleanup(self.database.sql, "GRANT USAGE ON *.* TO nova@127.0.0.1 WITH MAX_USER_CONNECTIONS 0")
        server = self.metapath()
        new = self.rig.copies(100)
        answers = asking.ask_together(server, [(asking.META_DATA, instance) for instance in new])
        for answer in answers:
            if answer.status != 200:
                self.assert_unavailable(answer, within=12)
        self.assertGreater(sum(answer.status == 200 for answer in answers), len(answers) / 2)
        self.assert_recovers(server, asking.META_DATA, new[0])


class Connections(FaultCase):
    """Connections that end while nobody uses them are not a guest's problem."""

    CACHE = 0

    def test_closed_by_the_server(self):
        server = self.metapath()
        guest = self.named["keypair-ssh"]
        self.assert_served(asking.ask(server, asking.META_DATA, guest))
        for _ in range(5):
            for (connection,) in self.database.sql(
                    f"SELECT id FROM information_schema.processlist WHERE user = '{rig.USER}'"):
                self.database.sql(f"KILL {connection}")
            time.sleep(0.1)
            self.assert_served(asking.ask(server, asking.META_DATA, guest))

    def test_wrong_password(self):
        url = self.database.url("nova_api").replace(rig.PASSWORD, "topsecret")
        server = self.metapath(f"[api_database]\nconnection = {url}\n")
        self.assert_unavailable(asking.ask(server, asking.META_DATA, self.named["keypair-ssh"]), within=8)
        self.assertIn("denied", server.logged())
        self.assertNotIn("topsecret", server.logged())

    def test_stops_although_the_database_is_frozen(self):
        """What waits for it does not keep the process from ending."""
        server = self.metapath()
        self.addCleanup(self.database.thaw)
        self.database.freeze()
        with asking.Load(server, [(asking.META_DATA, self.named["keypair-ssh"])], guests=4, pause=0.2):
            time.sleep(0.5)
            began = time.monotonic()
            status = server.stop()
        self.assertEqual(status, 0, server.logged()[-2000:])
        self.assertLess(time.monotonic() - began, 10)


class CellMapping(FaultCase):
    """A cell that cannot be reached as it is mapped costs that cell's instances their answers, nobody else."""

    CACHE = 0

    def test_each(self):
        before = self.rig.mapped_cell2()
        server = self.metapath()
        there, here = self.named["cell2-basic"], self.named["keypair-ssh"]
        whole = asking.ask(server, asking.META_DATA, there)
        self.assert_served(whole)
        self.addCleanup(self.rig.map_cell2, before)
        for url in ("postgresql://nova:topsecret@127.0.0.1/nova", "", "topsecret", "{scheme}://{nothing}:topsecret@/",
                    "mysql+pymysql://nova:topsecret@127.0.0.1:9/x", self.database.url("no_such_database")):
            with self.subTest(url):
                self.rig.map_cell2(url)
                self.assert_unavailable(asking.ask(server, asking.META_DATA, there), within=8)
                self.assert_served(asking.ask(server, asking.META_DATA, here))
        self.rig.map_cell2(before)
        self.assert_recovers(server, asking.META_DATA, there)
        self.assertNotIn("topsecret", server.logged())
