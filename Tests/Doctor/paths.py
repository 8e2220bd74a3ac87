"""Two whole metadata paths: lab, guests, and who serves them. Made of real processes, ended by their ids."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAM = pathlib.Path(os.environ.get("METAPATH") or ROOT / ".build/debug/metapath")
CATALOGUE = ROOT / "Examples/instances.yaml"
NETWORKS = {"blue": "99e88329-f20d-4741-9593-25bf07847b16", "green": "3d6c0f8e-51f7-4c0e-8a0d-5f2b7c1e9a44",
            "island": "b7e2d4a1-0c3f-4e5d-9f68-2a1b3c4d5e6f"}
BLUE = "5a0c7be2-8d14-4f39-b6a3-c1d2e3f40516"
GREEN = "e41f9d27-6b58-4a0c-95d1-7f8e9a0b1c2d"
ISLAND = "b7e2d4a1-0c3f-4e5d-9f68-2a1b3c4d5e6f"
SECRET = "dad1f00ddad1f00d"
HAPROXY = """\
global
    log-tag haproxy-metadata-proxy-{id}
    user {user}
    maxconn 1024
    nbthread 2
defaults
    mode http
    option http-server-close
    option forwardfor
    retries 3
    timeout http-request 30s
    timeout connect 30s
    timeout client 32s
    timeout server 32s
    timeout http-keep-alive 30s
listen listener
    bind {bind}
{more}    server metadata {socket}
    http-request del-header X-Neutron-{other}-ID
    http-request set-header X-Neutron-{scope}-ID {id}
