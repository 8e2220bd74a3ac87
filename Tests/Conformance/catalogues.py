"""The oracle's instances, as Nova's tables hold them, turned into files for `metapath instance import`.

Several files are needed because Nova keeps a copy of its network with every instance and numbers instances and images
anew in every cell; a catalogue has each network and each number once.
"""
import ipaddress
import json

import nova_rows


class Conflict(Exception):
    """The instance says something other than the catalogue does already."""


class Catalogue:
    """One file under construction, and the fixtures it holds."""

    def __init__(self, providers):
        self.networks = {id: {"id": id, "name": name, "service_provider": provider}
                         for id, (name, provider) in providers.items()}
        self.instances = []
        self.fixtures = []
        self.taken = {}

    def add(self, fixture, instance, networks):
        """Take the instance in, or raise Conflict and stay as before."""
        merged = dict(self.networks)
        for network in networks:
            merged[network["id"]] = merge(merged.get(network["id"]), network)
        taken = dict(self.taken)
        for key, owner in claims(instance):
            if taken.setdefault(key, owner) != owner:
                raise Conflict(f"{key} is taken")
        for port, network in zip(attached(instance), networks):
            if view(merged[network["id"]], port) != network["subnets"]:
                raise Conflict(f"the subnets of network {network['id']} in another order")
        self.networks, self.taken = merged, taken
        self.instances.append(instance)
        self.fixtures.append(fixture)

    def text(self):
        content = {"networks": list(self.networks.values()), "routers": [], "instances": self.instances}
        return json.dumps(content, indent=2)


def attached(instance):
    return [port for port in instance["ports"] if port["network"]]


def merge(known, network):
    """The network with the subnets of both, the known ones first."""
    if not known or "subnets" not in known:
        return (known or {}) | nova_rows.given(**network)
    for name in ("mtu", "injected"):
        if known.get(name) != network[name]:
            raise Conflict(f"network {network['id']} with another {name}")
    subnets = list(known["subnets"])
    for subnet in network["subnets"]:
        if subnet in subnets:
            continue
        if any(overlap(subnet, other) for other in subnets):
            raise Conflict(f"subnet {subnet['cidr']} of network {network['id']} in another form")
        subnets.append(subnet)
    return known | {"subnets": subnets}


def overlap(one, other):
    one, other = (ipaddress.ip_network(each["cidr"], strict=False) for each in (one, other))
    return one.version == other.version and one.overlaps(other)


def view(network, port):
    """The subnets that the import will show the port: those it has an address in."""
    addresses = [ipaddress.ip_address(each["address"]) for each in port["ips"]]
    return [subnet for subnet in network["subnets"]
            if any(each in ipaddress.ip_network(subnet["cidr"], strict=False) for each in addresses)]


def claims(instance):
    """What only one owner may have in a catalogue, with the owner."""
    yield ("instance number", instance["ec2_id"]), instance["id"]
    for role in ("image", "kernel", "ramdisk"):
        if role in instance:
            image = instance[role]
            number = image["ec2_id"].partition("-")[2]
            yield ("image number", number), image["id"]
            yield ("image", image["id"]), number
    for port in instance["ports"]:
        yield ("port", port["id"]), instance["id"]
        yield ("MAC address", port["network"], port["mac"]), port["id"]
        for ip in port["ips"]:
            yield ("address", port["network"], ip["address"]), port["id"]


def is_gone(rows):
    """Nova does not find it: deleted, or its mapping names no cell. Asking for it must be a 404 here as well."""
    mapping = rows["instance_mapping"]
    return bool(rows["instances"]["deleted"]) or (mapping is not None and mapping["cell_id"] is None)


def service_providers(oracle):
    """Networks that a load balancer's provider id stands for: their name and that id, by network id."""
    neutron = json.loads((oracle / "neutron.json").read_text())
    names = {network["id"]: network["name"] for network in neutron["networks"]}
    return {subnet["network_id"]: (names[subnet["network_id"]], subnet["advanced_service_providers"][0])
            for subnet in neutron["subnets"] if subnet.get("advanced_service_providers")}


def convert(all_rows, oracle):
    """Catalogues, the names of fixtures that are gone, and the reasons of those that cannot be carried."""
    providers = service_providers(oracle)
    catalogues, gone, reasons = [], [], {}
    for name, rows in all_rows.items():
        if is_gone(rows):
            gone.append(name)
            continue
        try:
            instance = nova_rows.instance(rows)
            networks = [network for vif in nova_rows.interfaces(rows) if (network := nova_rows.network(vif))]
            place(catalogues, providers, name, instance, networks)
        except (nova_rows.CannotCarry, Conflict) as reason:
            reasons[name] = str(reason)
    return catalogues, gone, reasons


def place(catalogues, providers, name, instance, networks):
    """Into the first catalogue that agrees with it. Raises Conflict when it does not even agree with itself."""
    for catalogue in catalogues:
        try:
            return catalogue.add(name, instance, networks)
        except Conflict:
            continue
    catalogue = Catalogue(providers)
    catalogue.add(name, instance, networks)
    catalogues.append(catalogue)
