"""The two servers under comparison, each one process on core 0."""
import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import catalogue

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("METAPATH") or ROOT / ".build" / "release" / "metapath")
SERVER_CORE = "0"
START_LIMIT = 60
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*command):
    """A command whose output matters only when it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\nfailed with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def children(pid):
    """Of a process's main thread and of its others; none when it has gone."""
    found = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


class Server:
    """A started process. `pids` are those whose CPU time answers requests, `core` is the processor that they have."""

    core = SERVER_CORE

    def __init__(self, command, port, directory, name, namespace=None):
        self.port = port
        self.log = directory / f"{name}.log"
        prefix = ["ip", "netns", "exec", namespace] if namespace else []
        self.started = time.monotonic()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [*prefix, "taskset", "-c", self.core, *map(str, command)], stdout=log, stderr=log)

    @property
    def pids(self):
        return [self.process.pid]

    def cpu_seconds(self):
        total = 0
        for pid in self.pids:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS_PER_SECOND

    def memory(self, field):
        """A field of /proc/PID/status, `VmRSS` for one, in octets."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
        raise KeyError(field)

    def wait(self, answers):
        """Seconds from the start until `answers()` is true for the first time."""
        while not answers():
            if self.process.poll() is not None:
                raise SystemExit(f"{self.process.args} ended early:\n{self.log.read_text()}")
            if time.monotonic() - self.started > START_LIMIT:
                raise SystemExit(f"{self.process.args} does not answer:\n{self.log.read_text()}")
            time.sleep(0.0005)
        return time.monotonic() - self.started

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Metapath(Server):
    def __init__(self, directory, store, role="serve", arguments=(), name="metapath"):
        config = directory / "nova.conf"
        config.write_text(catalogue.CONFIG)
        port = free_port()
        command = [
            PROGRAM, role, "--listen", f"127.0.0.1:{port}", "--store", f"sqlite:{store}", "--config-file", config,
            "--workers", "1", *(() if "--control-socket" in arguments else ("--control-socket", "")), *arguments,
        ]
        super().__init__(command, port, directory, name)

    @property
    def pids(self):
        """With the worker of `up` and `proxy`."""
        return [self.process.pid, *children(self.process.pid)]


class Nginx(Server):
    """nginx with one worker, returning given bodies from its configuration: no file, no variable, no log."""

    def __init__(self, directory, answers, port=None, address="127.0.0.1", namespace=None):
        port = port or free_port()
        home = directory / f"nginx-{port}"
        home.mkdir()
        config = home / "nginx.conf"
        config.write_text(self.configuration(home, f"{address}:{port}", answers))
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        super().__init__([program, "-c", config, "-p", home], port, directory, f"nginx-{port}", namespace)

    @property
    def pids(self):
        """The worker; the master only watches it."""
        return children(self.process.pid)

    @staticmethod
    def configuration(home, listen, answers):
        locations = "\n".join(
            f"        location = {path} {{ default_type '{kind}'; return 200 {quoted(body)}; }}"
            for path, (kind, body) in answers.items())
        user = "user root;" if os.geteuid() == 0 else ""
        return f"""
{user}
daemon off;
worker_processes 1;
pid {home}/pid;
error_log {home}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    geo $dollar {{ default "$"; }}
    server {{
        listen {listen} backlog=4096;
{locations}
    }}
}}
"""


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("$", "${dollar}")
    return f"'{escaped}'"


def ask(port, path, headers):
    """Status, content type and body; None while nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        try:
            connection.request("GET", path, headers=headers)
        except ConnectionRefusedError:
            return None
        reply = connection.getresponse()
        return reply.status, reply.getheader("Content-Type"), reply.read().decode()


def import_instances(directory, count):
    """A store with `count` instances."""
    file, store = directory / f"{count}.json", directory / f"{count}.sqlite"
    catalogue.write(file, count)
    run(PROGRAM, "instance", "import", file, "--store", f"sqlite:{store}")
    file.unlink()
    return store
