"""Nova's own metadata service, as the oracle runs it, with its MariaDB and stand-ins for Keystone and Neutron.

Each of the three can be stopped, frozen and started again; all end with the `with` block.
"""
import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "Conformance"))

import database  # noqa: E402
import processes  # noqa: E402
import recordings  # noqa: E402
import rig  # noqa: E402


def obstacle():
    """Why it cannot be had here, or None. Installs Nova where it is missing, so there has to be a network."""
    place = recordings.find_oracle()
    if not place:
        return "no oracle at $METAPATH_ORACLE or ../shared/oracle"
    try:
        rig.set_up(recordings.Oracle(place))
    except subprocess.CalledProcessError as failed:
        return f"{failed.cmd[0]} ended with {failed.returncode}"
    return None


@dataclasses.dataclass
class Program:
    """A process and those that it starts: a group of their own, so that a signal reaches all of them."""

    command: list
    log: pathlib.Path
    ready: object
    variables: dict | None = None
    process: subprocess.Popen | None = None

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in self.command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.variables, process_group=0)
        processes.wait(self.process, self.ready, self.log)

    def send(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def stop(self, by=signal.SIGTERM):
        """The first one ends the others: uWSGI can hang when all are asked at once. What is left then is killed, and one
        that a remedy has started in its place."""
        if self.process is None:
            return self.end_others()
        self.process.send_signal(by)
        self.send(signal.SIGCONT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(processes.STOP_LIMIT)
        self.send(signal.SIGKILL)
        self.process.wait()
        while self.pids():
            time.sleep(0.02)
        self.process = None
        self.end_others()

    def end_others(self):
        while others := list(self.others()):
            for pid in others:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def others(self):
        """Called like this one; one that has ended has no arguments any more."""
        words = [str(word).encode() for word in self.command]
        for place in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (place / "cmdline").read_bytes().split(b"\0")[:-1] == words:
                    yield int(place.name)

    def pids(self):
        """Of the group, the first one's first; not those that have ended."""
        if self.process is None:
            return []
        listed = subprocess.run(["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True).stdout
        rows = [line.split() for line in listed.splitlines()]
        return sorted(int(pid) for pid, group, state in rows if group == str(self.process.pid) and state[0] != "Z")


class Nova:
    """`nova` (uWSGI), `mariadb` and `stub` (Keystone and Neutron), by these names. Of the oracle's instances those with
    the given ids are there, or all.

    port: where Nova answers, on 127.0.0.1, the same after each start.
    conf: its nova.conf, read at each start and written once.
    secret: the shared secret in it.
    stub_url: where Keystone (/identity/v3) and Neutron (/networking) are.
    """

    secret = rig.SECRET

    def __init__(self, instances=()):
        self.instances = instances

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="metapath-nova-")))
            self.oracle = recordings.Oracle(recordings.find_oracle())
            place = stack.enter_context(database.private_directory())
            self.database = database.Database(place, self.oracle.directory / "dump.sql.gz")
            self.programs = self._programs()
            for name in self.programs:
                stack.callback(self.stop, name)
            self._begin()
            self.kept = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.kept.close()

    def _programs(self):
        """In the order in which they need one another."""
        made = rig.Rig(self.oracle, self.directory, self.database)
        self.neutron, self.stub_url = made.neutron, f"http://127.0.0.1:{made.stub}"
        self.port = processes.free_port()
        files = made.configuration(recordings.DEFAULT)
        self.conf = files[0]
        nova, variables = made.nova_command(self.port, files, rig.ENVIRONMENT)
        log = self.directory.joinpath
        return {
            "mariadb": Program(self.database.command(), log("mariadb.log"), self.database.answers),
            "stub": Program(made.stand_in_command(), log("stub.log"), processes.listens(made.stub)),
            "nova": Program(nova, log("nova.log"), self._answers, variables),
        }

    def _begin(self):
        self.database.install()
        self.start("mariadb")
        self.database.restore()
        if self.instances:
            self._forget_others()
        self.start("stub")
        self.start("nova")

    def _forget_others(self):
        """As Nova has instances that were deleted and archived."""
        kept = ", ".join(f"'{instance}'" for instance in self.instances)
        gone = [f"DELETE FROM nova_api.instance_mappings WHERE instance_uuid NOT IN ({kept})"]
        gone += [f"UPDATE {cell}.instances SET deleted = id, deleted_at = NOW() WHERE uuid NOT IN ({kept})"
                 for cell in database.CELLS]
        self.database.sql(";".join(gone))

    def _answers(self):
        """Its socket is there long before its code is."""
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(
                http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        return False

    def start(self, name):
        """Returns when it serves."""
        self.programs[name].start()

    def stop(self, name, by=signal.SIGTERM):
        """Returns when it has ended; one that does not run is left so, and a frozen one is woken."""
        self.programs[name].stop(by)

    def freeze(self, name):
        self.programs[name].send(signal.SIGSTOP)

    def thaw(self, name):
        self.programs[name].send(signal.SIGCONT)

    def pids(self, name):
        """Its processes, who started the others first; none where it does not run."""
        return self.programs[name].pids()

    def publish(self, ports):
        """Let Neutron have these ports and no others. It reads its file anew."""
        known = json.loads(self.neutron.read_text())
        new = self.neutron.with_suffix(".new")
        new.write_text(json.dumps(known | {"ports": ports}))
        new.replace(self.neutron)
