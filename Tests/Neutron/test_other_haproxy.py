"""Whatever else haproxy is asked for is done by haproxy itself, found further along PATH."""
import os
import pathlib
import subprocess
import urllib.request

import servers
from networks import Isolated
from site_case import ShimCase, wait_until

REAL = "/usr/sbin/haproxy"
# Of somebody's load balancer: nothing of Neutron's.
OTHER = """\
defaults
    mode http
    timeout client 5s
listen other
    bind 127.0.0.1:{port}
    http-request return status 200 content-type text/plain string "another haproxy"
"""


class OtherHaproxy(ShimCase):
    def test_version(self):
        done = servers.run_haproxy("-v")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(done.stdout, subprocess.run([REAL, "-v"], capture_output=True, text=True).stdout)

    def test_other_configuration(self):
        port, file = servers.free_port(), self.directory / "other.cfg"
        file.write_text(OTHER.format(port=port))
        process = subprocess.Popen(["haproxy", "-f", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.at_end(process.wait, 10)
        self.at_end(process.kill)
        wait_until("the process is haproxy", lambda: self.program(process.pid) == REAL)
        wait_until("haproxy answers", lambda: servers.rig.answers_http(port))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as reply:
            self.assertEqual(reply.read(), b"another haproxy")

    def test_check_of_neutrons_configuration(self):
        """`haproxy -c -f FILE` says whether haproxy likes the file; it starts nothing."""
        network = self.network(Isolated)
        file = self.agents.write_configuration(network)
        done = servers.run_haproxy("-c", "-f", file)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("valid", done.stdout + done.stderr)
        self.assertIsNone(self.agents.manager(network).pid)

    def test_broken_configuration(self):
        file = self.directory / "broken.cfg"
        file.write_text("no such keyword\n")
        done = servers.run_haproxy("-f", file)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("unknown keyword", done.stderr)

    @staticmethod
    def program(pid):
        return os.path.realpath(pathlib.Path(f"/proc/{pid}/exe"))
