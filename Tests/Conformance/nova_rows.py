"""An instance as Nova's tables hold it, turned into an instance of the import format (docs/instances.md)."""
import base64
import binascii
import json


class CannotCarry(Exception):
    """Why the import format has no way to say what these rows say."""


def carry(value, ok, reason):
    if not ok:
        raise CannotCarry(reason)
    return value


def given(**fields):
    """Without the fields that are not there: the format knows null only where Nova shows it."""
    return {name: value for name, value in fields.items() if value is not None}


def instance(rows):
    """The whole instance. Raises CannotCarry."""
    row = rows["instances"]
    return {
        **identity(rows, row),
        **boot(rows, row),
        **data(rows, row),
        "ports": [port(vif) for vif in interfaces(rows)],
        "devices": devices(rows["instance_extra"].get("device_metadata")),
        "dedicated_cpus": dedicated_cpus(rows["instance_extra"].get("numa_topology")),
        "security_groups": rows["security_group_names"],
    }


def identity(rows, row):
    number = rows["instance_id_mappings"][0]["id"]
    flavor = json.loads(rows["instance_extra"]["flavor"])["cur"]["nova_object.data"]["name"]
    return {
        "id": row["uuid"],
        "project": row["project_id"],
        "name": row["display_name"],
        "hostname": row["hostname"],
        "ec2_id": f"i-{number:08x}",
        "launch_index": row["launch_index"],
        "reservation_id": row["reservation_id"],
        "availability_zone": row["availability_zone"],
        "instance_type": flavor,
    }


def boot(rows, row):
    devices = present(rows["block_device_mapping"])
    roles = system_metadata(rows).get("boot_roles")
    return {
        "root_device": row["root_device_name"],
        "block_devices": [
            given(device=each["device_name"], source=each["source_type"], destination=each["destination_type"],
                  format=each["guest_format"])
            for each in devices],
        "boot_roles": roles.split(",") if roles else [],
        **given(
            image=image(rows, row["image_ref"], "ami"), kernel=image(rows, row["kernel_id"], "aki"),
            ramdisk=image(rows, row["ramdisk_id"], "ari"), ephemeral_device=row["default_ephemeral_device"],
            swap_device=row["default_swap_device"]),
    }


def image(rows, identifier, prefix):
    if not identifier:
        return None
    for mapping in rows["s3_images"]:
        if mapping["uuid"] == identifier:
            return {"id": identifier, "ec2_id": f"{prefix}-{mapping['id']:08x}"}
    raise CannotCarry(f"image {identifier} has no EC2 number")


def data(rows, row):
    items = present(rows["instance_metadata"])
    metadata = {each["key"]: each["value"] for each in items}
    carry(metadata, len(metadata) == len(items), "a metadata key twice")
    return {
        "key_name": row["key_name"],
        "key_data": row["key_data"],
        "metadata": metadata,
        "password": password(rows),
        **given(key_pair=key_pair(rows["instance_extra"]["keypairs"]), user_data_base64=user_data(row["user_data"])),
    }


def present(table):
    """The rows that are not deleted, in the order of their ids."""
    return sorted((row for row in table if not row["deleted"]), key=lambda row: row["id"])


def system_metadata(rows):
    return {each["key"]: each["value"] for each in present(rows["instance_system_metadata"])}


def password(rows):
    """Deleted rows included, in the order of their keys, as Nova puts it together (contract nova.md §7)."""
    parts = [each for each in rows["instance_system_metadata"] if each["key"].startswith("password_")]
    return "".join(each["value"] for each in sorted(parts, key=lambda each: each["key"]))


def key_pair(blob):
    pairs = json.loads(blob)["nova_object.data"]["objects"] if blob else []
    if not pairs:
        return None
    pair = pairs[0]["nova_object.data"]
    return {"name": pair["name"], "type": pair["type"], "public_key": pair["public_key"]}


def user_data(text):
    if text is None:
        return None
    try:
        return base64.b64encode(base64.b64decode(text)).decode()
    except binascii.Error as error:
        raise CannotCarry(f"user data that is not Base64 ({error}): Nova answers 500") from error


