"""cloud-init's own datasource code, from Debian's package, reads its instance through the proxy."""
import hashlib
import json
import unittest

import namespaces
from case import ProxyCase
from processes import ROOT, run
from service import Service

READER = ROOT / "Tests" / "Guest" / "read_datasource.py"
PREPARED = (ROOT / ".build" / "guest" / "cloud-init").exists()


@unittest.skipUnless(PREPARED, "Tests/Guest/prepare has not fetched cloud-init")
class CloudInit(ProxyCase):
    def setUp(self):
        super().setUp()
        self.service = Service(self.directory / "service")
        self.ending.callback(self.service.stop)
        self.service.start()

    def instance(self, name, kind, scope):
        """The instance of the example as a guest of a namespace with a name of our own."""
        place = self.host.place(kind, id=scope["id"], name=f"{kind}-{namespaces.new_id()}")
        found = self.service.named("instances", name)
        port = found["ports"][0]
        guest = self.guest(
            place, network=self.service.named("networks", port["network"])["id"], mac=self.service.mac(name),
            address=port["ip"] if "ip" in port else port["ips"][0]["address"], id=found["id"],
            project=found["project"])
        self.proxy(place, upstream=self.service.url)
        return guest

    def assert_reads(self, name, guest):
        """What the service has, by each of the datasources."""
        expected, found = self.service.user_data(name), self.service.named("instances", name)
        for datasource, identifier in (("openstack", found["id"]), ("ec2", found["ec2_id"])):
            with self.subTest(datasource):
                read = json.loads(run("ip", "netns", "exec", guest.namespace, READER, datasource, timeout=60))
                self.assertEqual(read["instance_id"], identifier)
                self.assertEqual(read["hostname"].split(".")[0], name)
                self.assertEqual(
                    read["user_data"], {"bytes": len(expected), "sha256": hashlib.sha256(expected).hexdigest()})

    def test_behind_a_router(self):
        guest = self.instance("test0", "qrouter", self.service.named("routers", "blue-router"))
        self.assert_reads("test0", guest)

    def test_in_a_dhcp_namespace(self):
        guest = self.instance("test2", "qdhcp", self.service.named("networks", "island"))
        self.assert_reads("test2", guest)

    def test_in_an_ovn_namespace(self):
        guest = self.instance("test1", "ovnmeta", self.service.named("networks", "green"))
        self.assert_reads("test1", guest)
