"""What is said before anything is served: databases that cannot be read, and `serve --check`."""
import subprocess

import asking
import rig
from case import FaultCase


class Start(FaultCase):
    def refused(self, *urls):
        """What `serve` says with these in [api_database] and [database]; it must end by itself, in failure."""
        files = self.settings("[api_database]\nconnection = {}\n[database]\nconnection = {}\n".format(*urls))
        server = rig.Metapath(files[0].parent, files)
        done = subprocess.run(
            list(map(str, server.command("--listen", f"127.0.0.1:{server.port}"))), capture_output=True, text=True,
            timeout=20)
        said = done.stdout + done.stderr
        self.assertNotEqual(done.returncode, 0, said)
        self.assertNotIn("topsecret", said)
        return said

    def test_kinds_of_databases(self):
        for kind in ("postgresql", "postgresql+psycopg2", "sqlite", "oracle"):
            with self.subTest(kind):
                url = f"{kind}://nova:topsecret@127.0.0.1/nova"
                said = self.refused(url, url)
                self.assertIn(kind.split("+")[0], said)
                self.assertIn("connection", said)

    def test_nothing_is_needed_to_start(self):
        """Databases that are down are no reason not to listen: they may be back before the first guest asks."""
        port = rig.free_port()
        url = f"mysql+pymysql://nova:topsecret@127.0.0.1:{port}/nova_api"
        server = self.metapath(f"[api_database]\nconnection = {url}\n[database]\nconnection = {url}\n")
        self.assert_served(asking.ask(server, "/"))
        self.assert_unavailable(asking.ask(server, asking.META_DATA, self.named["keypair-ssh"]), within=8)
        self.assertNotIn("topsecret", server.logged())


class Check(FaultCase):
    def check(self, more="", **options):
        files = self.settings(more, **options)
        server = rig.Metapath(files[0].parent, files)
        return subprocess.run(
            list(map(str, server.command("--check"))), capture_output=True, text=True, timeout=60)

    def test_all_is_well(self):
        done = self.check(f"vendordata_jsonfile_path = {self.rig.place / 'conf' / 'vendordata.json'}\n")
        said = done.stdout.lower()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for name in ("api", "cell0", "cell1", "cell2", "keystone", "neutron", "vendordata"):
            self.assertIn(name, said)
        self.assertNotIn(rig.PASSWORD, done.stdout + done.stderr)

    def test_neutron_is_down(self):
        done = self.check("[neutron]\nendpoint_override = http://127.0.0.1:9\nhttp_retries = 0\n")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("cell1", done.stdout)

    def test_a_database_is_frozen(self):
        self.addCleanup(self.database.thaw)
        self.database.freeze()
        self.assertEqual(self.check().returncode, 2)

    def test_an_account_may_only_read(self):
        self.database.create_account("nova_checker", "SELECT")
        done = self.check("[database]\nconnection = " + self.database.url("nova_cell0", "nova_checker") + "\n")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)

    def test_bad_vendordata(self):
        file = self.rig.directory / "not.json"
        file.write_text("{")
        done = self.check(f"vendordata_jsonfile_path = {file}\n")
        self.assertIn(done.returncode, (1, 2), done.stdout + done.stderr)
        self.assertIn("not.json", done.stdout + done.stderr)
