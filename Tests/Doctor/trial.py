"""One fault: is its hop named, and does what the doctor says mend it?"""
import dataclasses
import time


@dataclasses.dataclass
class Outcome:
    """A row of the table."""

    path: str
    fault: str
    hop: str
    named: str = ""
    # The finding that the first line tells.
    code: str = ""
    # Remedies that were applied until all was well.
    remedies: int = 0
    problem: str = ""

    @property
    def needs_more(self):
        """The fault is of something that this lab does not have."""
        return "which this lab does not have" in self.problem

    def __str__(self):
        end = f"wrong: {self.problem}" if self.problem else "right"
        hops = f"{self.hop or '-':13} {self.named or '-':13} {self.code or '-':26}"
        return f"{self.path:9} {self.fault:28} {hops} {self.remedies:3}  {end}"


HEADING = f"{'path':9} {'fault':28} {'hop':13} {'named':13} {'finding':26} cures"

# Of a finding that hides another, the other one's remedy comes next: as for somebody who reads the first lines.
MOST_REMEDIES = 3


def play(lab, path, fault, hop, code, break_it, verbose=False):
    """`break_it` breaks the path; it is made anew afterwards, whatever was found."""
    outcome = Outcome(path, fault, hop)
    try:
        break_it()
        diagnosis = lab.diagnose()
        outcome.named, outcome.code = diagnosis.hop or "", (diagnosis.first or {}).get("code", "")
        tell(diagnosis, verbose)
        outcome.problem = judge(diagnosis, hop, code) or cure(lab, diagnosis, outcome, verbose)
    except Exception as error:  # one fault does not end the others
        outcome.problem = f"{type(error).__name__}: {error}"
    finally:
        lab.mend()
    return outcome


def judge(diagnosis, hop, code):
    if diagnosis.hop != hop:
        return f"named {diagnosis.hop}: {diagnosis.verdict}"
    if code and (diagnosis.first or {}).get("code") != code:
        return f"not as {code}: {diagnosis.verdict}"
    if (diagnosis.status == 0) != (hop is None):
        return f"exit status {diagnosis.status}"
    if diagnosis.shows_a_secret:
        return "a secret is shown"
    return ""


def cure(lab, diagnosis, outcome, verbose):
    """Applies the first remedy, then the first of what is left."""
    while diagnosis.worse_than_info:
        first = diagnosis.first or diagnosis.worse_than_info[0]
        if outcome.remedies == MOST_REMEDIES:
            return f"not mended: {diagnosis.verdict}"
        if first["remedy"]["kind"] != "command":
            return f"no command: {first['remedy']['text']}"
        lab.cure(first["remedy"]["text"])
        outcome.remedies += 1
        time.sleep(lab.settling)
        diagnosis = lab.diagnose()
        tell(diagnosis, verbose)
    return ""


def tell(diagnosis, verbose):
    if verbose:
        first = diagnosis.first
        print(f"    {diagnosis.verdict}\n    Fix: {first['remedy']['text'] if first else '-'}", flush=True)
