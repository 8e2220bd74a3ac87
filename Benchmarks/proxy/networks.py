"""Networks with overlapping addresses, each a namespace as Neutron names it, and the guests in them."""
import contextlib
import dataclasses
import os
import socket
import subprocess
import uuid

import isolation

METADATA = ("169.254.169.254", 80)
CLONE_NEWNET = 0x40000000
IP_BIND_ADDRESS_NO_PORT = 24
PROJECT = "0d4d7ab1c2bb4a6cb2a0a4a7fd5b1c01"
ROUTER, NETWORK, PORT, INSTANCE = range(1, 5)
# Guests of one router, in one namespace with one interface.
FIRST_HOST = 10


def identifier(kind, number):
    return str(uuid.UUID(f"be0c4{kind:03x}-0000-4000-8000-{number:012x}"))


def mac(number):
    return f"fa:16:3e:01:{number >> 8:02x}:{number & 255:02x}"


@dataclasses.dataclass(frozen=True)
class Guest:
    """An instance with one port, and the namespace that its connections come from."""

    number: int
    network: str
    address: str
    namespace: str
    mac: str = ""

    @property
    def instance(self):
        return identifier(INSTANCE, self.number)

    def port(self):
        """As Neutron shows it."""
        return {
            "id": identifier(PORT, self.number), "network_id": self.network, "device_id": self.instance,
            "device_owner": "compute:nova", "project_id": PROJECT, "mac_address": self.mac,
            "fixed_ips": [{"subnet_id": self.network, "ip_address": self.address}], "allowed_address_pairs": [],
        }

    def socket(self):
        """A socket of the guest's, which works from anywhere."""
        with entered(self.namespace):
            connection = socket.socket()
        connection.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        connection.bind((self.address, 0))
        return connection


class Descriptors(dict):
    """Of namespaces by name, each opened once; a namespace that is named anew is to be forgotten before."""

    def __missing__(self, name):
        self[name] = os.open(isolation.NAMESPACES / name, os.O_RDONLY | os.O_CLOEXEC)
        return self[name]

    def forget(self):
        for descriptor in self.values():
            os.close(descriptor)
        self.clear()


OPEN = Descriptors()
HOME = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


@contextlib.contextmanager
def entered(name):
    """This thread in the namespace, and back."""
    isolation.check(isolation.LIBC.setns(OPEN[name], CLONE_NEWNET), f"enter {name}")
    try:
        yield
    finally:
        isolation.check(isolation.LIBC.setns(HOME, CLONE_NEWNET), "return")


def ip(lines, *options):
    """Several commands of `ip`, where this thread is."""
    done = subprocess.run(["ip", *options, "-batch", "-"], input="\n".join(lines), capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"ip could not do this: {lines[:5]}…\n{done.stderr}")


class Router:
    """A router's namespace and one with guests behind it, all on one interface, but each sending from its own MAC
    address. Nothing redirects yet.
    """

    def __init__(self, number, guests):
        self.id, self.network = identifier(ROUTER, number), identifier(NETWORK, number)
        self.namespace, self.guest_namespace = f"qrouter-{self.id}", f"bench-guests-{number}"
        self.device = f"qr-{self.id[-11:]}"
        hosts = [f"10.0.{(FIRST_HOST + n) >> 8}.{(FIRST_HOST + n) & 255}" for n in range(guests)]
        ip([f"netns add {self.namespace}", f"netns add {self.guest_namespace}"])
        ip([f"link add {self.device} type veth peer name eth0 netns {self.guest_namespace}",
            f"address add 10.0.0.1/16 dev {self.device}", f"link set {self.device} up", "link set lo up"],
           "-n", self.namespace)
        ip(["link set lo up", *(f"address add {host}/16 dev eth0" for host in hosts), "link set eth0 up",
            "route add default via 10.0.0.1"], "-n", self.guest_namespace)
        self.guests = [
            Guest(number * 100_000 + n, self.network, host, self.guest_namespace, mac(n))
            for n, host in enumerate(hosts)]
        self.tell_apart()

    def tell_apart(self):
        senders = ", ".join(f"{guest.address} : {guest.mac}" for guest in self.guests)
        rules = f"""
table netdev bench {{
    chain egress {{
        type filter hook egress device "eth0" priority 0;
        ether saddr set ip saddr map {{ {senders} }}
    }}
}}
"""
        command = ["ip", "netns", "exec", self.guest_namespace, "nft", "-f", "-"]
        subprocess.run(command, input=rules, text=True, check=True)

    def interface(self):
        """The router's own port on the network, as Neutron shows it."""
        return {
            "id": identifier(PORT, int(self.id[-12:], 16) * 100_000 + 99_999), "network_id": self.network,
            "device_id": self.id, "device_owner": "network:router_interface", "project_id": PROJECT,
            "mac_address": "fa:16:3e:00:00:01", "fixed_ips": [{"subnet_id": self.network, "ip_address": "10.0.0.1"}],
            "allowed_address_pairs": [],
        }

    def ports(self):
        return [self.interface(), *(guest.port() for guest in self.guests)]

    def remove(self):
        OPEN.forget()
        ip([f"netns delete {self.guest_namespace}", f"netns delete {self.namespace}"])


