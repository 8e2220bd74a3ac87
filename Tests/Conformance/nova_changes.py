"""Change instances in Nova's databases as Nova's own services do, while others read them.

    nova_changes.py --oracle DIR --config-file nova.conf --neutron FILE

For a virtual environment that has Nova. Reads commands on standard input, a JSON object a line, and answers each with a
line once it is committed: what was created as JSON, or `done`. Rows are written by Nova's objects; the oracle's seed.py
says how.
"""
import argparse
import json
import os
import pathlib
import sys
import tempfile


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", type=pathlib.Path, required=True)
    parser.add_argument("--config-file", required=True)
    parser.add_argument("--neutron", type=pathlib.Path, required=True, help="what the stand-in for Neutron serves")
    return parser.parse_args()


GIVEN = arguments()
sys.path.insert(0, str(GIVEN.oracle))

import seed  # noqa: E402
from nova import config, context, objects  # noqa: E402


class Changer(seed.Seeder):
    """Makes instances of flavors and key pairs that are there, and changes them."""

    def flavor(self, name):
        return objects.Flavor.get_by_name(self.admin, name)

    def keypair(self, alias, user_id):
        name = self.fx.doc["keypairs"][alias].get("name", alias)
        return objects.KeyPair.get_by_name(self.admin, user_id, name)

    def do(self, command):
        with context.target_cell(self.admin, self.cells[command["cell"]]) as cell:
            instance = objects.Instance.get_by_uuid(
                cell, command["uuid"], expected_attrs=["metadata", "system_metadata", "info_cache"])
            getattr(self, "do_" + command["do"])(instance, command)
        return "done"

    def do_rename(self, instance, command):
        instance.display_name = command["name"]
        instance.save()

    def do_metadata(self, instance, command):
        instance.metadata = command["metadata"]
        instance.save()

    def do_float(self, instance, command):
        """A floating IP for the first address, as the compute service notes it in its copy of the network."""
        network = instance.info_cache.network_info
        address = {"address": command["address"], "type": "floating", "version": 4, "meta": {}}
        network[0]["network"]["subnets"][0]["ips"][0]["floating_ips"] = [seed.network_model.IP(**address)]
        instance.info_cache.network_info = network
        instance.info_cache.save()

    def do_delete(self, instance, command):
        instance.destroy()


def fixtures(specifications):
    """The oracle's world with these instances in place of its own."""
    document = seed.yaml.safe_load((GIVEN.oracle / "fixtures.yaml").read_text(encoding="utf-8"))
    document["instances"] = specifications
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        json.dump(document, file)
        file.flush()
        return seed.Fixtures(file.name)


def tell_neutron(news):
    """Add the new ports to what the stand-in serves."""
    known = json.loads(GIVEN.neutron.read_text(encoding="utf-8"))
    for kind in ("ports", "floatingips"):
        ids = {each["id"] for each in known[kind]}
        known[kind] += [each for each in news[kind] if each["id"] not in ids]
    temporary = GIVEN.neutron.with_suffix(".new")
    temporary.write_text(json.dumps(known), encoding="utf-8")
    os.replace(temporary, GIVEN.neutron)


def create(specifications):
    world = fixtures(specifications)
    seed.NEUTRON = world.neutron()
    tell_neutron(seed.NEUTRON)
    changer = Changer(world)
    for each in world.instances:
        changer.create(each)
    return json.dumps([{name: each[name] for name in ("name", "uuid", "project_id")} for each in world.instances])


def main():
    config.parse_args(["nova-changes"], default_config_files=[GIVEN.config_file])
    objects.register_all()
    print("ready", flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "create":
            print(create(command["instances"]), flush=True)
        else:
            print(Changer(fixtures([])).do(command), flush=True)


main()
