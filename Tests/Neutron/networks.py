"""Network namespaces with Neutron's names, and a guest behind each: 10.0.0.5, reached only through its own."""
import contextlib
import ctypes
import os
import pathlib
import random
import socket
import subprocess
import uuid

METADATA_V4, METADATA_V6 = "169.254.169.254", "fe80::a9fe:a9fe"
NAMES = pathlib.Path("/run/netns")
CLONE_NEWNET = 0x40000000
# What every id here begins with: of namespaces that are left behind it says whose they are.
PREFIX = "4e757472"
LIBC = ctypes.CDLL(None, use_errno=True)


def new_id():
    return PREFIX + str(uuid.uuid4())[len(PREFIX):]


def ip(*lines, namespace=None):
    """Commands of `ip`, one a line, in one process."""
    place = ["-n", namespace] if namespace else []
    done = subprocess.run(
        ["ip", *place, "-batch", "-"], input="\n".join(lines), capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise RuntimeError(f"ip: {done.stderr}\n" + "\n".join(lines))


def command(namespace, *words):
    """The words that run a program there."""
    return ["ip", "netns", "exec", namespace, *map(str, words)]


@contextlib.contextmanager
def inside(namespace):
    """The calling thread is in that namespace; a socket that it opens stays there."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    there = os.open(NAMES / namespace, os.O_RDONLY | os.O_CLOEXEC)
    try:
        enter(there)
        yield
    finally:
        enter(home)
        os.close(home)
        os.close(there)


def enter(descriptor):
    if LIBC.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def delete(name):
    if (NAMES / name).exists():
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, timeout=30)


class Network:
    """A namespace of Neutron's and a guest behind it, with the identity that its answers must have."""

    KIND = DEVICE = GATEWAY = None
    ADDRESSES = ()

    def __init__(self):
        self.id, self.network_id, self.instance = new_id(), new_id(), new_id()
        self.project = uuid.uuid4().hex
        self.namespace = f"{self.KIND}-{self.id}"
        self.guest = f"metapath-test-{self.instance}"
        self.device = self.DEVICE + self.network_id[9:20]
        self.mac = "fa:16:3e:" + ":".join(f"{random.randrange(256):02x}" for _ in range(3))

    @property
    def link_local(self):
        octets = [int(part, 16) for part in self.mac.split(":")]
        return "fe80::%x:%xff:fe%02x:%x" % (
            (octets[0] ^ 2) << 8 | octets[1], octets[2], octets[3], octets[4] << 8 | octets[5])

    def build(self):
        ip(f"netns add {self.namespace}", f"netns add {self.guest}",
           f"link add eth0 netns {self.guest} address {self.mac} type veth peer name {self.device} "
           f"netns {self.namespace}")
        ip("link set lo up", f"link set {self.device} addrgenmode none up",
           *(f"address add {address} dev {self.device}" for address in self.ADDRESSES), namespace=self.namespace)
        ip("link set eth0 addrgenmode none up", "address add 10.0.0.5/24 dev eth0",
           f"address add {self.link_local}/64 dev eth0 nodad",
           f"route add {METADATA_V4} via {self.GATEWAY}", *self.guest_routes(), namespace=self.guest)
        return self

    def guest_routes(self):
        return ()

    def remove(self):
        delete(self.guest)
        self.remove_namespace()

    def remove_namespace(self):
        delete(self.namespace)

    def has_cable(self):
        """The guest's end goes with the other, which goes with its namespace and not with that one's name."""
        with inside(self.guest):
            return "eth0" in (name for _, name in socket.if_nameindex())

    def exists(self):
        return (NAMES / self.namespace).exists()

    def listening_ports(self):
        """Of TCP in Neutron's namespace, read from the kernel: a look that needs no process there."""
        with inside(self.namespace):
            rows = [line.split() for name in ("tcp", "tcp6")
                    for line in pathlib.Path(f"/proc/thread-self/net/{name}").read_text().splitlines()[1:]]
        return sorted(int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A")

    def assignment(self):
        """For `--namespace`."""
        return f"{self.namespace}={self.SCOPE}:{self.id}"

    def instance_file(self):
        """Its part of the file for `metapath instance import`, as lists by key."""
        network = {"id": self.network_id, "name": self.network_id, "subnets": [{"cidr": "10.0.0.0/24"}]}
        instance = {"name": "guest", "id": self.instance, "project": self.project,
                    "ports": [{"network": self.network_id, "mac": self.mac, "ip": "10.0.0.5"}]}
        return {"networks": [network], "instances": [instance]}


class Router(Network):
    """A router's namespace, where a rule of Neutron's leads guests to the port of the proxy."""

    KIND, SCOPE, DEVICE, GATEWAY, PORT = "qrouter", "router", "qr-", "10.0.0.1", 9697
    ADDRESSES = ("10.0.0.1/24", "fe80::1/64 nodad")

    def guest_routes(self):
        return (f"route add {METADATA_V6} via fe80::1 dev eth0",)

    def instance_file(self):
        return super().instance_file() | {
            "routers": [{"id": self.id, "name": self.id, "networks": [self.network_id]}]}


class Isolated(Network):
    """A network's DHCP namespace, which has the metadata addresses itself."""

    KIND, SCOPE, DEVICE, GATEWAY, PORT = "qdhcp", "network", "tap", "10.0.0.2", 80
    ADDRESSES = ("10.0.0.2/24", f"{METADATA_V4}/32", f"{METADATA_V6}/64 nodad")

    def __init__(self):
        super().__init__()
        self.network_id = self.id
