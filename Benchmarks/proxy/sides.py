"""The two paths under comparison, and what they share: Nova, and Neutron's knowledge of ports."""
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import load
import networks
import servers

HERE = pathlib.Path(__file__).resolve().parent
SECRET = "benchmark-shared-secret"
NEUTRON = "29.0.0"
PATH = "/latest/meta-data/instance-id"
# Below what the kernel gives to outgoing connections.
PORTS = iter(range(21_000, 32_000))
BOTH_CORES = f"{servers.SERVER_CORE},{load.CLIENT_CORE}"


def environment():
    """Where Neutron is kept, for the next measurement too."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "metapath-bench" / f"neutron-{NEUTRON}"


def install_neutron():
    place = environment()
    if not (place / "installed").exists():
        servers.run(sys.executable, "-m", "venv", "--clear", place)
        servers.run(place / "bin" / "python", "-m", "pip", "install", "--quiet", f"neutron=={NEUTRON}")
        (place / "installed").touch()


def free_port():
    for port in PORTS:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise SystemExit("There is no free port between 21000 and 32000.")


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def signed(guest):
    """The headers with which Nova is asked directly."""
    signature = hmac.new(SECRET.encode(), guest.instance.encode(), hashlib.sha256).hexdigest()
    return {"X-Instance-ID": guest.instance, "X-Tenant-ID": networks.PROJECT, "X-Instance-ID-Signature": signature,
            "X-Forwarded-For": guest.address}


class NeutronAPI(servers.Server):
    core = load.CLIENT_CORE

    def __init__(self, directory, ports):
        port = free_port()
        super().__init__([sys.executable, HERE / "neutron_api.py", port, ports], port, directory, f"api-{port}")
        self.wait(lambda: listens(port))


class SlowNova(servers.Server):
    core = load.CLIENT_CORE

    def __init__(self, directory, seconds):
        port = free_port()
        command = [sys.executable, HERE / "slow_nova.py", port, SECRET, seconds]
        super().__init__(command, port, directory, f"slow-nova-{port}")
        self.wait(lambda: listens(port))


class FastNova(servers.Nginx):
    """nginx, which answers with the instance's id, and 403 where instance, project and signature are not one of the
    triples that it has been given.
    """

    core = load.CLIENT_CORE

    def __init__(self, directory, guests):
        super().__init__(directory, guests, free_port())
        self.wait(lambda: listens(self.port))

    @staticmethod
    def configuration(home, listen, guests):
        lines = (f'"{" ".join(list(signed(guest).values())[:3])}" 1;' for guest in guests)
        (home / "known").write_text("\n".join(lines) + "\n")
        return f"""
user root;
daemon off;
worker_processes 1;
worker_rlimit_nofile 65536;
pid {home}/pid;
error_log {home}/error.log;
events {{ worker_connections 16384; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    map_hash_max_size 65536;
    map_hash_bucket_size 256;
    map "$http_x_instance_id $http_x_tenant_id $http_x_instance_id_signature" $known {{
        default 0;
        include {home}/known;
    }}
    server {{
        listen {listen} backlog=4096;
        default_type "text/plain; charset=utf-8";
        location / {{
            if ($known = 0) {{ return 403; }}
            return 200 $http_x_instance_id;
        }}
    }}
}}
"""


class Metapath(servers.Server):
    """`metapath proxy`, which follows the namespaces. The process that is started keeps the sockets; its child serves.

    `cores`: one to compare rates, all to measure how soon it stands.
    """

    name = "metapath"

    def __init__(self, directory, api, nova, cores=servers.SERVER_CORE, workers=1, only=()):
        self.core = cores
        home = directory / f"metapath-{free_port()}"
        home.mkdir()
        config = home / "metapath.conf"
        config.write_text(f"""[DEFAULT]
