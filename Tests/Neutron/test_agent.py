"""`metapath proxy --agent-socket` in place of Neutron's metadata agent; what Neutron starts as haproxy is haproxy."""
import grp
import os
import pathlib
import pwd
import stat

from networks import Isolated, Router
from site_case import SiteCase, wait_until

# What says as whom the haproxies run and how narrow the socket is, and the mode and the owners that follow from it.
SOCKETS = {
    "deduce": ("nobody", "", 0o664, "root", "root"),
    "deduce another group": ("nobody", "nogroup", 0o666, "root", "root"),
    "user": ("nobody", "nogroup", 0o644, "nobody", "root"),
    "group": ("nobody", "nogroup", 0o664, "root", "nogroup"),
    "all": ("nobody", "nogroup", 0o666, "root", "root"),
}


class AgentCase(SiteCase):
    def agent(self, *networks, settings=""):
        options = ("--agent-socket", self.agents.socket)
        return self.proxy(*networks, options=options, settings=settings).start()

    def user(self, pid):
        return pwd.getpwuid(os.stat(f"/proc/{pid}").st_uid).pw_name


class Haproxies(AgentCase):
    def test_served(self):
        networks = [self.network(Router), self.network(Isolated)]
        self.agent(*networks)
        for network in networks:
            with self.subTest(network.SCOPE):
                manager = self.agents.add(network)
                self.assertEqual(os.path.realpath(f"/proc/{manager.pid}/exe"), "/usr/sbin/haproxy")
                self.assert_served(network)
                self.assert_served(network, headers={"X-Neutron-Router-ID": networks[0].id})
                self.agents.remove(network)
                wait_until("the listener has gone", lambda: network.PORT not in network.listening_ports())

    def test_daemon_restarts(self):
        """Haproxies connect anew for each request, and find who listens now."""
        router = self.network(Router)
        proxy = self.agent(router)
        self.agents.add(router)
        self.assert_served(router)
        proxy.stop()
        proxy.start()
        self.assert_served(router)


class AnotherUser(AgentCase):
    """Haproxies that run as somebody else can connect, and the socket is no wider than said."""

    def test_each_mode(self):
        network = self.network(Isolated)
        for name, (user, group, *expected) in SOCKETS.items():
            with self.subTest(name):
                self.override("metadata_proxy_user", user)
                self.override("metadata_proxy_group", group)
                mode = name.split()[0]
                proxy = self.agent(network, settings=(
                    f"metadata_proxy_socket_mode = {mode}\nmetadata_proxy_user = {user}\n"
                    f"metadata_proxy_group = {group}\n"))
                self.assert_socket(*expected)
                manager = self.agents.add(network)
                self.assertEqual(self.user(manager.pid), user)
                self.assert_served(network)
                self.agents.remove(network)
                proxy.stop()

    def assert_socket(self, mode, owner, group):
        status = pathlib.Path(self.agents.socket).stat()
        self.assertEqual(stat.S_IMODE(status.st_mode), mode)
        self.assertEqual(pwd.getpwuid(status.st_uid).pw_name, owner)
        self.assertEqual(grp.getgrgid(status.st_gid).gr_name, group)
