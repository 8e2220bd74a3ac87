"""A host with so many networks that their sockets are more than a process may have descriptors."""
import array
import contextlib
import socket

from networks import Isolated, Router
from site_case import ShimCase

# What rootwrap's own configuration gives to what it runs, and systemd to a service that asks for nothing.
LIMIT = 1024
# Descriptors in one message, at most.
MESSAGE = 253


class ManySockets(ShimCase):
    """Descriptors that are on their way in a UNIX socket, where `metapath proxy` keeps its listeners, are counted for
    the user, and compared with the limit of the process that sends one more.
    """

    def setUp(self):
        super().setUp()
        self.override("root_helper", f"prlimit --nofile={LIMIT}:{LIMIT}", "AGENT")
        self.networks = [self.network(Router), self.network(Isolated)]
        self.proxy = self.shim_proxy(*self.networks)
        self.at_end(descriptors_under_way(LIMIT + 100).close)

    def test_started(self):
        self.proxy.start()
        for network in self.networks:
            self.assertTrue(self.agents.add(network).active, self.agents.logged()[-1000:])
            self.assert_served(network)

    def test_handed_over_again(self):
        """The limit is that of the shim, and the shim stays as it was started."""
        for network in self.networks:
            self.assertTrue(self.agents.add(network).active, self.agents.logged()[-1000:])
        self.proxy.start()
        for network in self.networks:
            self.assert_served(network)


def descriptors_under_way(count):
    """So many, until what is returned is closed."""
    ending = contextlib.ExitStack()
    one = ending.enter_context(contextlib.closing(socket.socket()))
    for sent in range(0, count, MESSAGE):
        ours, theirs = socket.socketpair()
        ending.enter_context(ours)
        ending.enter_context(theirs)
        number = min(MESSAGE, count - sent)
        ours.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [one.fileno()] * number))])
    return ending