metadata_proxy_shared_secret = {SECRET}
[metapath]
port_file = {home}/ports.json
guest_request_limit = 1000000
[neutron]
auth_type = password
auth_url = http://127.0.0.1:{api.port}/identity/v3
username = metapath
password = benchmark
user_domain_name = Default
project_name = service
project_domain_name = Default
region_name = RegionOne
""")
        command = [
            servers.PROGRAM, "proxy", "--store", "neutron", "--upstream", f"http://127.0.0.1:{nova.port}",
            "--control-socket", "", "--config-file", config, *(["--workers", workers] if workers else []),
            *(["--no-discovery"] if only else []), *(word for name in only for word in ("--namespace", name))]
        self.port_file = home / "ports.json"
        super().__init__(command, None, home, self.name)
        self.arguments = (directory, api, nova, cores, workers, only)

    def wait_ready(self):
        """Seconds from the start to the line that says so."""
        with open(self.log, "rb") as log:
            return self.wait(lambda: b" ready\n" in log.read())

    def known_ports(self):
        """As many as it has written down."""
        return self.port_file.read_bytes().count(b'{"port"') if self.port_file.exists() else 0

    @property
    def pids(self):
        """The process and its descendants."""
        found = [self.process.pid]
        for pid in found:
            found += servers.children(pid)
        return found

    def worker(self):
        """The child that serves; None while there is none."""
        return next((pid for pid in servers.children(self.process.pid) if "--worker" in command_line(pid)), None)

    def reload(self):
        """Another worker takes the place of the one that serves."""
        self.process.send_signal(signal.SIGHUP)

    def kill_worker(self):
        worker = self.worker()
        if worker is None:
            raise SystemExit("expected a child process with --worker that serves, found none")
        os.kill(worker, signal.SIGKILL)

    def kill(self):
        """All of it, as the kernel does when memory has run out; nobody restarts it."""
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        ours = self.pids
        super().stop()
        for pid in ours:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def successor(self):
        """Another one in its place, as a supervisor starts it."""
        return Metapath(*self.arguments)

    def private_memory(self):
        return sum(private_memory(pid) for pid in self.pids)


class Reference:
    """Neutron's metadata agent and its haproxies, one for each router."""

    name = "reference"

    def __init__(self, directory, ports, nova, routers):
        """- routers: identifiers by the namespaces they are in."""
        self.directory = directory / f"neutron-{free_port()}"
        self.directory.mkdir()
        config = self.directory / "neutron.ini"
        config.write_text(f"""[DEFAULT]
host = bench
state_path = {self.directory}
metadata_proxy_socket = {self.directory}/metadata_proxy
external_pids = {self.directory}/pids
nova_metadata_host = 127.0.0.1
nova_metadata_port = {nova.port}
metadata_proxy_shared_secret = {SECRET}
[oslo_concurrency]
lock_path = {self.directory}
[AGENT]
report_interval = 0
""")
        python = environment() / "bin" / "python"
        found = json.loads(servers.run(
            python, "-W", "ignore", HERE / "neutron_haproxy.py", "--config-file", config, "--", *routers.values()))
        self.rules = found["rules"]
        self.routers = {namespace: found["routers"][router] for namespace, router in routers.items()}
        self.proxies = {}
        (self.directory / "pids").mkdir(exist_ok=True)
        self.command = [
            "env", "PYTHONWARNINGS=ignore", python, HERE / "neutron_agent.py", ports, "--config-file", config]
        self.agent = self.start_agent()
        try:
            self.agent.wait(lambda: accepts(self.directory / "metadata_proxy"))
        except BaseException:
            self.stop()
            raise

    @property
    def pids(self):
        return [self.agent.process.pid, *self.proxies.values()]

    cpu_seconds = servers.Server.cpu_seconds

    def start_agent(self):
        return servers.Server(self.command, None, self.directory, "agent")

    def restart_agent(self):
        """Killed, and started again at once."""
        self.agent.process.kill()
        self.agent.process.wait()
        self.agent = self.start_agent()

    def start_proxies(self, cores=servers.SERVER_CORE):
        """Seconds until all stand, one started after the other."""
        began = time.monotonic()
        for namespace, files in self.routers.items():
            prefix = ["ip", "netns", "exec", namespace, "taskset", "-c", cores]
            servers.run(*prefix, "haproxy", "-f", files["configuration"])
            self.proxies[namespace] = int(pathlib.Path(files["pid_file"]).read_text())
        return time.monotonic() - began

    def redirect(self):
        """Lead guests to the proxies by the rules that Neutron has."""
        for namespace in self.routers:
            for rule in self.rules:
                servers.run("ip", "netns", "exec", namespace, "iptables", *rule)

    def stop_proxies(self):
        for pid in self.proxies.values():
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        self.proxies = {}

    def stop(self):
        self.stop_proxies()
        self.agent.stop()


def accepts(path):
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def command_line(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return []


def private_memory(pid):
    """Octets that only this process has: Private_Clean and Private_Dirty."""
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:")))


def versions():
    haproxy = subprocess.run(["haproxy", "-v"], capture_output=True, text=True).stdout.split(" - ")[0].split("\n")[0]
    return f"Neutron {NEUTRON}, {haproxy}"
