"""What must hold of paths besides single faults: healthy ones are found so, several faults are all told."""
import os

from lab import Diagnosis, Lab
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
        compared = sum(step["check"] == "documents" and step["state"] == "ok" for step in diagnosis.data["steps"])
        return found_whole(diagnosis) or (None if compared == 100 else f"documents of {compared} networks compared")


CHECKS = {"healthy": healthy, "healthy, virtual machines": of_virtual_machines, "two at once": two_at_once,
          "two far apart": two_far_apart}
OWN_LABS = {"100 healthy networks": lambda _: hundred_networks()}
