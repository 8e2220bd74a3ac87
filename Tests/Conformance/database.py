"""A private MariaDB with the databases of a Nova: api, cell0, cell1, cell2."""
import contextlib
import gzip
import os
import pathlib
import shutil
import tempfile

import processes

NAMES = ("nova_api", "nova_cell0", "nova_cell1", "nova_cell2")
CELLS = NAMES[1:]
USER, PASSWORD = "nova", "nova-oracle"
# What a metadata service writes: passwords, EC2 numbers that were missing, NUMA topologies in a newer form (Nova only),
# and its own entry (Nova only).
WRITTEN = ("instances", "instance_system_metadata", "instance_id_mappings", "s3_images", "instance_extra", "services")
# The dump gives cells their place in this form.
RECORDED_PLACE = "@127.0.0.1:13306/"
ROOM = 512 << 20
# Durability is of no use to data that is thrown away.
FAST = ("--innodb-flush-log-at-trx-commit=0", "--skip-innodb-doublewrite", "--innodb-log-file-size=8M",
        "--innodb-buffer-pool-size=64M", "--performance-schema=OFF")
# MariaDB does not run as root unless told to.
AS_ROOT = ("--user=root",) if os.getuid() == 0 else ()


def found(name):
    """The path of one of MariaDB's programs; some are not on everybody's PATH."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")
    if not path:
        raise SystemExit(f"{name} is missing; Scripts/install-packages mariadb-server-core mariadb-client")
    return path


@contextlib.contextmanager
def private_directory():
    """For the data: in memory where there is room, because MariaDB waits for the disk at each of 365 tables."""
    memory = pathlib.Path("/dev/shm")
    fits = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    try:
        holder = tempfile.TemporaryDirectory(prefix="metapath-db-", dir=memory if fits else None)
    except PermissionError:
        holder = tempfile.TemporaryDirectory(prefix="metapath-db-")
    with holder as directory:
        yield pathlib.Path(directory)


@contextlib.contextmanager
def running(dump):
    """A server with the databases of the dump."""
    with private_directory() as directory:
        database = Database(directory, dump)
        database.install()
        with processes.started(database.command(), directory / "mariadbd.log", database.answers):
            database.restore()
            yield database


class Database:
    """The server's address, and its contents."""

    def __init__(self, directory, dump):
        self.directory, self.dump, self.port = directory, dump, processes.free_port()
        self.socket = directory / "socket"
        self.url = f"mysql+pymysql://{USER}:{PASSWORD}@127.0.0.1:{self.port}"
        self._written = b""
        self._checksums = {}

    def install(self):
        """An empty server. Its temporary tables have a place of their own, because a MariaDB that starts removes what
        it finds of others in a shared one."""
        (self.directory / "temporary").mkdir()
        processes.run(
            found("mariadb-install-db"), "--no-defaults", *AS_ROOT, *self._places(),
            "--auth-root-authentication-method=normal", "--skip-test-db", *FAST)

    def _places(self):
        return [f"--datadir={self.directory / 'data'}", f"--tmpdir={self.directory / 'temporary'}"]

    def command(self):
        """Character set as Debian's own configuration sets it."""
        return [found("mariadbd"), "--no-defaults", *AS_ROOT, *self._places(), f"--socket={self.socket}",
                "--bind-address=127.0.0.1", f"--port={self.port}", "--skip-name-resolve",
                "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci", "--max-connections=300",
                *FAST]

    def answers(self):
        try:
            self.sql("SELECT 1")
            return True
        except processes.NotStarted:
            return False

    def sql(self, statements, *options):
        """Run statements as root; what they print, as rows of tab-separated values."""
        text = statements if isinstance(statements, bytes) else statements.encode()
        return processes.run(
            found("mariadb"), "--no-defaults", f"--socket={self.socket}", "-uroot", "--default-character-set=utf8mb4",
            "--batch", "--skip-column-names", *options, input=text)

    def restore(self):
        """All databases as the dump has them, and the account that the configuration names."""
        self.sql(gzip.decompress(self.dump.read_bytes()))
        self.sql(f"""
            UPDATE nova_api.cell_mappings
                SET database_connection = REPLACE(database_connection, '{RECORDED_PLACE}', '@127.0.0.1:{self.port}/');
            CREATE USER IF NOT EXISTS '{USER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';
            GRANT ALL ON `nova\\_%`.* TO '{USER}'@'127.0.0.1';""")
        self._written = b"".join(self._dump_written(cell) for cell in CELLS)
        self._checksums = self._all_checksums()

    def _dump_written(self, cell):
        tables = processes.run(
            found("mariadb-dump"), "--no-defaults", f"--socket={self.socket}", "-uroot",
            "--default-character-set=utf8mb4", "--hex-blob", cell, *WRITTEN)
        return f"USE {cell};\n".encode() + tables

    def reset(self):
        """Undo what services have written; AUTO_INCREMENT starts again as well."""
        self.sql(self._written)

    def _all_checksums(self):
        tables = self.sql(
            "SELECT CONCAT(table_schema, '.', table_name) FROM information_schema.tables"
            f" WHERE table_schema IN {NAMES} AND table_type = 'BASE TABLE'").decode().split()
        lines = self.sql(f"CHECKSUM TABLE {', '.join(tables)}").decode().splitlines()
        return dict(line.split("\t") for line in lines)

    def unexpectedly_written(self):
        """Tables that differ from the dump although no metadata service has any business to write them."""
        now = self._all_checksums()
        changed = [table for table, sum in self._checksums.items() if now.get(table) != sum]
        return [table for table in changed if table.partition(".")[2] not in WRITTEN]
