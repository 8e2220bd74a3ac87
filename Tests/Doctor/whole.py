"""What must hold of paths besides single faults: healthy ones are found so, several faults are all told."""
import contextlib
import json
import os
import signal
import subprocess
import time

from lab import CATALOGUE, PROGRAM, RUN, Diagnosis, Lab, metapath
from trial import Outcome

LAB_RECORD, HIDDEN = "/run/metapath-lab/lab.json", "/run/metapath-lab/hidden.json"


def play(lab, path, name, check):
    outcome = Outcome(path, name, None)
    try:
        outcome.problem = check(lab) or ""
    except Exception as error:  # one check does not end the others
        outcome.problem = f"{type(error).__name__}: {error}"
    finally:
        if lab:
            lab.mend()
    return outcome


def found_whole(diagnosis):
    if diagnosis.status != 0 or diagnosis.worse_than_info:
        return f"found {[f['code'] for f in diagnosis.worse_than_info]}: {diagnosis.verdict}"
    return None


def healthy(_):
    return found_whole(Diagnosis())


def of_virtual_machines(_):
    """Without the lab's record its guests cannot be looked into, as virtual machines cannot."""
    os.rename(LAB_RECORD, HIDDEN)
    try:
        return found_whole(Diagnosis())
    finally:
        os.rename(HIDDEN, LAB_RECORD)


def two_at_once(lab):
    """Both are told, in the order of the path and not of their happening."""
    lab.fault("input-drop", "metadata-address-missing")
    diagnosis = Diagnosis()
    codes = [finding["code"] for finding in diagnosis.worse_than_info]
    if codes[:2] != ["metadata-address-missing", "rule-drops"] or diagnosis.hop != "addresses":
        return f"found {codes}: {diagnosis.verdict}"
    return None


def two_far_apart(lab):
    """One in front of the proxy and one behind it, which only a look at the service itself can see."""
    lab.fault("vendor-data-away", "rule-shadowed")
    diagnosis = Diagnosis()
    codes = [finding["code"] for finding in diagnosis.worse_than_info]
    return None if codes == ["rule-shadowed", "vendor-data-fails"] else f"found {codes}"


def hundred_networks():
    with Lab("--networks", "100", "--path", "metapath"):
        diagnosis = Diagnosis("--all")
        return found_whole(diagnosis) or compared(diagnosis, 100)


def one_instance(_):
    return narrow("--instance", "test0")


def one_network(_):
    return narrow("--network", "b7e2d4a1-0c3f-4e5d-9f68-2a1b3c4d5e6f")


def narrow(*options):
    diagnosis = Diagnosis(*options)
    guests = {step["subject"] for step in diagnosis.data["steps"] if step["check"] == "documents"}
    return found_whole(diagnosis) or (None if len(guests) == 1 else f"looked at {guests}")


def service_at_socket(lab):
    """Metapath that has its service at a UNIX socket: documents are compared through it."""
    metapath("lab", "stop", "metapath")
    with by_hand("up", *OWN_FILES, "--listen", f"unix:{RUN}/service"):
        diagnosis = Diagnosis()
    return found_whole(diagnosis) or compared(diagnosis, 4)


def service_nowhere(lab):
    """Metapath that answers guests and nobody else: there is nothing to compare with, and that is said."""
    metapath("lab", "stop", "metapath")
    with by_hand("proxy", *OWN_FILES):
        diagnosis = Diagnosis()
    reasons = {step["found"] for step in diagnosis.data["steps"] if step["check"] == "documents"}
    said = all("listens nowhere else" in reason for reason in reasons)
    return found_whole(diagnosis) or (None if reasons and said else f"said {reasons}")


def own_names(_):
    """Namespaces whose names say nothing, told to Metapath by --namespace."""
    with Lab(CATALOGUE):
        router, *_ = [row for row in json.loads(metapath("lab", "status", "-f", "json")) if row["Kind"] == "router"]
        identifier = router["Namespace"].removeprefix("qrouter-")
        old, new = f"/run/netns/{router['Namespace']}", "/run/netns/tenant-router"
        subprocess.run(["sh", "-c", f"touch {new} && mount --bind {old} {new} && umount {old} && rm {old}"], check=True)
        try:
            store = f"sqlite:{RUN}/instances.sqlite"
            metapath("instance", "import", CATALOGUE, "--store", store)
            (RUN / "nova.conf").write_text("[neutron]\nmetadata_proxy_shared_secret = of-the-test-alone\n")
            with by_hand("up", "--config-file", RUN / "nova.conf", "--store", store, "--no-discovery",
                         "--namespace", f"tenant-router=router:{identifier}"):
                diagnosis = Diagnosis("--instance", "test0")
        finally:
            subprocess.run(["ip", "netns", "delete", "tenant-router"], check=True)
    looked = {step["subject"] for step in diagnosis.data["steps"] if step["check"] == "rules"}
    return None if "tenant-router" in looked else f"looked at {looked}: {diagnosis.verdict}"


def started_by_hand(lab):
    """An agent that neither systemd nor the lab has started: what it was called with starts it again."""
    metapath("lab", "stop", "agent")
    ini = RUN / "metadata_agent.ini"
    ini.write_text(ini.read_text().replace("secret = ", "secret = another"))
    with by_hand("lab", "stand-in", "agent", "--config-file", ini):
        diagnosis = lab.diagnose()
        if diagnosis.hop != "secret" or "setsid" not in diagnosis.first["remedy"]["text"]:
            return f"found {diagnosis.verdict}, {diagnosis.first}"
        lab.cure(diagnosis.first["remedy"]["text"])
        time.sleep(lab.settling)
    return found_whole(lab.diagnose())


def watched(lab):
    """One JSON object for each examination, and what has changed in it."""
    with subprocess.Popen([PROGRAM, "doctor", "--watch", "--interval", "1", "-f", "json"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as watching:
        first = json.loads(watching.stdout.readline())
        lab.fault("input-drop")
        changes = []
        end = time.monotonic() + 60
        while not changes and time.monotonic() < end:
            changes = json.loads(watching.stdout.readline())["changes"]
        watching.send_signal(signal.SIGINT)
    if first["exit_status"] != 0 or "rule-drops" not in json.dumps(changes) or watching.returncode != 2:
        return f"first {first['verdict']}, then {changes}, exit status {watching.returncode}"
    return None


def compared(diagnosis, count):
    done = sum(step["check"] == "documents" and step["state"] == "ok" for step in diagnosis.data["steps"])
    return None if done == count else f"documents of {done} guests compared, expected {count}"


OWN_FILES = "--config-file", RUN / "nova.conf", "--store", f"sqlite:{RUN}/instances.sqlite"


@contextlib.contextmanager
def by_hand(*arguments):
    """A program that is started here, until it listens; ended afterwards unless a remedy has done that."""
    process = subprocess.Popen([str(word) for word in (PROGRAM, *arguments)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(2)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


EVERYWHERE = {"healthy": healthy, "healthy, virtual machines": of_virtual_machines, "one instance": one_instance,
              "one network": one_network, "two at once": two_at_once, "two far apart": two_far_apart}
CHECKS = {
    "metapath": {**EVERYWHERE, "service at a UNIX socket": service_at_socket, "service nowhere": service_nowhere,
                 "watched": watched},
    "stock": {**EVERYWHERE, "started by hand": started_by_hand},
}
OWN_LABS = {"100 healthy networks": lambda _: hundred_networks(), "namespaces of other names": own_names}
