"""What the kernel says of namespaces, and of its own memory."""
import pathlib
import socket
import struct
import time

import networks

# Memory that the kernel has taken for itself; what it could give back at once is not in it.
OWN = ("SUnreclaim:", "KernelStack:", "PageTables:", "Percpu:")
NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, TCP_LISTEN = 4, 20, 10
NETLINK_NETFILTER, NFNL_SUBSYS_NFTABLES, NFT_MSG_GETTABLE = 12, 10, 1
NLM_F_REQUEST, NLM_F_DUMP, NLMSG_DONE = 0x1, 0x300, 3


def memory():
    lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(OWN))


def dump(namespace, protocol, kind, request):
    """What the kernel answers in that namespace, as octets; a message's kind and what follows its head."""
    with networks.entered(namespace):
        link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
    with link:
        link.send(struct.pack("=IHHII", 16 + len(request), kind, NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + request)
        while True:
            piece, start = link.recv(1 << 18), 0
            while start < len(piece):
                length, found = struct.unpack_from("=IH", piece, start)
                if found == NLMSG_DONE:
                    return
                yield piece[start + 16:start + length]
                start += (length + 3) & ~3


def listens(namespace, port):
    """Whether a TCP socket of the namespace, of either family, listens on that port."""
    for family in (socket.AF_INET, socket.AF_INET6):
        request = struct.pack("=BBBBI48x", family, socket.IPPROTO_TCP, 0, 0, 1 << TCP_LISTEN)
        # Family, state, timer and retransmissions are an octet each; then the local port.
        if port in [struct.unpack_from(">H", each, 4)[0]
                    for each in dump(namespace, NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, request)]:
            return True
    return False


def has_table(namespace, name=b"metapath\0"):
    """Whether the namespace has Metapath's table of rules."""
    kind = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE
    return any([name in each for each in dump(namespace, NETLINK_NETFILTER, kind, bytes(4))])


def wait_for_tables(namespaces, patience=60):
    """When the last of them had its table, as time.monotonic has it."""
    began = time.monotonic()
    for name in namespaces:
        while not has_table(name):
            if time.monotonic() - began > patience:
                raise SystemExit(f"{name}: expected the table metapath within {patience} s, found none")
            time.sleep(0.001)
    return time.monotonic()
