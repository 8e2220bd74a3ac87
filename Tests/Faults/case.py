"""What all fault tests share: one MariaDB and one stand-in, started once, and a Metapath of each test's own."""
import contextlib
import pathlib
import shutil
import tempfile
import unittest

import asking
import instances
import rig

# How long a server may take to notice that what it needs is back.
RECOVERY = 15


class Rig:
    """The servers that all tests share, each as the tests find and leave it: running, with what `load_dump` loaded."""

    def __init__(self):
        self.place = rig.oracle()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="metapath-faults-"))
        self.ending = contextlib.ExitStack()
        self.ending.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self.serial = 0

    def start(self):
        self.database = rig.MariaDB(self.directory / "database")
        self.ending.callback(self.database.stop)
        self.database.start().load_dump(self.place)
        self.stub = rig.Stub(self.directory, self.place)
        self.ending.callback(self.stub.stop)
        self.stub.start()
        self.named = instances.named(self.place)

    def next(self):
        self.serial += 1
        return self.serial

    def copies(self, count):
        """Instances that nobody has asked about yet."""
        return instances.copy(self.database, self.named["keypair-ssh"], count, series=self.next())

    def mapped_cell2(self):
        return self.database.value("SELECT database_connection FROM cell_mappings WHERE name = 'cell2'", "nova_api")

    def map_cell2(self, url):
        """Say in Nova's own table where cell2's database is."""
        self.database.sql(f"UPDATE cell_mappings SET database_connection = '{url}' WHERE name = 'cell2'", "nova_api")


SHARED = None


class FaultCase(unittest.TestCase):
    """A test with the shared servers and, started by itself, Metapath. `CACHE` is how long that keeps an instance."""

    CACHE = 15

    @classmethod
    def setUpClass(cls):
        cls.rig, cls.database, cls.stub, cls.named = SHARED, SHARED.database, SHARED.stub, SHARED.named

    def settings(self, more="", **options):
        """Configuration files with `more` in an oslo.config file of its own, the later one."""
        directory = self.rig.directory / f"metapath-{self.rig.next()}"
        directory.mkdir()
        text = f"[api]\nmetadata_cache_expiration = {self.CACHE}\n{more}"
        return rig.nova_conf(self.rig.place, directory, self.database, self.stub, text, **options)

    def metapath(self, more="", **options):
        """A running Metapath that ends with the test."""
        files = self.settings(more, **options)
        server = rig.Metapath(files[0].parent, files)
        self.addCleanup(server.stop)
        return server.start()

    def instance(self):
        """One that nobody has asked about yet, in cell1."""
        return self.rig.copies(1)[0]

    def assert_served(self, answer, body=None):
        self.assertEqual(answer.status, 200, str(answer))
        if body is not None:
            self.assertEqual(answer.body, body)

    def assert_unavailable(self, answer, within=None):
        """A 503 that says when to come again, in time."""
        self.assertEqual(answer.status, 503, str(answer))
        self.assertGreaterEqual(int(answer.headers.get("Retry-After", 0)), 1, str(answer))
        if within is not None:
            self.assertLess(answer.seconds, within, str(answer))

    def assert_recovers(self, server, path, instance, limit=RECOVERY):
        """Served again by itself; until then only 503s that say when to come again."""
        seen = []

        def ready():
            seen.append(asking.ask(server, path, instance))
            return seen[-1].status == 200

        server.wait_until(ready, limit)
        for answer in seen[:-1]:
            self.assert_unavailable(answer)
        return seen[-1]
