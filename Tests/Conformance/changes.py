"""Instances that appear, change and vanish in Nova's databases while Nova's service and Metapath both run."""
import contextlib
import hashlib
import hmac
import json
import pathlib
import subprocess

import client
import comparing
import processes
import recordings
import rig as rigs
import supplement

HERE = pathlib.Path(__file__).resolve().parent
# The walk of this recording, below these, is asked for each instance.
WALKED, BELOW = "keypair-ssh", ("/latest", "/openstack/latest", "/openstack/2016-06-30", "/openstack/content")
PASSWORD, DOCUMENT = "/openstack/latest/password", "/openstack/latest/meta_data.json"
NEW = [
    {"name": "live-plain", "image": "debian", "availability_zone": "nova", "key": "laptop",
     "user_data": "#!/bin/sh\necho live\n", "metadata": {"role": "web", "umlaut": "grün"},
     "ports": [{"network": "blue", "fixed_ips": [["blue-v4", "10.10.0.201"]], "security_groups": ["default", "web"]}]},
    {"name": "live-cell2", "cell": "cell2", "project": "ops", "user": "bob", "image": "cell2-image",
     "availability_zone": "az-cell2", "metadata": {"where": "cell2"},
     "ports": [{"network": "blue", "fixed_ips": [["blue-v4", "10.10.0.202"]], "security_groups": ["ops-default"]}]},
    {"name": "live-new-image", "image": "0b7d4d3a-51f5-4a4e-9f0c-6d6574617061", "map_image": False,
     "ports": [{"network": "blue", "fixed_ips": [["blue-v4", "10.10.0.203"]]}]},
]


class Changes:
    """The script that changes Nova's databases."""

    def __init__(self, process):
        self.process = process

    def __call__(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise processes.NotStarted(f"nova_changes.py ended with {self.process.wait()}")
        return line.strip()


@contextlib.contextmanager
def changer(rig, environment):
    [configuration] = rig.configuration(recordings.DEFAULT)
    command = [environment / "bin" / "python", "-B", HERE / "nova_changes.py", "--oracle", rig.oracle.directory,
               "--config-file", configuration, "--neutron", rig.neutron]
    log = rig.directory / "changes.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, text=True,
            process_group=0)
    try:
        script = Changes(process)
        if script.answer() != "ready":
            raise processes.NotStarted("nova_changes.py is not ready")
        yield script
    except processes.NotStarted as reason:
        raise processes.NotStarted(f"{reason}:\n{log.read_text()[-4000:]}") from None
    finally:
        process.stdin.close()
        processes.stop(process)


class Watched:
    """A new instance, and how it asks."""

    def __init__(self, rig, created, specification):
        self.name, self.uuid = created["name"], created["uuid"]
        self.cell = specification.get("cell", "cell1")
        signature = hmac.new(rigs.SECRET.encode(), self.uuid.encode(), hashlib.sha256).hexdigest()
        self.headers = (
            ("Host", "nova-metadata:8775"), ("Accept", "*/*"), ("Connection", "close"),
            ("X-Forwarded-For", "192.0.2.99"), ("X-Instance-ID", self.uuid), ("X-Tenant-ID", created["project_id"]),
            ("X-Instance-ID-Signature", signature))
        self.paths = [path for method, path in rig.oracle.recording(recordings.DEFAULT, WALKED).standard
                      if method == "GET" and path.startswith(BELOW) and supplement.PLAIN.fullmatch(path)]

    def request(self, path, body=None):
        length = (("Content-Length", str(len(body))),) if body is not None else ()
        return recordings.Request("POST" if body is not None else "GET", path, self.headers + length, body)


class Comparison:
    """Answers of both, held against each other and against what a change says must be in them."""

    def __init__(self, nova, metapath):
        self.nova, self.metapath = nova, metapath
        self.outcome = comparing.Outcome()

    def same(self, what, request, must_hold=None, status=200):
        """Both say the same, and what the change says is in it. Where Nova crashes there is nothing to compare."""
        want, got = client.ask(self.nova, request), client.ask(self.metapath, request)
        if want == recordings.HUNG_UP:
            return
        faults = comparing.differences(want, got, comparing.has_random_seed(want))
        if must_hold is not None and (got.status != status or must_hold not in got.body):
            faults.append(f"  {must_hold!r} is not in {comparing.show(got.body)}")
        if faults:
            self.outcome.fail(f"{what}: {request}", *faults)
        else:
            self.outcome.identical += 1

    def walk(self, what, watched):
        for path in watched.paths:
            self.same(f"{what}, {watched.name}", watched.request(path))

    def says(self, what, answer, status):
        if answer.status == status:
            self.outcome.identical += 1
        else:
            self.outcome.fail(f"{what}: status {answer.status} instead of {status} {answer.error}")


def compare(rig, environment, nova, metapath):
    """The outcome of all changes."""
    comparison = Comparison(nova, metapath)
    with changer(rig, environment) as change:
        created = json.loads(change(do="create", instances=NEW))
        watched = [Watched(rig, each, specification) for each, specification in zip(created, NEW)]
        for each in watched:
            comparison.walk("created", each)
        for each in watched:
            rename(comparison, change, each)
        set_metadata(comparison, change, watched[0])
        add_floating_ip(comparison, change, watched[0])
        post_passwords(comparison, watched)
        for each in watched:
            delete(comparison, change, each)
    return comparison.outcome


def rename(comparison, change, each):
    change(do="rename", cell=each.cell, uuid=each.uuid, name=f"{each.name} renamed")
    comparison.same("renamed", each.request(DOCUMENT), f'"name": "{each.name} renamed"'.encode())
    comparison.walk("renamed", each)


def set_metadata(comparison, change, each):
    change(do="metadata", cell=each.cell, uuid=each.uuid, metadata={"role": "database", "new": "yes"})
    comparison.same("metadata changed", each.request(DOCUMENT), b'"role": "database"')
    change(do="metadata", cell=each.cell, uuid=each.uuid, metadata={})
    comparison.same("metadata removed", each.request(DOCUMENT), b'"name"')


def add_floating_ip(comparison, change, each):
    change(do="float", cell=each.cell, uuid=each.uuid, address="198.51.100.99")
    comparison.same("floating IP added", each.request("/latest/meta-data/public-ipv4"), b"198.51.100.99")


def post_passwords(comparison, watched):
    """Posted through one, it is seen through the other, which takes no second one."""
    for poster, other, each in ((comparison.metapath, comparison.nova, watched[0]),
                                (comparison.nova, comparison.metapath, watched[1])):
        text = f"secret of {each.name}, ".encode() * 30
        comparison.same("no password yet", each.request(PASSWORD), b"")
        comparison.says("password posted", client.ask(poster, each.request(PASSWORD, text)), 200)
        comparison.same("password posted", each.request(PASSWORD), text)
        comparison.says("second password", client.ask(other, each.request(PASSWORD, b"second")), 409)
        comparison.same("second password", each.request(PASSWORD), text)


def delete(comparison, change, each):
    change(do="delete", cell=each.cell, uuid=each.uuid)
    for path in each.paths:
        comparison.same("deleted", each.request(path), b"404 Not Found", status=404)
