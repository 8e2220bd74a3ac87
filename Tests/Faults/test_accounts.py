"""An account that may only read."""
import concurrent.futures
import time

import asking
from case import FaultCase

READER = "nova_reader"
PATHS = (asking.NETWORK_DATA, "/openstack/latest/", "/openstack/latest/user_data",
         "/openstack/latest/vendor_data2.json", "/latest/meta-data/", asking.INSTANCE_ID, "/latest/meta-data/ami-id",
         "/latest/user-data", "/latest/meta-data/block-device-mapping/", asking.SECURITY_GROUPS, asking.PASSWORD)
COUNTS = """SELECT (SELECT COUNT(*) FROM nova_cell1.s3_images), (SELECT COUNT(*) FROM nova_cell1.instance_id_mappings),
    (SELECT COUNT(*) FROM nova_cell1.instance_system_metadata)"""


class ReadOnly(FaultCase):
    def setUp(self):
        self.database.create_account(READER, "SELECT")
        self.rename("nova", READER)
        self.addCleanup(self.rename, READER, "nova")

    def rename(self, old, new):
        self.database.sql(f"""UPDATE cell_mappings
            SET database_connection = REPLACE(database_connection, '//{old}:', '//{new}:')""", "nova_api")

    def without_number(self):
        """An instance that has no row in instance_id_mappings."""
        instance = self.instance()
        self.database.sql(f"DELETE FROM instance_id_mappings WHERE uuid = '{instance.id}'", "nova_cell1")
        return instance

    def test_missing_numbers_are_made_up(self):
        """Beyond 2^32, where no row's number is; said once, and nothing is inserted."""
        new = [self.without_number(), self.without_number()]
        server = self.metapath(user=READER)
        before = self.database.sql(COUNTS)
        seen = set()
        for instance in new:
            number = self.number(server, instance)
            self.assertGreater(number, 2**32)
            self.assertEqual(self.number(server, instance), number)
            seen.add(number)
        self.assertEqual(len(seen), 2)
        self.database.sql(f"""UPDATE instances SET image_ref = '30000000-0000-4000-8000-000000000000'
            WHERE uuid = '{new[0].id}'""", "nova_cell1")
        image = asking.ask(self.metapath(user=READER), "/latest/meta-data/ami-id", new[0])
        self.assert_served(image)
        self.assertGreater(int(image.text.removeprefix("ami-"), 16), 2**32, image.text)
        self.assertEqual(self.database.sql(COUNTS), before)
        told = [line for line in server.logged().splitlines() if "grant INSERT" in line]
        self.assertEqual(len(told), 1, server.logged())

    def test_server_is_read_only_for_a_while(self):
        """Such as after a failover: when it is over, numbers are drawn again."""
        first, second, third = self.without_number(), self.without_number(), self.without_number()
        self.rename(READER, "nova")
        server = self.metapath()
        self.assertLess(self.number(server, first), 2**32)
        self.addCleanup(self.database.sql, "SET GLOBAL read_only = 0")
        self.database.sql("SET GLOBAL read_only = 1")
        asking.ask(server, asking.INSTANCE_ID, second)
        self.database.sql("SET GLOBAL read_only = 0")
        time.sleep(2)
        self.assertLess(self.number(server, third), 2**32)

    def number(self, server, instance):
        answer = asking.ask(server, asking.INSTANCE_ID, instance)
        self.assert_served(answer)
        return int(answer.text.removeprefix("i-"), 16)

    def test_same_number_from_every_process(self):
        instance = self.without_number()
        bodies = {asking.ask(self.metapath(user=READER), asking.INSTANCE_ID, instance).body for _ in range(2)}
        self.assertEqual(len(bodies), 1)

    def test_everything_else_is_the_same(self):
        self.rename(READER, "nova")
        expected = self.everything(self.metapath())
        self.rename("nova", READER)
        found = self.everything(self.metapath(user=READER))
        for question, answer in expected.items():
            self.assertEqual(found[question], answer, question)

    def everything(self, server):
        found = {}
        for name in ("keypair-ssh", "multi-nic", "volumes", "cell2-basic", "password-set"):
            for path in PATHS:
                answer = asking.ask(server, path, self.named[name])
                found[name, path] = (answer.status, answer.body)
        return found

    def test_password_cannot_be_kept(self):
        server = self.metapath(user=READER)
        instance = self.instance()
        before = self.database.sql(COUNTS)
        self.assert_unavailable(asking.ask(server, asking.PASSWORD, instance, "POST", b"secret-of-guest"))
        self.assertEqual(self.database.sql(COUNTS), before)
        self.assert_served(asking.ask(server, asking.PASSWORD, instance), b"")
        self.assertIn("denied", server.logged())
        self.assertNotIn("secret-of-guest", server.logged())


class Password(FaultCase):
    """A guest's password is never served from memory."""

    CACHE = 60

    def test_posted_here(self):
        server, instance = self.metapath(), self.instance()
        self.assert_served(asking.ask(server, asking.PASSWORD, instance), b"")
        self.assert_served(asking.ask(server, asking.PASSWORD, instance, "POST", b"first"), b"")
        self.assert_served(asking.ask(server, asking.PASSWORD, instance), b"first")
        self.assertEqual(asking.ask(server, asking.PASSWORD, instance, "POST", b"second").status, 409)
        self.assert_served(asking.ask(server, asking.PASSWORD, instance), b"first")

    def test_posted_elsewhere(self):
        here, there, instance = self.metapath(), self.metapath(), self.instance()
        self.assert_served(asking.ask(here, asking.PASSWORD, instance), b"")
        self.assert_served(asking.ask(there, asking.PASSWORD, instance, "POST", b"elsewhere"), b"")
        self.assert_served(asking.ask(here, asking.PASSWORD, instance), b"elsewhere")

    def test_changed_in_the_database(self):
        server, instance = self.metapath(), self.instance()
        self.assert_served(asking.ask(server, asking.PASSWORD, instance), b"")
        self.database.sql(f"""INSERT INTO instance_system_metadata (created_at, `key`, `value`, instance_uuid, deleted)
            VALUES (NOW(), 'password_0', 'by hand', '{instance.id}', 0)""", "nova_cell1")
        self.assert_served(asking.ask(server, asking.PASSWORD, instance), b"by hand")

    def test_posted_by_many_at_once(self):
        """One is kept; the others are told of a conflict."""
        server, instance = self.metapath(), self.instance()
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(
                lambda n: asking.ask(server, asking.PASSWORD, instance, "POST", b"guest %d" % n), range(10)))
        self.assertEqual(sorted(answer.status for answer in answers), [200] + [409] * 9)
        kept = answers.index(next(answer for answer in answers if answer.status == 200))
        self.assert_served(asking.ask(server, asking.PASSWORD, instance), b"guest %d" % kept)
