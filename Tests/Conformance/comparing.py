"""Answers held against each other."""
import base64
import dataclasses
import re

# Nova leaves these to whatever hosts it (contract nova.md §1.1).
HOST_HEADERS = ("connection", "date", "server")
SEED = re.compile(rb'(?<="random_seed": ")([A-Za-z0-9+/]{683}=)(?=")')


@dataclasses.dataclass
class Outcome:
    """How many answers were the same, differ as listed, and differ; and the text of those that differ."""

    identical: int = 0
    listed: int = 0
    failed: int = 0
    details: list = dataclasses.field(default_factory=list)
    used: set = dataclasses.field(default_factory=set)

    def __add__(self, other):
        return Outcome(
            self.identical + other.identical, self.listed + other.listed, self.failed + other.failed,
            self.details + other.details, self.used | other.used)

    def __str__(self):
        return f"{self.identical} identical, {self.listed} listed differences, {self.failed} failed"

    def fail(self, *lines):
        self.failed += 1
        self.details += lines


def differences(want, got, has_random_seed=False):
    """What differs, as lines of text; empty when nothing does. The random seed may differ, and has to."""
    lines = [difference("connection", want.error, got.error), difference("status", want.status, got.status),
             difference("reason", want.reason, got.reason), difference("headers", own(want), own(got))]
    wanted, given = want.body, got.body
    if has_random_seed:
        lines.append(seed_difference(wanted, given))
        wanted, given = SEED.sub(b"*", wanted), SEED.sub(b"*", given)
    return [line for line in [*lines, difference("body", wanted, given)] if line]


def own(answer):
    """The headers that are not its host's, in their order."""
    return [each for each in answer.headers if each[0].lower() not in HOST_HEADERS]


def has_random_seed(answer):
    return bool(SEED.search(answer.body))


def seed_difference(wanted, given):
    seeds = SEED.findall(wanted), SEED.findall(given)
    if len(seeds[0]) != 1 or len(seeds[1]) != 1:
        return None
    if seeds[0] == seeds[1] or len(base64.b64decode(seeds[1][0])) != 512:
        return "  random_seed: not 512 fresh octets"
    return None


def difference(what, want, got):
    if want == got:
        return None
    return f"  {what}: want {show(want)}\n  {' ' * len(what)}   got {show(got)}"


def show(value, limit=600):
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    return repr(text[:limit]) + ("…" if len(text) > limit else "") if isinstance(value, bytes) else text[:limit]
