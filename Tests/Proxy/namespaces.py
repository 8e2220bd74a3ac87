"""Network namespaces named as Neutron names them, guests' own, and the cables between."""
import contextlib
import ctypes
import dataclasses
import os
import random
import subprocess
import uuid

from processes import run

# Every id that is part of a name here begins with it, so that nobody else's namespaces are taken for ours.
MARK = "9e7a9a70"
METADATA_IPV4, METADATA_IPV6 = "169.254.169.254", "fe80::a9fe:a9fe"
LISTENING = "0A"
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def new_id():
    return f"{MARK}{str(uuid.uuid4())[8:]}"


def new_mac():
    return "fa:16:3e:" + ":".join(f"{random.randrange(256):02x}" for _ in range(3))


def link_local(mac):
    """The address that follows from a MAC address (RFC 4291 appendix A)."""
    octets = [int(octet, 16) for octet in mac.split(":")]
    octets = [octets[0] ^ 2, *octets[1:3], 0xff, 0xfe, *octets[3:]]
    return "fe80::" + ":".join(f"{high << 8 | low:x}" for high, low in zip(octets[::2], octets[1::2]))


def enter(descriptor):
    if LIBC.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def entered(name):
    """The calling thread is in the namespace; sockets that it opens there stay there."""
    with open("/proc/thread-self/ns/net") as own, open(f"/run/netns/{name}") as other:
        enter(other.fileno())
        try:
            yield
        finally:
            enter(own.fileno())


def ip(*lines, namespace=None):
    """Lines for ip(8), all in one process."""
    place = ["-n", namespace] if namespace else []
    run("ip", *place, "-batch", "-", input="\n".join(lines) + "\n")


def exists(name):
    return os.path.exists(f"/run/netns/{name}")


def delete(names):
    """Those that are there."""
    present = [name for name in names if exists(name)]
    if present:
        subprocess.run(["ip", "-force", "-batch", "-"], input="".join(f"netns delete {n}\n" for n in present),
                       text=True, capture_output=True)


def listening_ports(name):
    with entered(name), open("/proc/thread-self/net/tcp") as tcp, open("/proc/thread-self/net/tcp6") as tcp6:
        sockets = [line.split() for line in [*tcp, *tcp6]]
    return {int(each[1].rsplit(":", 1)[1], 16) for each in sockets if each[3] == LISTENING}


@dataclasses.dataclass
class Place:
    """A namespace in which guests are served: of a router, or of a network (`qdhcp`, `ovnmeta`)."""

    kind: str
    # What it serves; a random one of Neutron's form.
    id: str = dataclasses.field(default_factory=new_id)
    # The namespace's name says what it serves, unless told otherwise.
    name: str = ""
    guests: int = 0

    def __post_init__(self):
        self.name = self.name or f"{self.kind}-{self.id}"

    @property
    def is_router(self):
        return self.kind == "qrouter"

    @property
    def assignment(self):
        return f"{self.name}={'router' if self.is_router else 'network'}:{self.id}"

    @property
    def port(self):
        return 9697 if self.is_router else 80

    def is_served(self):
        return exists(self.name) and self.port in listening_ports(self.name)

    def tables(self):
        """nftables' tables in it, as text."""
        return run("ip", "netns", "exec", self.name, "nft", "list", "tables")


@dataclasses.dataclass
class Guest:
    """An instance in a namespace of its own, with one port."""

    network: str
    address: str
    mac: str
    namespace: str = dataclasses.field(default_factory=lambda: f"metapath-test-{new_id()}")
    id: str = dataclasses.field(default_factory=new_id)
    project: str = dataclasses.field(default_factory=lambda: uuid.uuid4().hex)
    port: str = dataclasses.field(default_factory=new_id)


class Host:
    """The namespaces that one test has made."""

    def __init__(self):
        self.names = []

    def add(self, *places):
        self.names += [place.name for place in places]
        ip(*(f"netns add {place.name}" for place in places))

    def place(self, kind, **named):
        place = Place(kind, **named)
        self.add(place)
        ip("link set lo up", namespace=place.name)
        return place

    def guest(self, place, network=None, mac=None, address=None, **named):
        """A guest with a cable to the place: the n-th has the address 10.0.n.5, behind 10.0.n.1.

        Its network is the place's own, or behind a router one of its own.
        """
        number, place.guests = place.guests, place.guests + 1
        guest = Guest(network or (new_id() if place.is_router else place.id), address or f"10.0.{number}.5",
                      mac or new_mac(), **named)
        self.names.append(guest.namespace)
        # As the agents name them: a prefix, and eleven characters of the id of a port.
        device = ("qr-" if place.is_router else "tap") + f"{number:03x}{new_id()[-8:]}"
        gateway = guest.address.rsplit(".", 1)[0] + ".1"
        ip(f"netns add {guest.namespace}",
           f"link add eth0 netns {guest.namespace} address {guest.mac} type veth peer name {device} netns {place.name}")
        ip(f"link set {device} addrgenmode none up", f"address add {gateway}/24 dev {device}",
           f"address add fe80::1/64 dev {device} nodad", *self.metadata_addresses(place, device), namespace=place.name)
        ip("link set lo up", "link set eth0 addrgenmode none up", f"address add {guest.address}/24 dev eth0",
           f"address add {link_local(guest.mac)}/64 dev eth0 nodad", f"route add {METADATA_IPV4} via {gateway}",
           f"route add {METADATA_IPV6} via fe80::1 dev eth0", namespace=guest.namespace)
        return guest

    @staticmethod
    def metadata_addresses(place, device):
        """A router leads them to its port; in the other namespaces they are on the device."""
        if place.is_router or place.guests > 1:
            return []
        return [f"address add {METADATA_IPV4}/32 dev {device}", f"address add {METADATA_IPV6}/128 dev {device} nodad"]

    def remove(self):
        delete(self.names)
