"""Instances to serve: a file for `metapath instance import`, and the signed headers to ask for them with."""
import hashlib
import hmac
import json
import uuid

SECRET = "benchmark-shared-secret"
CONFIG = f"""[neutron]
service_metadata_proxy = true
metadata_proxy_shared_secret = {SECRET}

[metapath]
guest_request_limit = 1000000
guest_request_window = 1
"""
PROJECT = "0d4d7ab1c2bb4a6cb2a0a4a7fd5b1c01"
SPACE = uuid.UUID("7d444840-9dc0-11d1-b245-5ffdce74fad2")
ROUTER = str(uuid.uuid5(SPACE, "router"))
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJIFZAMpvRNjSe4lMhsLbHT/OFrpTTEznb4S528qPzoK bench@metapath"
USER_DATA = "#cloud-config\npackages:\n- nginx\nruncmd:\n- [systemctl, enable, --now, nginx]\n"
# Each network is a /16.
INSTANCES_PER_NETWORK = 50_000


def instance_id(number):
    return str(uuid.uuid5(SPACE, f"instance {number}"))


def address(number):
    network, host = divmod(number, INSTANCES_PER_NETWORK)
    return f"10.{network}.{(host + 10) >> 8}.{(host + 10) & 255}"


def catalogue(count):
    """Networks on one router, and `count` instances as a small cloud has them: one port, a key, a little user data."""
    names = [f"network-{n}" for n in range((count - 1) // INSTANCES_PER_NETWORK + 1)]
    networks = [
        {
            "id": str(uuid.uuid5(SPACE, name)),
            "name": name,
            "mtu": 1450,
            "subnets": [{"cidr": f"10.{n}.0.0/16", "gateway": f"10.{n}.0.1", "dns": ["10.0.0.2"]}],
        }
        for n, name in enumerate(names)
    ]
    return {
        "networks": networks,
        "routers": [{"id": ROUTER, "name": "router", "networks": names}],
        "instances": [instance(number, names[number // INSTANCES_PER_NETWORK]) for number in range(count)],
    }


def instance(number, network):
    return {
        "id": instance_id(number),
        "project": PROJECT,
        "name": f"instance-{number}",
        "key_pair": {"name": "bench", "type": "ssh", "public_key": KEY},
        "metadata": {"role": "web", "stage": "benchmark"},
        "user_data": USER_DATA,
        "ports": [{"network": network, "ip": address(number)}],
    }


def write(path, count):
    path.write_text(json.dumps(catalogue(count), separators=(",", ":")))


def signed_headers(number):
    """What Neutron's agent sends along: instance, project, address and the signature over the instance."""
    identifier = instance_id(number)
    signature = hmac.new(SECRET.encode(), identifier.encode(), hashlib.sha256).hexdigest()
    return {
        "X-Instance-ID": identifier,
        "X-Tenant-ID": PROJECT,
        "X-Instance-ID-Signature": signature,
        "X-Forwarded-For": address(number),
    }
