"""A private MariaDB with Nova's databases, stand-ins for Keystone and Neutron, and the program under test: real
processes on ports of 127.0.0.1 that nobody else has, stopped by their process ids.

The databases are a dump of a real Nova's, from the recordings in $METAPATH_ORACLE, else in ../shared/oracle.
"""
import gzip
import json
import os
import pathlib
import subprocess
import sys
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Shared"))

from processes import (  # noqa: E402, F401
    NotStarted, Process, answers_http, end_orderly, free_port, process_memory, program, run)

USER, PASSWORD = "nova", "nova-oracle"
SECRET = "oracle-shared-secret"
# The port that the dump names in the URLs of its cells.
DUMPED_PORT = 13306


def oracle():
    """The directory with Nova's databases and configuration, or None."""
    place = pathlib.Path(os.environ.get("METAPATH_ORACLE") or ROOT.parent / "shared" / "oracle")
    return place.resolve() if (place / "dump.sql.gz").exists() else None


class MariaDB(Process):
    """A server with a data directory of its own."""

    def __init__(self, directory, port=None, name="mariadb", connections=1000):
        super().__init__(name, directory)
        self.port = port or free_port()
        self.data, self.socket = self.directory / "data", self.directory / "sock"
        self.connections = connections

    def start(self):
        if not self.data.exists():
            self.install()
        program = next((p for p in ("/usr/sbin/mariadbd", "/usr/libexec/mariadbd") if os.path.exists(p)), "mariadbd")
        self.launch([
            program, "--no-defaults", f"--user={account()}", f"--datadir={self.data}", f"--socket={self.socket}",
            # A server that starts clears a shared directory of temporary tables, also of those of others.
            f"--tmpdir={self.data}", "--bind-address=127.0.0.1", f"--port={self.port}", "--skip-name-resolve", "--skip-log-bin",
            "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync",
            f"--max-connections={self.connections}"])
        self.wait_until(self.is_ready)
        return self

    def install(self):
        run("mariadb-install-db", "--no-defaults", f"--user={account()}", f"--datadir={self.data}",
            "--auth-root-authentication-method=normal", "--skip-test-db")

    def is_ready(self):
        return subprocess.run(self.client("-e", "SELECT 1"), capture_output=True).returncode == 0

    def client(self, *arguments):
        return ["mariadb", "--no-defaults", f"--socket={self.socket}", "-uroot", "--default-character-set=utf8mb4",
                *arguments]

    def sql(self, statements, database=""):
        """Rows as lists of text, with the client's escapes; NULL is `NULL`."""
        output = run(*self.client("--batch", "--skip-column-names", "--database", database), input=statements)
        return [line.split("\t") for line in output.splitlines()]

    def value(self, statement, database=""):
        return self.sql(statement, database)[0][0]

    def status(self, name):
        """A counter of the whole server, such as `Threads_connected`."""
        return int(self.sql(f"SHOW GLOBAL STATUS LIKE '{name}'")[0][1])

    def in_background(self, statements, database=""):
        """A connection of its own that works through the statements meanwhile; the caller waits for the process."""
        process = subprocess.Popen(
            self.client("--database", database), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        process.stdin.write(statements)
        process.stdin.close()
        return process

    def load_dump(self, place, whole=False):
        """Nova's databases, and the account that its configuration names. Unless `whole`, only the tables from which
        instances' metadata are read: making all takes several times as long.
        """
        with gzip.open(place / "dump.sql.gz", "rt", encoding="utf-8", newline="\n") as dump:
            self.sql("".join(dump if whole else tables_read(dump, place)))
        self.create_account()
        self.sql(f"""UPDATE cell_mappings SET database_connection =
            REPLACE(database_connection, '127.0.0.1:{DUMPED_PORT}/', '127.0.0.1:{self.port}/')""", "nova_api")

    def create_account(self, user=USER, rights="ALL"):
        self.sql(f"""CREATE OR REPLACE USER '{user}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';
            GRANT {rights} ON `nova\\_%`.* TO '{user}'@'127.0.0.1'""")

    def url(self, database, user=USER):
        return f"mysql+pymysql://{user}:{PASSWORD}@127.0.0.1:{self.port}/{database}?charset=utf8"


def tables_read(dump, place):
    """The dump's lines without the tables that the recordings have no rows of, in any database."""
    wanted = {file.name.split(".")[1] for file in (place / "tables").glob("*.jsonl")}
    keep = True
    for line in dump:
        if line.startswith("DROP TABLE IF EXISTS `"):
            keep = line.split("`")[1] in wanted
        elif line.startswith("CREATE DATABASE"):
            keep = True
        if keep:
            yield line


def account():
    """The name of the user that runs this, without which MariaDB does not start as root."""
    return subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()


class Stub(Process):
    """Stand-ins for Keystone and Neutron in one process."""

    def __init__(self, directory, place, port=None):
        super().__init__("stub", directory)
        self.place, self.port = place, port or free_port()
        self.neutron = place / "neutron.json"

    def start(self):
        self.launch([
            sys.executable, "-B", HERE / "stand_in.py", "--stub", self.place / "stub.py", "--port", self.port,
            "--neutron", self.neutron])
        self.wait_until(lambda: answers_http(self.port))
        return self

    def control(self, what="", body=None):
        """See stand_in.py for what it can be told."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/control{what}", data=body)
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.load(reply)


def nova_conf(place, directory, database, stub, overrides="", user=USER):
    """nova.conf as the recorded Nova had it, and a second file with `overrides`, which win."""
    values = {
        "@SECRET@": SECRET, "@HOME@": str(directory), "@SRC@": str(place),
        "@STUB@": f"http://127.0.0.1:{stub.port}",
        "@DB@": f"mysql+pymysql://{user}:{PASSWORD}@127.0.0.1:{database.port}",
    }
    text = (place / "conf" / "nova.conf.in").read_text()
    for name, value in values.items():
        text = text.replace(name, value)
    files = [pathlib.Path(directory) / "nova.conf", pathlib.Path(directory) / "overrides.conf"]
    files[0].write_text(text)
    files[1].write_text(overrides)
    return files


class Metapath(Process):
    """`metapath serve` on Nova's databases. The program is $METAPATH, else .build/debug/metapath."""

    def __init__(self, directory, files, name="metapath"):
        super().__init__(name, directory)
        self.files, self.port = files, free_port()

    def command(self, *arguments):
        files = [word for file in self.files for word in ("--config-file", file)]
        return [program(), "serve", "--control-socket", "", *files, *arguments]

    def start(self):
        self.launch(self.command("--listen", f"127.0.0.1:{self.port}", "--workers", "1"))
        self.wait_until(lambda: answers_http(self.port))
        return self
