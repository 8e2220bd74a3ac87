"""Sockets outlive the daemon where the service manager keeps them. It is a stand-in here for systemd's descriptor store."""
import contextlib
import os
import socket
import threading
import time

import guests
from case import ProxyCase
from proxy import Proxy


class Manager:
    """Keeps what it is sent, and takes what it keeps as sd_notify(3) says."""

    def __init__(self, path):
        self.kept, self.said = {}, []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(0.2)
        self.thread = threading.Thread(target=self.listen)
        self.ending = threading.Event()
        self.thread.start()

    def listen(self):
        while not self.ending.is_set():
            with contextlib.suppress(socket.timeout):
                text, descriptors, _, _ = socket.recv_fds(self.socket, 4096, 8)
                self.take(dict(line.split("=", 1) for line in text.decode().split("\n")), descriptors)

    def take(self, said, descriptors):
        self.said.append(said)
        if "FDSTORE" in said:
            self.kept.setdefault(said["FDNAME"], []).extend(descriptors)
        if "FDSTOREREMOVE" in said:
            for descriptor in self.kept.pop(said["FDNAME"], []):
                os.close(descriptor)

    def close(self):
        self.ending.set()
        self.thread.join()
        self.socket.close()
        for descriptors in self.kept.values():
            for descriptor in descriptors:
                os.close(descriptor)


class Managed(Proxy):
    """Started as systemd starts a service: what was kept comes first, from descriptor 3 on."""

    manager = None

    def launch(self, command, environment=None, descriptors=()):
        kept = [(name, descriptor) for name, all_of_it in self.manager.kept.items() for descriptor in all_of_it]
        moves = " ".join(f"{3 + index}<&{descriptor}" for index, (_, descriptor) in enumerate(kept))
        script = f'export LISTEN_PID=$$; exec {moves}; exec "$0" "$@"'
        environment = {
            **os.environ, "NOTIFY_SOCKET": self.manager.socket.getsockname(), "LISTEN_FDS": str(len(kept)),
            "LISTEN_FDNAMES": ":".join(name for name, _ in kept)}
        super().launch(["bash", "-c", script, *command], environment, [descriptor for _, descriptor in kept])


class Kept(ProxyCase):
    def test_a_connection_made_while_the_daemon_is_dead_is_answered_by_the_next(self):
        place = self.host.place("qrouter")
        guest = self.guest(place)
        manager = Manager(self.directory / "notify")
        self.addCleanup(manager.close)
        Managed.manager = manager
        server = self.proxy(place, kind=Managed)
        self.assert_served(guest, guests.ask(guest))
        self.wait_until(lambda: {"READY": "1"} in manager.said, "the manager is told that the daemon is ready")
        server.process.kill()
        server.process.wait()
        answers = []
        asking = threading.Thread(target=lambda: answers.append(guests.ask(guest)))
        asking.start()
        # It is connected, or refused, before anybody is there to accept.
        time.sleep(0.3)
        server.start()
        asking.join()
        self.assert_served(guest, answers[0])
        self.assertEqual(server.stop(), 0, server.logged())