"""


def sh(command):
    """A shell command that may fail: what it is to break may be broken already."""
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True)


def wait(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.05)


class Path:
    """What both kinds have: a directory, the lab, and processes."""

    blue, green, island = f"qrouter-{BLUE}", f"qrouter-{GREEN}", f"qdhcp-{ISLAND}"
    tap = "tap14bdf916-e8"

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="metapath-doctor-"))
        self.store = f"sqlite:{self.directory}/store.sqlite"
        self.processes, self.marks = {}, {}
        self.metapath("instance", "import", CATALOGUE, "--store", self.store)
        self.metapath("lab", "up", CATALOGUE)
        self.make()
        return self

    def __exit__(self, *_):
        for name in list(self.processes):
            self.stop(name)
        subprocess.run([PROGRAM, "lab", "down"], capture_output=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    def metapath(self, *arguments):
        done = subprocess.run([str(word) for word in (PROGRAM, *arguments)], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"metapath {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self, name, *command, until=None):
        self.marks[name] = str(command[-1] if name.startswith("q") else command[1])
        with open(self.directory / f"{name}.log", "w") as log:
            self.processes[name] = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory)
        if until:
            log = self.directory / f"{name}.log"
            wait(lambda: until in log.read_text(), f"{name}: {until}")

    def stop(self, name, by=signal.SIGTERM):
        """Also one that a remedy has started in its place: of its arguments' last file, in our own process namespace."""
        process = self.processes.pop(name, None)
        for pid in self.pids(name):
            os.kill(pid, by)
            os.kill(pid, signal.SIGCONT)
        if process:
            process.wait(10)
        wait(lambda: not self.pids(name), f"the end of {name}")

    def signal(self, name, number):
        for pid in self.pids(name):
            os.kill(pid, number)

    def pids(self, name):
        found = []
        for place in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                arguments = (place / "cmdline").read_bytes().decode().split("\0")
                state = (place / "stat").read_text().rpartition(")")[2].split()[0]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if state != "Z" and self.marks.get(name, "-") in arguments and not arguments[0].endswith("sh"):
                found.append(int(place.name))
        return found

    def doctor(self):
        done = subprocess.run(
            [str(PROGRAM), "doctor", "-f", "json", *self.doctor_options], capture_output=True, text=True, timeout=200)
        if done.returncode not in (0, 1, 2):
            raise RuntimeError(f"doctor ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.returncode, json.loads(done.stdout)


class Own(Path):
    """`metapath up`."""

    doctor_options = ()

    def make(self):
        self.config = self.directory / "nova.conf"
        self.config.write_text(
            f"[neutron]\nservice_metadata_proxy = True\nmetadata_proxy_shared_secret = {SECRET}\n")
        self.up()

    def up(self, *options):
        self.start("up", PROGRAM, "up", "--config-file", self.config, "--store", self.store, *options, until="ready")
        wait(lambda: all(sh(f"ip netns exec {n} ss -Hltn").stdout for n in (self.blue, self.green, self.island)), "listeners")


class Stock(Path):
    """Haproxies, an agent on a UNIX socket, and a service of Nova's kind."""

    port = 18775

    def make(self):
        self.doctor_options = ("--store", self.store)
        self.nova_conf = self.directory / "nova.conf"
        self.agent_ini = self.directory / "metadata_agent.ini"
        self.socket = self.directory / "metadata_proxy"
        self.directory.chmod(0o711)
        self.write()
        self.nova()
        self.agent()
        for namespace in (self.blue, self.green, self.island):
            self.haproxy(namespace)

    def write(self):
        self.nova_conf.write_text(
            f"[neutron]\nservice_metadata_proxy = True\nmetadata_proxy_shared_secret = {SECRET}\n")
        self.agent_ini.write_text(
            f"[DEFAULT]\nmetadata_proxy_shared_secret = {SECRET}\nmetadata_proxy_socket = {self.socket}\n"
            f"nova_metadata_host = 127.0.0.1\nnova_metadata_port = {self.port}\nports = {self.directory}/ports.json\n")
        listed = json.loads(self.metapath("instance", "list", "--store", self.store, "-f", "json"))
        ids = {row["Name"]: (row["ID"], row["Project"]) for row in listed}
        self.ports = [[BLUE, "10.0.0.5", *ids["test0"]], [GREEN, "10.0.0.5", *ids["test1"]],
                      [ISLAND, "10.0.0.9", *ids["test2"]], [BLUE, "10.0.0.33", *ids["test3"]]]
        (self.directory / "ports.json").write_text(json.dumps(self.ports))

    def nova(self, store=None):
        self.start("nova", PROGRAM, "serve", "--config-file", self.nova_conf, "--store", store or self.store,
                   "--listen", f"127.0.0.1:{self.port}", until="ready")

    def agent(self, *options):
        self.start("agent", "python3", HERE / "neutron-metadata-agent", "--config-file", self.agent_ini, *options,
                   until="ready")

    def haproxy(self, namespace, user="root", more=""):
        kind, identifier = namespace.split("-", 1)
        scope, other = ("Router", "Network") if kind == "qrouter" else ("Network", "Router")
        bind = ":::9697" if kind == "qrouter" else "169.254.169.254:80"
        ipv6 = "" if kind == "qrouter" else f"    bind [fe80::a9fe:a9fe]:80 interface {self.tap}\n"
        file = self.directory / f"{identifier}.conf"
        file.write_text(HAPROXY.format(
            id=identifier, user=user, bind=bind, more=ipv6, socket=self.socket, scope=scope, other=other) + more)
        self.start(namespace, "ip", "netns", "exec", namespace, "haproxy", "-f", file)
        wait(lambda: sh(f"ip netns exec {namespace} ss -Hltn").stdout, "haproxy")


class Cloud(Stock):
    """The same, where guests are known by Neutron's ports and nobody has a store of ours."""

    neutron_port = 19696

    def make(self):
        super().make()
        self.doctor_options = ()
        os.environ["OPENSTACK_PORTS"] = str(self.directory / "neutron.json")
        os.environ["OPENSTACK_SERVERS"] = " ".join(row[2] for row in self.ports)
        self.write_ports()
        self.neutron()

    def write(self):
        """Nova's file has the account, where the doctor finds it."""
        super().write()
        with open(self.nova_conf, "a") as file:
            file.write(f"auth_type = none\nendpoint_override = http://127.0.0.1:{self.neutron_port}\n")

    def neutron(self, *options):
        self.start("neutron", "python3", HERE / "neutron-server", self.neutron_port, self.directory / "neutron.json",
                   *options, until="ready")

    def write_ports(self, *more, change=lambda port: port):
        """Those of the instances and of the routers, and others besides."""
        networks = {BLUE: NETWORKS["blue"], GREEN: NETWORKS["green"], ISLAND: NETWORKS["island"]}
        ports = [self.port_of(networks[scope], address, device, project) for scope, address, device, project in self.ports]
        for router in (BLUE, GREEN):
            ports.append(self.port_of(networks[router], "10.0.0.1", router, "", "network:router_interface"))
        ports[0] = change(ports[0])
        (self.directory / "neutron.json").write_text(json.dumps(ports + list(more)))

    @staticmethod
    def port_of(network, address, device, project, owner="compute:nova"):
        return {"id": f"{hash((network, address, device)) % 10**8:08d}-0000-4000-8000-000000000000",
                "network_id": network, "device_id": device, "device_owner": owner, "project_id": project,
                "mac_address": "fa:16:3e:00:00:01", "fixed_ips": [{"ip_address": address}], "status": "ACTIVE",
                "binding:host_id": "host1", "binding:vif_type": "ovs"}
