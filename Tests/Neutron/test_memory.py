"""What an idle shim costs, beside the haproxy that it stands for."""
import os
import pathlib
import unittest.mock

import rig
from networks import Isolated
from site_case import ShimCase


class Memory(ShimCase):
    def test_idle(self):
        """Private memory in kB; and a shim has one thread and a handful of descriptors."""
        network, other = self.network(Isolated), self.network(Isolated)
        proxy = self.shim_proxy(network).start()
        shim = self.agents.add(network).pid
        self.assert_served(network)
        with unittest.mock.patch.dict(os.environ, {"PATH": "/usr/sbin:" + os.environ["PATH"]}):
            haproxy = self.agents.add(other).pid
        self.assertEqual(os.path.realpath(f"/proc/{haproxy}/exe"), "/usr/sbin/haproxy")
        print(f"an idle shim of {proxy.program()}: {private(shim)} kB private, haproxy: {private(haproxy)} kB",
              flush=True)
        self.assertEqual(len(list(pathlib.Path(f"/proc/{shim}/task").iterdir())), 1)
        self.assertLess(len(os.listdir(f"/proc/{shim}/fd")), 8)


def private(pid):
    """In kB."""
    return sum(rig.process_memory(pid, f"Private_{kind}") for kind in ("Clean", "Dirty")) // 1024
