"""One cloud for both: MariaDB with Nova's databases, stand-ins for Keystone and Neutron, and on top of them Nova's
metadata service or Metapath, each one worker on a core of its own.
"""
import contextlib
import json
import os
import pathlib
import subprocess

import instances
import load
import rig
import servers

# What is copied, as often as instances are wanted: a key pair, two security groups, an image, one port.
ORIGINAL = "keypair-ssh"
# Connections that may wait for Nova's worker; uWSGI's own default of 100 would refuse some of 500 guests.
BACKLOG = 1024


def oracle_home():
    """Where the recordings' `setup` keeps the Python environment with Nova."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(os.environ.get("ORACLE_HOME") or pathlib.Path(cache) / "metadata-oracle")


class Cloud:
    """The database and the stand-ins, on the load's core, and a supply of instances that nobody has asked about."""

    def __init__(self, directory, count):
        self.directory, self.place, self.count = pathlib.Path(directory), rig.oracle(), count
        self.ending = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as ending:
            self.database = rig.MariaDB(self.directory / "database")
            self.stub = rig.Stub(self.directory, self.place)
            for server in (self.database, self.stub):
                server.core = load.CLIENT_CORE
                ending.callback(server.stop)
            self.database.start().load_dump(self.place, whole=True)
            self.fill()
            self.stub.start()
            self.ending = ending.pop_all()
        return self

    def __exit__(self, *_):
        self.ending.close()

    def fill(self):
        original = instances.named(self.place)[ORIGINAL]
        self.instances = iter(instances.copy(self.database, original, self.count))
        data = json.loads((self.place / "neutron.json").read_text())
        instances.give_ports(data, original, instances.copies(original, self.count))
        self.stub.neutron = self.directory / "neutron.json"
        self.stub.neutron.write_text(json.dumps(data))
        self.database.sql("ANALYZE TABLE " + ", ".join(instances.TABLES), instances.CELL)

    def take(self, count):
        """Instances that were not handed out before."""
        return [next(self.instances) for _ in range(count)]

    def configuration(self, name, cache):
        """nova.conf for one server; `cache` is for how many seconds it keeps an instance."""
        home = self.directory / f"{name}-{cache}"
        home.mkdir(exist_ok=True)
        return rig.nova_conf(self.place, home, self.database, self.stub,
                             f"[api]\nmetadata_cache_expiration = {cache}\n")


class Nova(servers.Server):
    """Nova's own service as its authors recorded it here: uWSGI, one process, one thread."""

    def __init__(self, cloud, cache, keep_alive=False):
        files = cloud.configuration("nova", cache)
        home, venv = files[0].parent, oracle_home() / "venv"
        (home / "api-paste.ini").write_bytes((venv / "etc" / "nova" / "api-paste.ini").read_bytes())
        port = servers.free_port()
        address = f"127.0.0.1:{port}"
        socket = ["--http11-socket", address] if keep_alive else [
            "--http-socket", address, "--add-header", "Connection: close"]
        settings = {"OS_NOVA_CONFIG_DIR": home,
                    "OS_NOVA_CONFIG_FILES": ";".join(["api-paste.ini", *(file.name for file in files)]),
                    "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "ignore"}
        waiting = min(BACKLOG, int(pathlib.Path("/proc/sys/net/core/somaxconn").read_text()))
        super().__init__(
            ["env", *(f"{name}={value}" for name, value in settings.items()), venv / "bin" / "uwsgi",
             "--ini", cloud.place / "conf" / "uwsgi.ini", *socket, "--processes", "1", "--listen", waiting,
             "--no-orphans"],
            port, home, "nova")

    @property
    def pids(self):
        """The worker; the master only watches it."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]


class Metapath(servers.Server):
    def __init__(self, cloud, cache, keep_alive=True):
        files = cloud.configuration("metapath", cache)
        port = servers.free_port()
        command = [servers.PROGRAM, "serve", "--listen", f"127.0.0.1:{port}", "--workers", "1",
                   "--control-socket", ""]
        for file in files:
            command += ["--config-file", file]
        super().__init__(command, port, files[0].parent, "metapath")


@contextlib.contextmanager
def serving(kind, cloud, cache, keep_alive=False):
    """A server of that kind, answering."""
    server = kind(cloud, cache, keep_alive)
    try:
        server.wait(lambda: rig.answers_http(server.port))
        yield server
    finally:
        server.stop()


def versions():
    """What is compared, as it calls itself."""
    pip = subprocess.run([oracle_home() / "venv" / "bin" / "pip", "list", "--format", "freeze"],
                         capture_output=True, text=True).stdout.splitlines()
    found = dict(line.split("==", 1) for line in pip if "==" in line)
    return f"Nova {found.get('nova', 'unknown')} under uWSGI {found.get('uWSGI', found.get('uwsgi', 'unknown'))}"
