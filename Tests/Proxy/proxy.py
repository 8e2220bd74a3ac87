"""The program under test: `metapath proxy`, which holds sockets, and its worker, which serves guests."""
import contextlib
import json
import os
import pathlib
import signal
import time

from processes import Process, program, run

CONFIGURATION = """[metapath]
port_file = {directory}/ports.json
[neutron]
service_metadata_proxy = true
metadata_proxy_shared_secret = {secret}
auth_type = password
auth_url = {cloud}/identity
username = nova
password = topsecret
user_domain_name = Default
project_name = service
project_domain_name = Default
http_retries = 0
{more}"""


# A mount namespace of its own, without any network namespace's name.
HIDING = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /run/netns && exec "$0" "$@"']


def is_there(pid):
    return pathlib.Path(f"/proc/{pid}").exists() and status(pid)["State"][0] != "Z"


def is_stopped(pid):
    """All of it: the kernel stops threads one after the other."""
    return all(thread["State"][0] == "T" for _, thread in threads(pid))


def status(pid):
    return fields(pathlib.Path(f"/proc/{pid}/status"))


def threads(pid):
    """(which, status) of each thread of a process; the first one is `main`."""
    for place in pathlib.Path(f"/proc/{pid}/task").iterdir():
        yield "main" if place.name == str(pid) else place.name, fields(place / "status")


def fields(file):
    """What /proc says of a process or a thread, as a dictionary."""
    return {name: value.strip() for name, _, value in (line.partition(":") for line in file.read_text().splitlines())}


class Proxy(Process):
    """Serves the places given and no others, unless `options` say otherwise.

    With `sees_nothing` there is no namespace in its /run/netns but those that are shown.
    """

    def __init__(self, directory, cloud, nova_url, secret, places=(), more="", options=(), sees_nothing=False):
        super().__init__("metapath", directory)
        self.configuration, self.access_log = self.directory / "proxy.conf", self.directory / "access.log"
        self.port_file = self.directory / "ports.json"
        self.configuration.write_text(
            CONFIGURATION.format(directory=self.directory, secret=secret, cloud=cloud.url, more=more))
        self.nova_url, self.places, self.options = nova_url, list(places), list(options)
        self.sees_nothing, self.seen = sees_nothing, set()

    def command(self):
        told = [word for place in self.places for word in ("--namespace", place.assignment)]
        discovery = [] if "--discovery" in self.options else ["--no-discovery"]
        hiding = HIDING if self.sees_nothing else []
        return [*hiding, program(), "proxy", "--store", "neutron", "--upstream", self.nova_url, "--workers", "2",
                "--config-file", self.configuration, "--access-log", self.access_log, *discovery, *told, *self.options]

    def start(self):
        """Returns when it serves every place that there is."""
        ready = self.logged().count(" ready") if self.log.exists() else 0
        self.launch(self.command())
        self.wait_until(lambda: self.logged().count(" ready") > ready and len(self.workers()) == 1)
        return self

    def show(self, place):
        """Give a namespace its name in the proxy's own /run/netns."""
        # Here it is known by a descriptor; there by what /proc says of this process.
        with open(f"/run/netns/{place.name}") as namespace:
            there = f"/run/netns/{place.name}"
            self.inside("touch", there)
            self.inside("mount", "--no-canonicalize", "--bind", f"/proc/{os.getpid()}/fd/{namespace.fileno()}", there)

    def hide(self, place):
        self.inside("umount", f"/run/netns/{place.name}")
        self.inside("rm", f"/run/netns/{place.name}")

    def inside(self, *command):
        run("nsenter", "--mount", "--target", self.pid, *command)

    def workers(self):
        """Process ids of those that serve guests."""
        found = []
        for file in pathlib.Path("/proc").glob(f"{self.pid}/task/*/children"):
            with contextlib.suppress(OSError):
                found += [int(pid) for pid in file.read_text().split() if is_worker(pid)]
        self.seen.update(found)
        return found

    @property
    def worker(self):
        workers = self.workers()
        assert len(workers) == 1, f"one worker was expected, there are {workers}"
        return workers[0]

    def reload(self):
        """A new worker in the place of the present one, which still answers who is connected to it."""
        old, ready = self.workers(), self.logged().count(" ready")
        self.process.send_signal(signal.SIGHUP)
        self.wait_until(lambda: self.logged().count(" ready") > ready and set(self.workers()) - set(old), limit=20)

    def wait_for_worker(self, besides, limit=20):
        """One that serves alone, and is not the one that has ended."""
        self.wait_until(lambda: len(self.workers()) == 1 and self.workers() != [besides], limit)
        return self.worker

    def private_memory(self):
        """Octets that only this daemon has, over all its processes."""
        return sum(private_memory(pid) for pid in [self.pid, *self.workers()])

    def descriptors(self):
        return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in [self.pid, *self.workers()])

    def accesses(self):
        """The access log's records."""
        return [json.loads(line) for line in self.access_log.read_text().splitlines()]

    def stop(self, ending=signal.SIGTERM, patience=20):
        if self.is_running():
            self.workers()
        result = super().stop(ending, patience)
        self.end_workers()
        return result

    def end_workers(self):
        """None should be left. Those that are get a moment, and then no choice."""
        end = time.monotonic() + 5
        while any(map(is_worker, self.seen)) and time.monotonic() < end:
            time.sleep(0.02)
        for pid in filter(is_worker, self.seen):
            os.kill(pid, signal.SIGKILL)


def is_worker(pid):
    with contextlib.suppress(OSError):
        return b"--worker" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return False


def private_memory(pid):
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:")))
