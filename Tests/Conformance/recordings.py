"""What real Nova was asked and what it answered, as the oracle's golden files hold it."""
import base64
import dataclasses
import functools
import json
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SKIPPED = "SKIP recorded answers of Nova: none at $METAPATH_ORACLE or ../shared/oracle"
DEFAULT = "default"


def find_oracle():
    """The directory with Nova's recorded answers, or None."""
    place = pathlib.Path(os.environ.get("METAPATH_ORACLE") or ROOT.parent / "shared" / "oracle")
    return place.resolve() if (place / "golden").is_dir() else None


@dataclasses.dataclass(frozen=True)
class Request:
    """A request, octet for octet: target and header values are Latin-1 text."""

    method: str
    path: str
    headers: tuple
    body: bytes | None = None
    version: str = "1.1"
    source: str | None = None

    def header(self, name):
        """The value of the only header of exactly this name, or None."""
        values = [value for each, value in self.headers if each == name]
        return values[0] if len(values) == 1 else None

    def __str__(self):
        return f"{self.method} {self.path[:120]}"


@dataclasses.dataclass(frozen=True)
class Answer:
    """A response; or, where `error` is not empty, what became of the connection instead."""

    status: int = 0
    reason: str = ""
    headers: tuple = ()
    body: bytes = b""
    error: str = ""

    def with_body(self, body):
        """The same response with another body of its own length."""
        headers = tuple((name, str(len(body)) if name == "Content-Length" else value) for name, value in self.headers)
        return dataclasses.replace(self, headers=headers, body=body)


# How a crash of Nova shows under uWSGI.
HUNG_UP = Answer(error="connection closed without a response")


@dataclasses.dataclass(frozen=True)
class Exchange:
    """A request and Nova's answer to it."""

    number: int
    request: Request
    answer: Answer
    has_random_seed: bool = False
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Recording:
    """The exchanges for one fixture under one configuration, in the order they have to be repeated in."""

    profile: str
    fixture: str
    exchanges: tuple
    standard_headers: tuple
    note: str = ""

    def place(self, exchange):
        """Where a reader finds the exchange."""
        return f"{self.profile}/{self.fixture}:{exchange.number}{self.note}"

    @functools.cached_property
    def standard(self):
        """The first exchange with the agent's usual headers, by method and path."""
        found = {}
        for each in self.exchanges:
            if each.request.headers == self.standard_headers and not each.request.body:
                found.setdefault((each.request.method, each.request.path), each)
        return found


class Oracle:
    """The recordings, and the database rows that Nova answered from."""

    def __init__(self, directory):
        self.directory = directory
        lines = (directory / "instances.jsonl").read_text(encoding="utf-8").split("\n")
        self.rows = {rows["name"]: rows for rows in map(json.loads, filter(None, lines))}
        self.profiles = [DEFAULT, *sorted(each.name for each in (directory / "golden-profiles").iterdir())]

    def _folder(self, profile):
        return self.directory / ("golden" if profile == DEFAULT else f"golden-profiles/{profile}")

    def fixtures(self, profile):
        """Names of the fixtures that were recorded under this configuration."""
        return sorted(each.stem for each in self._folder(profile).glob("*.jsonl"))

    @functools.lru_cache(maxsize=8)
    def recording(self, profile, fixture):
        text = (self._folder(profile) / f"{fixture}.jsonl").read_text(encoding="utf-8")
        head, *lines = map(json.loads, text.rstrip("\n").split("\n"))
        standard = pairs(head["std"])
        return Recording(profile, fixture, tuple(exchange(line, standard) for line in lines), standard)


def pairs(headers):
    return tuple((name, value) for name, value in headers)


def octets(part):
    return base64.b64decode(part["body"]) if part.get("encoding") == "base64" else part["body"].encode()


def exchange(line, standard):
    asked, answered = line["request"], line["response"]
    request = Request(
        asked["method"], asked["path"], pairs(asked["headers"]) if "headers" in asked else standard,
        octets(asked) if "body" in asked else None, asked.get("version", "1.1"), asked.get("source"))
    if "error" in answered:
        answer = Answer(error=answered["error"])
    else:
        answer = Answer(answered["status"], answered["reason"], pairs(answered["headers"]), octets(answered))
    seed = any(each.get("pointer") == "/random_seed" for each in line.get("volatile", []))
    return Exchange(line["n"], request, answer, seed, line.get("note", ""))
