#!/usr/bin/env python3
"""Some of the oracle's instances as a catalogue for the lab, and their ports as Neutron lists them.

    oracle_instances.py DIRECTORY [FIXTURE]…

Writes DIRECTORY/instances.yaml and DIRECTORY/neutron.json. Ids, projects, networks, subnets, MAC addresses and fixed
addresses are those of Nova's database. Neutron's routers are not in it: each network in ROUTERS has one here, with an
interface at its gateway address. Other networks have a DHCP server only.
"""
import json
import pathlib
import sys
import uuid

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "Conformance"))

import catalogues  # noqa: E402
import nova_rows  # noqa: E402
import recordings  # noqa: E402

# Text as user data, and none, behind a router; IPv4 and IPv6 behind another; a network with a DHCP server alone.
WHOLE = ("keypair-ssh", "minimal", "dual-stack", "keypair-rsa-newline")
# User data that Neutron's agent unpacks, and such that it has no answer for (contract neutron.md §3.6); on blue too.
PACKED, BINARY = "userdata-gzip", "userdata-binary"
ROUTERS = {"blue": "6f0d3c1e-7a52-4b8e-9c4d-1a2b3c4d5e01", "dual": "6f0d3c1e-7a52-4b8e-9c4d-1a2b3c4d5e02"}
NAMESPACE = uuid.UUID("6f0d3c1e-7a52-4b8e-9c4d-1a2b3c4d5e00")


def write(directory, fixtures=WHOLE):
    """The paths of both files."""
    oracle = recordings.Oracle(recordings.find_oracle())
    content = catalogue(oracle, fixtures)
    files = pathlib.Path(directory) / "instances.yaml", pathlib.Path(directory) / "neutron.json"
    # JSON is YAML.
    files[0].write_text(json.dumps(content, indent=2))
    files[1].write_text(json.dumps(ports(oracle, content), indent=2))
    return files


def catalogue(oracle, fixtures):
    made = catalogues.Catalogue({})
    for name in fixtures:
        rows = oracle.rows[name]
        networks = [nova_rows.network(vif) for vif in nova_rows.interfaces(rows)]
        made.add(name, nova_rows.instance(rows), networks)
    networks = list(made.networks.values())
    routers = [{"name": f"{network['name']}-router", "id": ROUTERS[network["name"]], "networks": [network["id"]]}
               for network in networks if network["name"] in ROUTERS]
    return {"networks": networks, "routers": routers, "instances": made.instances}


def ports(oracle, content):
    """Neutron's ports of the instances, and the interfaces of their routers."""
    known = json.loads((oracle.directory / "neutron.json").read_text())
    networks = {network["id"] for network in content["networks"]}
    instances = {instance["id"] for instance in content["instances"]}
    found = [port for port in known["ports"] if port["network_id"] in networks
             and (port["device_id"] in instances or port["device_owner"] == "network:dhcp")]
    return found + [interface(router, known) for router in content["routers"]]


def interface(router, neutron):
    """A router's port on its network, with the gateway's address of each subnet."""
    network, = router["networks"]
    identifier = uuid.uuid5(NAMESPACE, router["id"])
    subnets = [subnet for subnet in neutron["subnets"] if subnet["network_id"] == network]
    return {
        "id": str(identifier), "name": "", "network_id": network, "device_id": router["id"],
        "device_owner": "network:router_interface", "project_id": subnets[0]["project_id"],
        "mac_address": f"fa:16:3e:{identifier.bytes[-3:].hex(':')}", "status": "ACTIVE", "admin_state_up": True,
        "binding:vif_type": "ovs", "binding:host_id": "compute1", "security_groups": [],
        "fixed_ips": [{"subnet_id": subnet["id"], "ip_address": subnet["gateway_ip"]} for subnet in subnets]}


if __name__ == "__main__":
    for file in write(sys.argv[1], sys.argv[2:] or WHOLE):
        print(file)
