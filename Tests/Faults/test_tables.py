"""How Metapath reads Nova's tables: by index, however many rows there are, and once for guests that ask together."""
import os
import time

import asking
import statements
from case import FaultCase

# Nova has no index on it that would help; so it is read once for an image and not for an instance.
WITHOUT_INDEX = {"s3_images"}
HOSTNAME = "/latest/meta-data/hostname"
MILLION = 1_000_000
ROWS = 10 * MILLION if os.environ.get("METAPATH_FULL_FAULTS") == "1" else MILLION


class Builds(FaultCase):
    CACHE = 60

    def test_first_requests_share_one(self):
        """A hundred first requests for one instance read it once, or nearly."""
        with statements.Statements(self.database) as asked:
            server = self.metapath()
            instance = self.instance()
            answers = asking.ask_together(server, [(asking.META_DATA, instance)] * 100)
        for answer in answers:
            self.assert_served(answer)
        reads = [text for _, text, _ in asked.seen if "FROM instances" in text]
        self.assertIn(len(reads), (1, 2), reads[:3])

    def test_security_groups_share_one(self):
        server = self.metapath()
        instance = self.named["security-groups"]
        answers = asking.ask_together(server, [(asking.SECURITY_GROUPS, instance)] * 50)
        for answer in answers:
            self.assert_served(answer, answers[0].body)

    def test_statements_of_a_cold_request(self):
        """One for the cell, and few for the instance; none of the image's number when it is known."""
        with statements.Statements(self.database) as asked:
            server = self.metapath()
            first, second = self.rig.copies(2)
            self.assert_served(asking.ask(server, asking.META_DATA, first))
            before = len(asked.reading())
            self.assert_served(asking.ask(server, asking.META_DATA, second))
            self.assertLessEqual(len(asked.reading()) - before, 7)
            before = len(asked.reading())
            self.assert_served(asking.ask(server, asking.META_DATA, second))
            self.assertEqual(len(asked.reading()), before, "a known instance was read again")


class Expiry(FaultCase):
    """`[api] metadata_cache_expiration`: how long an instance is served as it was."""

    CACHE = 1

    def test_a_change_is_seen(self):
        server, instance = self.metapath(), self.instance()
        before = asking.ask(server, HOSTNAME, instance)
        self.assert_served(before)
        self.database.sql(f"UPDATE instances SET hostname = 'renamed' WHERE uuid = '{instance.id}'", "nova_cell1")
        time.sleep(self.CACHE + 1)
        self.assert_served(asking.ask(server, HOSTNAME, instance), b"renamed.novalocal")
        self.database.sql(f"UPDATE instances SET deleted = id WHERE uuid = '{instance.id}'", "nova_cell1")
        time.sleep(self.CACHE + 1)
        self.assertEqual(asking.ask(server, HOSTNAME, instance).status, 404)

    def test_one_build_each_time(self):
        """Guests that keep asking share what is read when the time is over."""
        with statements.Statements(self.database) as asked:
            server, instance = self.metapath(), self.instance()
            with asking.Load(server, [(asking.META_DATA, instance)], guests=8, pause=0.002) as load:
                time.sleep(3.5)
        for _, _, answer in load.answers:
            self.assert_served(answer)
        self.assertIn(sum("FROM instances" in text for _, text, _ in asked.seen), range(3, 6))

    def test_off(self):
        """0: as the database has it."""
        self.CACHE = 0
        server, instance = self.metapath(), self.instance()
        for name in ("one", "two", "three"):
            self.database.sql(f"UPDATE instances SET hostname = '{name}' WHERE uuid = '{instance.id}'", "nova_cell1")
            self.assert_served(asking.ask(server, HOSTNAME, instance), f"{name}.novalocal".encode())


class LargeTable(FaultCase):
    """Many rows of other instances in instance_system_metadata, Nova's largest table here."""

    CACHE = 0
    PATHS = (asking.META_DATA, asking.INSTANCE_ID, "/latest/meta-data/ami-id", asking.PASSWORD)

    def test_by_index_only(self):
        instance = self.named["keypair-ssh"]
        before = self.cold_time(instance)
        self.fill()
        with statements.Statements(self.database) as asked:
            server = self.metapath()
            for path in self.PATHS:
                self.assert_served(asking.ask(server, path, instance))
        self.assertTrue(asked.seen)
        for schema, text, examined in asked.seen:
            with self.subTest(text):
                self.assertLess(examined, 200)
                for table, way, rows in statements.ways(self.database, schema, text):
                    if table not in WITHOUT_INDEX:
                        self.assertIn(way, statements.BY_INDEX, f"{table}: {rows} rows")
        after = self.cold_time(instance)
        self.assertLess(after, 3 * before + 0.05, f"{before:.4f} s with few rows, {after:.4f} s with {ROWS:,}")

    def fill(self):
        rows_each = 20
        self.database.sql(f"""
            SET unique_checks = 0, foreign_key_checks = 0;
            INSERT INTO instance_system_metadata (created_at, `key`, `value`, instance_uuid, deleted)
            SELECT NOW(), 'filler', 'x', CONCAT('10000000-0000-4000-8000-', LPAD(seq DIV {rows_each}, 12, '0')), 0
            FROM seq_1_to_{ROWS};
            ANALYZE TABLE instances, instance_system_metadata, instance_metadata, block_device_mapping""", "nova_cell1")

    def cold_time(self, instance):
        server = self.metapath()
        answers = [asking.ask(server, asking.META_DATA, instance) for _ in range(30)]
        for answer in answers:
            self.assert_served(answer)
        server.stop()
        return asking.quantile([answer.seconds for answer in answers[5:]], 0.5)
