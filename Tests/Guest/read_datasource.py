#!/usr/bin/python3
"""Read an instance's metadata with cloud-init's own datasource code and print, as JSON, what it understood.

    ip netns exec NAMESPACE Tests/Guest/read_datasource.py openstack|ec2 [--url URL]

Run `Tests/Guest/prepare` first. The URL is http://169.254.169.254 unless given; IPv6 is
`http://[fe80::a9fe:a9fe%INTERFACE]`, the zone written as this cloud-init's resolver check wants it. Exit status 1 when
cloud-init finds no metadata or rejects it.

The datasource classes run unchanged. Only their look at this machine's firmware, by which cloud-init decides whether it
is on that cloud at all, is answered with yes.
"""
import argparse
import hashlib
import json
import logging
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CLOUD_INIT = ROOT / ".build" / "guest" / "cloud-init"
sys.path.insert(0, str(CLOUD_INIT / "usr" / "lib" / "python3" / "dist-packages"))
sys.dont_write_bytecode = True
# cloud-init asks for names that do not exist, to find out a lying resolver; here no resolver answers at all.
os.environ["RES_OPTIONS"] = "timeout:1 attempts:1"

try:
    from cloudinit import distros, helpers, version
    from cloudinit.sources import DataSourceEc2, DataSourceOpenStack
except ImportError as error:
    sys.exit(f"cloud-init's code cannot be loaded ({error}); run Tests/Guest/prepare")


def make(kind, url, directory):
    """The datasource, told to look at `url` only and not to wait long."""
    name = {"openstack": "OpenStack", "ec2": "Ec2"}[kind]
    module = {"openstack": DataSourceOpenStack, "ec2": DataSourceEc2}[kind]
    settings = {"metadata_urls": [url], "max_wait": 10, "timeout": 5, "retries": 1, "strict_id": "false"}
    system = {"datasource_list": [name], "datasource": {name: settings}}
    paths = helpers.Paths({"cloud_dir": directory, "run_dir": directory})
    distribution = distros.fetch("debian")("debian", {}, paths)
    source = getattr(module, "DataSource" + name)(system, distribution, paths)
    if hasattr(module, "detect_openstack"):
        module.detect_openstack = lambda **_: True
    elif hasattr(source, "ds_detect"):
        source.ds_detect = lambda: True
    return source


def text_of(value):
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value


def user_data(source):
    raw = source.get_userdata_raw()
    if raw is None:
        return None
    raw = raw.encode() if isinstance(raw, str) else raw
    return {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


def hostname(source):
    found = source.get_hostname(metadata_only=True)
    return found if isinstance(found, (str, type(None))) else found[0]


def understood(kind, source):
    result = {
        "cloud_init": CLOUD_INIT.resolve().name.removeprefix("cloud-init-"),
        "cloud_init_upstream": version.version_string(),
        "datasource": str(source),
        "url": source.metadata_address,
        "instance_id": source.get_instance_id(),
        "hostname": hostname(source),
        "availability_zone": source.availability_zone,
        "launch_index": source.launch_index,
        "public_keys": source.get_public_ssh_keys(),
        "user_data": user_data(source),
        "vendor_data": text_of(source.get_vendordata_raw()),
        "metadata": {key: value for key, value in source.metadata.items() if key != "random_seed"},
        "random_seed_bytes": len(source.metadata.get("random_seed", b"")),
    }
    if kind == "openstack":
        result["version"] = source.version
        result["network_config"] = source.network_config
        result["ec2_metadata"] = source.ec2_metadata
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasource", choices=["openstack", "ec2"])
    parser.add_argument("--url", default="http://169.254.169.254")
    parser.add_argument("--verbose", action="store_true", help="cloud-init's own log on standard error")
    arguments = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.DEBUG if arguments.verbose else logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="cloud-init-") as directory:
        source = make(arguments.datasource, arguments.url, directory)
        if not source._get_data():
            sys.exit(f"cloud-init found no {arguments.datasource} metadata at {arguments.url}")
        if source.metadata_address != arguments.url:
            sys.exit(f"cloud-init could not use {arguments.url} and fell back to {source.metadata_address}")
        result = understood(arguments.datasource, source)
    print(json.dumps(result, indent=2, sort_keys=True, default=text_of))


main()
