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
DIFFERENCE = re.compile(r"^(?P<file>\S+)\.jsonl:(?P<number>\d+) (?P<method>\S+) (?P<path>.*)$")


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


def listed_differences():
    """From `differences`: fixture pattern, method pattern and path expression of each line."""
    rows = []
    for line in (HERE / "differences").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            fixture, method, path, *_ = line.split(None, 3)
            rows.append((fixture, method, re.compile(path)))
    return rows


def is_listed(found, rows):
    return any(
        fnmatch.fnmatch(found["file"], fixture) and fnmatch.fnmatch(found["method"], method)
        and path.fullmatch(found["path"])
        for fixture, method, path in rows)


def crashes(files):
    """File and number of the recorded requests that made Nova hang up. Any error is a right answer to those."""
    for file in files:
        for line in file.read_text().split("\n"):
            if '"response":{"error"' in line:
                yield file.stem, json.loads(line)["n"]


def replay(oracle_directory, port, files):
    """Send every request of the golden files to 127.0.0.1:`port`, in order."""
    ignored = [word for header in HOST_HEADERS for word in ("--ignore-header", header)]
    command = [
        sys.executable, "-B", oracle_directory / "replay.py", "--port", port, "--error-as-5xx", "--show", 1_000_000,
        *ignored, *files]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    total = re.search(r"^(\d+) requests, (\d+) different$", done.stdout, re.MULTILINE)
    if not total:
        raise SystemExit(f"replay.py gave no result:\n{done.stdout}{done.stderr}")
    outcome, different = sort_out(done.stdout, listed_differences())
    outcome.listed += len(set(crashes(files)) - different)
    outcome.identical = int(total.group(1)) - outcome.listed - outcome.failed
    return outcome


def sort_out(text, rows):
    """The differences in replay.py's output, listed or failed, and the file and number of each."""
    outcome, different, keep = Outcome(), set(), False
    for line in text.splitlines():
        found = DIFFERENCE.match(line)
        if found:
            different.add((found["file"], int(found["number"])))
            keep = not is_listed(found.groupdict(), rows)
            outcome.failed += keep
            outcome.listed += not keep
        if keep and (found or line.startswith("  ")):
            outcome.details.append(line)
    return outcome, different


def golden(oracle_directory, profile, fixtures):
    """The golden files of those of the fixtures that were recorded under this profile."""
    directory = oracle_directory / ("golden" if profile == "default" else f"golden-profiles/{profile}")
    return [file for name in fixtures if (file := directory / f"{name}.jsonl").exists()]