def interfaces(rows):
    cache = rows["instance_info_caches"]
    if not cache or not cache["network_info"]:
        raise CannotCarry("no network information at all: Nova answers 500")
    return json.loads(cache["network_info"])


def port(vif):
    network = vif.get("network")
    subnets = network["subnets"] if network else []
    return {
        "id": vif["id"],
        "network": network["id"] if network else None,
        "mac": vif.get("address"),
        "type": vif.get("type"),
        "device": vif.get("devname") or None,
        "ips": [address(ip) for subnet in subnets for ip in subnet["ips"]],
    }


def address(ip):
    return {"address": ip["address"], "floating": [each["address"] for each in ip.get("floating_ips", [])]}


def network(vif):
    """What the interface knows of its network; nil for an interface without one."""
    found = vif.get("network")
    if not found:
        return None
    mtu = found["meta"].get("mtu")
    carry(mtu, mtu is None or 68 <= mtu <= 65535, f"an MTU of {mtu}")
    return {
        "id": found["id"],
        "name": found.get("label") or found["id"],
        "mtu": mtu,
        "injected": bool(found["meta"].get("injected")),
        "subnets": [subnet(each) for each in found["subnets"]],
    }


def subnet(found):
    meta = found.get("meta", {})
    carry(meta, meta.get("dhcp_server") != "", "a subnet whose DHCP server is the empty text")
    carry(found, found["ips"], f"a port on subnet {found['cidr']} without an address in it")
    routes = [{"to": each["cidr"], "via": (each.get("gateway") or {}).get("address")} for each in found["routes"]]
    carry(routes, all(route["via"] for route in routes), "a route without a gateway")
    return given(
        cidr=found["cidr"], gateway=(found.get("gateway") or {}).get("address"),
        dns=[each["address"] for each in found["dns"]], routes=routes, dhcp=bool(meta.get("enable_dhcp")),
        dhcp_server=meta.get("dhcp_server"), ipv6_mode=meta.get("ipv6_address_mode"))


BUSES = {"PCIDeviceBus": "pci", "USBDeviceBus": "usb", "SCSIDeviceBus": "scsi", "IDEDeviceBus": "ide",
         "XenDeviceBus": "xen"}


def devices(blob):
    """Devices that Nova would leave out are left out here (contract nova.md §5.4)."""
    found = json.loads(blob)["nova_object.data"]["devices"] if blob else []
    return [each for each in map(device, found) if each]


def device(found):
    values = found["nova_object.data"]
    common = {name: values[name] for name in ("tags",) if name in values}
    if "bus" in values:
        kind = BUSES.get(values["bus"]["nova_object.name"])
        if not kind:
            return None
        common |= {"bus": kind, **given(address=values["bus"]["nova_object.data"].get("address"))}
    match found["nova_object.name"]:
        case "NetworkInterfaceMetadata":
            trusted = values.get("vf_trusted")
            return {"type": "nic", "mac": values["mac"], **common, **given(vlan=values.get("vlan"), trusted=trusted)}
        case "DiskMetadata":
            return {"type": "disk", **{name: values[name] for name in ("serial", "path") if name in values}, **common}
        case "ShareMetadata":
            return {"type": "share", "share_id": values["share_id"], "tag": values["tag"], **common}
    return None


def dedicated_cpus(blob):
    """Before cell version 1.6 a dedicated policy said that all CPUs of the cell are (contract nova.md §10.3)."""
    topology = json.loads(blob) if blob else {}
    cpus = set()
    for cell in topology.get("nova_object.data", {}).get("cells", []):
        values, version = cell["nova_object.data"], tuple(map(int, cell["nova_object.version"].split(".")))
        if version >= (1, 6) or (version == (1, 5) and values.get("cpu_policy") in ("dedicated", "mixed")):
            cpus |= set(values["pcpuset"] or [])
        elif version == (1, 4) and values.get("cpu_policy") == "dedicated":
            cpus |= set(values["cpuset"])
        carry(version, version >= (1, 4), f"a NUMA cell of version {cell['nova_object.version']}: Nova answers 500")
    return sorted(cpus)
