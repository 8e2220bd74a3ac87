"""A router and an instance behind it, each a network namespace, for requests that arrive through NAT."""
import os
import subprocess

import catalogue

METADATA = "169.254.169.254"


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Path:
    """The instance `number`'s namespace, its router's, and the rule that leads one to the other."""

    def __init__(self, number=0):
        self.router = f"bench-router-{os.getpid()}"
        self.instance = f"bench-instance-{os.getpid()}"
        self.address = catalogue.address(number)
        self.gateway = "10.0.0.1"

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def build(self):
        for name in (self.router, self.instance):
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("-n", self.router, "link", "add", "qr-bench", "type", "veth", "peer", "name", "eth0", "netns", self.instance)
        self.configure(self.router, "qr-bench", self.gateway)
        self.configure(self.instance, "eth0", self.address)
        ip("-n", self.instance, "route", "add", "default", "via", self.gateway)

    @staticmethod
    def configure(namespace, interface, address):
        ip("-n", namespace, "address", "add", f"{address}/16", "dev", interface)
        ip("-n", namespace, "link", "set", interface, "up")

    def lead_to(self, port):
        """Redirect the metadata address to `port` of the router, ahead of the rule that Metapath installs itself."""
        rules = f"""
table ip bench
delete table ip bench
table ip bench {{
    chain prerouting {{
        type nat hook prerouting priority dstnat - 50;
        iifname "qr-bench" ip daddr {METADATA} tcp dport 80 redirect to :{port}
    }}
}}
"""
        command = ["ip", "netns", "exec", self.router, "nft", "-f", "-"]
        subprocess.run(command, input=rules, text=True, check=True, capture_output=True)

    def __exit__(self, *_):
        for name in (self.instance, self.router):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)
