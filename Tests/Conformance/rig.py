"""Everything a replay needs around it: configuration, stand-ins for Nova's neighbours, the servers to be asked."""
import contextlib
import os
import pathlib
import subprocess
import sys

import processes
import recordings

SECRET = "oracle-shared-secret"
# For configurations that no database is needed for: nothing listens there.
NO_DATABASE = "mysql+pymysql://nova@127.0.0.1:9"


def program():
    path = pathlib.Path(os.environ.get("METAPATH") or recordings.ROOT / ".build" / "debug" / "metapath")
    if not path.exists():
        raise SystemExit(f"{path} is not built; `swift build` makes it")
    return path.resolve()


HOME = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "metapath-oracle"
ENVIRONMENT = HOME / "venv"


def set_up(oracle):
    """The virtual environment with Nova, made by the oracle's own script where it is missing."""
    variables = os.environ | {"ORACLE_HOME": str(HOME)}
    subprocess.run([oracle.directory / "setup"], env=variables, check=True, stdin=subprocess.DEVNULL)
    return ENVIRONMENT


class Rig:
    """The recordings, a directory, Nova's databases (none for a store of Metapath's own), a port for the stand-in."""

    def __init__(self, oracle, directory, database=None):
        self.oracle, self.directory, self.database = oracle, directory, database
        self.stub = processes.free_port()
        self.neutron = directory / "neutron.json"
        self.neutron.write_bytes((oracle.directory / "neutron.json").read_bytes())

    def stand_in(self):
        """Keystone, Neutron and the vendordata targets."""
        return processes.started(
            self.stand_in_command(), self.directory / "stub.log", processes.listens(self.stub))

    def stand_in_command(self):
        return [sys.executable, "-B", self.oracle.directory / "stub.py", "--port", self.stub,
                "--neutron", self.neutron]

    def configuration(self, profile):
        """The files that Nova was recorded with, filled in."""
        sources = [self.oracle.directory / "conf" / "nova.conf.in"]
        if profile != recordings.DEFAULT:
            sources.append(self.oracle.directory / "conf" / "profiles" / f"{profile}.conf")
        return [self._filled(source) for source in sources]

    def _filled(self, source):
        text = source.read_text()
        values = {"@SECRET@": SECRET, "@HOME@": self.directory, "@SRC@": self.oracle.directory,
                  "@STUB@": f"http://127.0.0.1:{self.stub}",
                  "@DB@": self.database.url if self.database else NO_DATABASE}
        for name, value in values.items():
            text = text.replace(name, str(value))
        file = self.directory / source.name.removesuffix(".in")
        file.write_text(text)
        return file

    @contextlib.contextmanager
    def metapath(self, profile, *options):
        """`metapath serve` under a configuration; its port."""
        port = processes.free_port()
        command = [program(), "serve", "--listen", f"127.0.0.1:{port}", "--workers", 1,
                   "--control-socket", "", *options]
        for file in self.configuration(profile):
            command += ["--config-file", file]
        with processes.started(command, self.directory / "metapath.log", processes.listens(port)):
            yield port

    @contextlib.contextmanager
    def nova(self, profile, environment):
        """Nova's own service as distributions run it, from a virtual environment that has Nova; its port."""
        port = processes.free_port()
        command, variables = self.nova_command(port, self.configuration(profile), environment)
        with processes.started(command, self.directory / "nova.log", processes.listens(port), variables):
            yield port

    def nova_command(self, port, files, environment):
        """What runs Nova's service on these files, and its environment variables."""
        paste = self.directory / "api-paste.ini"
        paste.write_bytes((environment / "etc" / "nova" / "api-paste.ini").read_bytes())
        command = [environment / "bin" / "uwsgi", "--ini", self.oracle.directory / "conf" / "uwsgi.ini",
                   "--http-socket", f"127.0.0.1:{port}", "--processes", 1]
        names = ";".join(file.name for file in [paste, *files])
        return command, os.environ | {
            "OS_NOVA_CONFIG_DIR": str(self.directory), "OS_NOVA_CONFIG_FILES": names,
            "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "ignore"}
