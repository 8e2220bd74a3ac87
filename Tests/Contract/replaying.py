"""Recorded requests sent again, and the answers held against Nova's."""
import dataclasses
import fnmatch
import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Nova leaves these to whatever hosts it (contract nova.md §1.1).
HOST_HEADERS = ("Connection", "Date", "Server")
DIFFERENCE = re.compile(r"^(?P<file>\S+)\.jsonl:(?P<number>\d+) \S+ ")


def oracle():
    """The directory with Nova's recorded answers, or None."""
    place = pathlib.Path(os.environ.get("METAPATH_ORACLE") or ROOT.parent / "shared" / "oracle")
    return place.resolve() if (place / "replay.py").exists() else None


@dataclasses.dataclass
class Outcome:
    """How many answers were the same, differ as listed, and differ; and the text of those that differ."""

    identical: int = 0
    listed: int = 0
    failed: int = 0
    details: list = dataclasses.field(default_factory=list)

    def __add__(self, other):
        return Outcome(
            self.identical + other.identical, self.listed + other.listed, self.failed + other.failed,
            self.details + other.details)

    def __str__(self):
        return f"{self.identical} identical, {self.listed} listed differences, {self.failed} failed"


@dataclasses.dataclass
class Listed:
    """A line of `differences`: which requests may be answered otherwise than Nova does."""

    fixture: str
    method: str
    path: re.Pattern
    request: re.Pattern

    def covers(self, profile, fixture, record):
        """Whether the recorded request is one of those. `request` is looked for in its note and its headers."""
        name = f"{profile}/{fixture}" if "/" in self.fixture else fixture
        asked = record["request"]
        text = "\n".join([record.get("note") or "", *(f"{name}: {value}" for name, value in asked.get("headers", []))])
        return bool(
            fnmatch.fnmatch(name, self.fixture) and fnmatch.fnmatch(asked["method"], self.method)
            and self.path.fullmatch(asked["path"]) and self.request.search(text))


def listed_differences():
    for line in (HERE / "differences").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            fixture, method, path, request, _ = (word.strip() for word in line.split("|", 4))
            yield Listed(fixture, method, re.compile(path), re.compile(request, re.MULTILINE))


def recorded(files):
    """Every request of the golden files by fixture and number; the first line of a file is none."""
    found = {}
    for file in files:
        for line in file.read_text().rstrip("\n").split("\n")[1:]:
            record = json.loads(line)
            found[file.stem, record["n"]] = record
    return found


def replay(oracle_directory, port, files):
    """Send every request of the golden files to 127.0.0.1:`port`, in order."""
    ignored = [word for header in HOST_HEADERS for word in ("--ignore-header", header)]
    command = [
        sys.executable, "-B", oracle_directory / "replay.py", "--port", port, "--error-as-5xx", "--show", 1_000_000,
        *ignored, *files]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if not re.search(r"^\d+ requests, \d+ different$", done.stdout, re.MULTILINE):
        raise SystemExit(f"replay.py gave no result:\n{done.stdout}{done.stderr}")
    return sort_out(done.stdout, files[0].parent.name, recorded(files))


def sort_out(text, profile, records):
    """What replay.py found. A request that made Nova hang up is a listed difference: any error is right there."""
    outcome, different, keep = Outcome(), set(), False
    rows = list(listed_differences())
    for line in text.splitlines():
        if found := DIFFERENCE.match(line):
            key = found["file"], int(found["number"])
            different.add(key)
            keep = not any(row.covers(profile, key[0], records[key]) for row in rows)
            outcome.failed += keep
            outcome.listed += not keep
        if keep and (found or line.startswith("  ")):
            outcome.details.append(line)
    same = [record for key, record in records.items() if key not in different]
    crashes = sum("error" in record["response"] for record in same)
    outcome.listed += crashes
    outcome.identical = len(same) - crashes
    return outcome


def golden(oracle_directory, profile, fixtures):
    """The golden files of those of the fixtures that were recorded under this profile."""
    directory = oracle_directory / ("golden" if profile == "default" else f"golden-profiles/{profile}")
    return [file for name in fixtures if (file := directory / f"{name}.jsonl").exists()]
