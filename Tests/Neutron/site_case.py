"""What all tests here share: Neutron's configuration and a stand-in for Nova; and for each test networks of its own."""
import contextlib
import os
import pathlib
import shutil
import signal
import tempfile
import time
import unittest
import unittest.mock

import agents
import guests
import servers

SHARED = None


class Shared:
    """`ending` closes when all tests are over, or when they have been interrupted."""

    def __init__(self, directory, ending):
        # haproxy as another user has to get to the agent's socket.
        os.chmod(directory, 0o755)
        self.directory, self.serial = pathlib.Path(directory), 0
        self.ending = ending
        self.agents = agents.Agents(self.directory)
        self.nova = servers.Nova()

    def next(self):
        self.serial += 1
        return self.serial


@contextlib.contextmanager
def shared():
    global SHARED
    directory = tempfile.mkdtemp(prefix="metapath-neutron-")
    with contextlib.ExitStack() as ending:
        ending.callback(shutil.rmtree, directory, ignore_errors=True)
        SHARED = Shared(directory, ending)
        ending.callback(SHARED.nova.stop)
        yield SHARED


def wait_until(what, condition, limit=10):
    """Seconds until the condition holds."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > limit:
            raise AssertionError(f"not within {limit} s: {what}")
        time.sleep(0.01)
    return time.monotonic() - began


def is_running(pid):
    """A process that has ended and is not waited for does not run."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class SiteCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared, cls.agents, cls.nova = SHARED, SHARED.agents, SHARED.nova

    def setUp(self):
        self.directory = self.shared.directory / f"test-{self.shared.next()}"
        self.directory.mkdir()

    def at_end(self, function, *arguments):
        """Done when the test is over, and again at the very end: after an interrupted test nothing is cleaned up."""
        self.addCleanup(function, *arguments)
        self.shared.ending.callback(function, *arguments)

    def network(self, kind):
        """A namespace and a guest that go with the test, with whatever Neutron has started there."""
        network = kind()
        self.at_end(network.remove)
        self.at_end(self.end_proxy, network)
        return network.build()

    def end_proxy(self, network):
        manager = self.agents.manager(network)
        self.agents.monitor.unregister(network.id, "metadata-proxy")
        self.agents.agent.metadata_driver.monitors.pop(network.id, None)
        if manager.active:
            os.kill(manager.pid, signal.SIGKILL)

    def proxy(self, *networks, options=(), settings=""):
        """`metapath proxy` that ends with the test, not started."""
        proxy = servers.Proxy(
            self.directory / f"metapath-{self.shared.next()}", self.nova, networks, *options, settings=settings)
        self.at_end(proxy.stop)
        return proxy

    def override(self, name, value, group=None):
        """One of Neutron's options, until the end of the test."""
        self.agents.conf.set_override(name, value, group)
        self.addCleanup(self.agents.conf.clear_override, name, group)

    def assert_served(self, network, **request):
        """By Nova, which was told who is asking."""
        answer = guests.ask(network, **request)
        self.assert_answers(network, answer)
        return answer

    def assert_answers(self, network, answer):
        self.assertEqual(answer.status, 200, str(answer))
        self.assertEqual(answer.identity, (network.instance, network.project), str(answer))

    def assert_refused(self, network):
        """Nobody listens, and the guest is told at once."""
        answer = guests.ask(network, timeout=5)
        self.assertEqual(answer.status, 0, str(answer))
        self.assertIn(b"ConnectionRefused", answer.body)


class ShimCase(SiteCase):
    """`haproxy` in PATH is the program under test, and finds `metapath proxy` at `self.shims`."""

    def setUp(self):
        super().setUp()
        self.shims = self.directory / "shims"
        programs = self.directory / "programs"
        programs.mkdir()
        (programs / "haproxy").symlink_to(servers.Proxy.program())
        variables = {"PATH": f"{programs}:{os.environ['PATH']}", "METAPATH_SHIM_SOCKET": str(self.shims)}
        patch = unittest.mock.patch.dict(os.environ, variables)
        patch.start()
        self.addCleanup(patch.stop)

    def shim_proxy(self, *networks, options=()):
        return self.proxy(*networks, options=("--shim-socket", self.shims, *options))
