"""Processes under test and beside it: started here, stopped by their process ids, and what /proc says of them."""
import contextlib
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
START_LIMIT = 60


class NotStarted(Exception):
    """A server that ended or does not answer, with the end of what it printed."""


def program():
    """The program under test: $METAPATH, else .build/debug/metapath."""
    return pathlib.Path(os.environ.get("METAPATH") or ROOT / ".build" / "debug" / "metapath")


def end_orderly():
    """Let SIGTERM unwind this program as an interrupt does, so that everything that was started is stopped."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def free_port():
    """A port of 127.0.0.1 to listen on, below those that the kernel gives to connections: nobody takes it meanwhile."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def run(*command, **options):
    """A command whose output matters only when it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise NotStarted(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Process:
    """A child process with its output in a file, and signals to it alone. `core` is the only processor it may use."""

    def __init__(self, name, directory):
        self.name, self.directory, self.core = name, pathlib.Path(directory), None
        self.directory.mkdir(parents=True, exist_ok=True)
        self.log = self.directory / f"{name}.log"
        self.process = None

    def launch(self, command, environment=None, descriptors=()):
        """`descriptors`: of this process, which the command has under the same numbers."""
        prefix = [] if self.core is None else ["taskset", "-c", self.core]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*prefix, *map(str, command)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                pass_fds=descriptors)

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def wait_until(self, ready, limit=START_LIMIT):
        """Ask `ready` until it is true; an end of the process or of the patience is an error."""
        end = time.monotonic() + limit
        while not ready():
            if not self.is_running() or time.monotonic() > end:
                raise NotStarted(f"{self.name} does not answer:\n{self.log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.02)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self, ending=signal.SIGTERM, patience=20):
        """Its exit status; None where it was not running. A frozen process is woken, so that it can end."""
        if not self.is_running():
            return None
        self.process.send_signal(ending)
        self.thaw()
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def logged(self):
        return self.log.read_text(errors="replace")

    def memory(self, field="Rss"):
        """Octets of /proc/PID/smaps_rollup: `Rss`, or `Pss`, which counts shared pages in part."""
        return process_memory(self.pid, field)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


def process_memory(pid, field):
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise KeyError(field)


def answers_http(port):
    """Whether anything speaks HTTP there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return connection.recv(8).startswith(b"HTTP/")
    return False
