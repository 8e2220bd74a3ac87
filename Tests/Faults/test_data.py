"""What is wrong in one place costs only what is made of it."""
import asking
from case import FaultCase

USER_DATA, VENDOR_DATA, VENDOR_DATA2 = (
    "/openstack/latest/user_data", "/openstack/latest/vendor_data.json", "/openstack/latest/vendor_data2.json")
HOSTNAME, INSTANCE_TYPE = "/latest/meta-data/hostname", "/latest/meta-data/instance-type"
LOCAL_IPV4 = "/latest/meta-data/local-ipv4"
ALL = (asking.META_DATA, asking.NETWORK_DATA, asking.INSTANCE_ID, HOSTNAME, INSTANCE_TYPE, LOCAL_IPV4, VENDOR_DATA,
       VENDOR_DATA2, "/openstack", "/latest/meta-data/", asking.PASSWORD)


class VendorDataFile(FaultCase):
    def test_bad_and_mended(self):
        file = self.rig.directory / f"vendordata-{self.rig.next()}.json"
        file.write_text('{"cloud": "one"}')
        server = self.metapath(f"vendordata_jsonfile_path = {file}\n")
        guest = self.named["keypair-ssh"]
        self.assert_served(asking.ask(server, VENDOR_DATA, guest), b'{"cloud": "one"}')
        file.write_text('{"cloud": ')
        server.wait_until(lambda: asking.ask(server, VENDOR_DATA, guest).status != 200, limit=3)
        for path in ALL:
            with self.subTest(path):
                expected = 500 if path in (VENDOR_DATA, VENDOR_DATA2) else 200
                self.assertEqual(asking.ask(server, path, guest).status, expected)
        file.write_text('{"cloud": "two"}')
        server.wait_until(lambda: asking.ask(server, VENDOR_DATA, guest).status == 200, limit=3)
        self.assert_served(asking.ask(server, VENDOR_DATA, guest), b'{"cloud": "two"}')
        self.assert_served(asking.ask(server, VENDOR_DATA2, guest), b'{"static": {"cloud": "two"}}')


class Blobs(FaultCase):
    """One column of one instance holds something that is not what Nova writes."""

    CACHE = 0

    def failing(self, change, repair=None):
        """The paths that answer 500 after the change; all others must be served."""
        instance = self.instance()
        server = self.metapath()
        for path in ALL:
            self.assert_served(asking.ask(server, path, instance))
        self.database.sql(change.format(id=instance.id), "nova_cell1")
        answers = {path: asking.ask(server, path, instance) for path in ALL}
        for path, answer in answers.items():
            self.assertIn(answer.status, (200, 500), f"{path}: {answer}")
        other = self.instance()
        self.assert_served(asking.ask(server, asking.META_DATA, other))
        return {path for path, answer in answers.items() if answer.status == 500}

    def test_flavor(self):
        failing = self.failing("UPDATE instance_extra SET flavor = 'junk' WHERE instance_uuid = '{id}'")
        self.assertEqual(failing, {INSTANCE_TYPE})

    def test_device_metadata(self):
        failing = self.failing("UPDATE instance_extra SET device_metadata = '[[{{' WHERE instance_uuid = '{id}'")
        self.assertEqual(failing, {asking.META_DATA})

    def test_network_info(self):
        """meta_data.json may name a network configuration, which is made of it too."""
        failing = self.failing("UPDATE instance_info_caches SET network_info = 'x' WHERE instance_uuid = '{id}'")
        self.assertIn(asking.NETWORK_DATA, failing)
        self.assertLessEqual(failing, {asking.NETWORK_DATA, LOCAL_IPV4, asking.META_DATA})

    def test_key_pairs(self):
        failing = self.failing("UPDATE instance_extra SET keypairs = '{{\"x\": 1}}' WHERE instance_uuid = '{id}'")
        self.assertEqual(failing, {asking.META_DATA})

    def test_user_data(self):
        failing = self.failing("UPDATE instances SET user_data = 'A' WHERE uuid = '{id}'")
        self.assertEqual(failing, set())