class Many:
    """Many networks with two guests each, the same two addresses everywhere. A guest's connections come from the DHCP
    namespace itself, which costs no second namespace and no link.
    """

    ADDRESSES = ("10.0.0.11", "10.0.0.12")
    FIRST = 1000

    def __init__(self, count):
        self.numbers = range(self.FIRST, self.FIRST + count)
        self.kind = None
        self.guests = [
            Guest(number * 2 + n, identifier(NETWORK, number), address, self.name("qdhcp", number))
            for number in self.numbers for n, address in enumerate(self.ADDRESSES)]

    def build(self):
        """The namespaces, each with a device that has the guests' addresses and the metadata address."""
        try:
            for number in self.numbers:
                isolation.check(isolation.LIBC.unshare(CLONE_NEWNET), "a new network namespace")
                tap = f"tap{number}"
                addresses = (*self.ADDRESSES, "169.254.169.254")
                ip(["link set lo up", f"link add {tap} type ifb",
                    *(f"address add {address}/32 dev {tap}" for address in addresses), f"link set {tap} up"])
                self.attach(self.name("qdhcp", number), "/proc/thread-self/ns/net")
        finally:
            isolation.check(isolation.LIBC.setns(HOME, CLONE_NEWNET), "return")
        self.kind = "qdhcp"

    def name(self, kind, number):
        return f"{kind}-{identifier(NETWORK if kind == 'qdhcp' else ROUTER, number)}"

    def names(self):
        return [self.name(self.kind, number) for number in self.numbers]

    @staticmethod
    def attach(name, source):
        path = isolation.NAMESPACES / name
        path.touch()
        isolation.mount(source, path, None, isolation.MS_BIND)

    def become(self, kind):
        """The same namespaces under the names of routers, or of DHCP namespaces again."""
        OPEN.forget()
        for number in self.numbers:
            old = isolation.NAMESPACES / self.name(self.kind, number)
            self.attach(self.name(kind, number), old)
            isolation.check(isolation.LIBC.umount2(str(old).encode(), 0), f"unmount {old}")
            old.unlink()
        self.kind = kind

    def remove(self):
        OPEN.forget()
        for name in self.names():
            path = isolation.NAMESPACES / name
            isolation.check(isolation.LIBC.umount2(str(path).encode(), 0), f"unmount {path}")
            path.unlink()

    def ports(self):
        """The guests' ports, and one port on each network for the router of the same number."""
        routers = [
            {"id": identifier(PORT, number * 2 + 1_000_000), "network_id": identifier(NETWORK, number),
             "device_id": identifier(ROUTER, number), "device_owner": "network:router_interface",
             "project_id": PROJECT, "mac_address": "fa:16:3e:00:00:01",
             "fixed_ips": [{"subnet_id": identifier(NETWORK, number), "ip_address": "10.0.0.1"}],
             "allowed_address_pairs": []}
            for number in self.numbers]
        return [*routers, *(guest.port() for guest in self.guests)]
