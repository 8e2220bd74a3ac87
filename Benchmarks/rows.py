"""What is measured, one function a row."""
import dataclasses
import os
import statistics

import catalogue
import load
import namespaces
import servers

INSTANCE_ID = "/latest/meta-data/instance-id"
META_DATA = "/openstack/latest/meta_data.json"
# Where Metapath listens in a router's namespace.
REDIRECT_PORT = 9697


@dataclasses.dataclass
class Row:
    """One line of the table: what Metapath did, what it is held against, and whether that is good enough."""

    name: str
    metapath: str
    reference: str
    result: str
    target: str
    passed: bool
    cpu: str = ""
    notes: str = ""


@dataclasses.dataclass
class Settings:
    """Where to work, how often and how long; `tries` limits how often a run that was disturbed is repeated."""

    directory: object
    rounds: int
    seconds: int
    tries: int


def compare(settings, name, target, ours, theirs, connections, path=INSTANCE_ID, headers=None, url=None, namespace=None,
            before=lambda server: None, rival="nginx"):
    """Rounds against both servers, which take turns in going first; a row of their medians."""
    headers = catalogue.signed_headers(0) if headers is None else headers
    runs = {ours: [], theirs: []}
    for turn in range(settings.rounds):
        for server in (ours, theirs) if turn % 2 == 0 else (theirs, ours):
            before(server)
            address = url or f"http://127.0.0.1:{server.port}{path}"
            runs[server].append(load.saturating(
                settings.tries, server, settings.directory, address, headers, connections, settings.seconds, namespace))
    our, their = load.median(runs[ours]), load.median(runs[theirs])
    ratio = our.rate / their.rate
    notes = [
        f"{who}: {run.refused} refused, {run.broken} broken"
        for who, run in (("metapath", our), (rival, their)) if run.refused or run.broken]
    if min(our.busy, their.busy) < load.SATURATED:
        notes.append(f"disturbed; own core used: metapath {our.busy:.0%}, {rival} {their.busy:.0%}")
    return Row(
        name, f"{our.rate:,.0f}/s", f"{rival} {their.rate:,.0f}/s", f"{ratio:.2f}", f"≥ {target:.2f}",
        ratio >= target and our.refused == 0, f"{our.cpu:.1f} / {their.cpu:.1f} µs", "; ".join(notes))


def answers(server):
    """What Metapath answers to the paths of the comparison: the bodies that nginx is to return."""
    found = {}
    for path in (INSTANCE_ID, META_DATA):
        status, kind, body = servers.ask(server.port, path, catalogue.signed_headers(0))
        if status != 200:
            raise SystemExit(f"{path}: expected 200, found {status}: {body}")
        found[path] = (kind, body)
    return found


def requests(settings):
    """Rates of `metapath serve` against nginx, both asked directly."""
    store = servers.import_instances(settings.directory, 1000)
    ours = servers.Metapath(settings.directory, store)
    theirs = None
    try:
        ours.wait(lambda: servers.ask(ours.port, "/", {}))
        theirs = servers.Nginx(settings.directory, answers(ours))
        theirs.wait(lambda: servers.ask(theirs.port, INSTANCE_ID, {}))
        yield compare(settings, "`instance-id`, keep-alive, 64 connections", 0.95, ours, theirs, 64)
        yield compare(
            settings, "`meta_data.json`, a fresh seed each, 64 connections", 0.75, ours, theirs, 64, META_DATA)
        yield compare(settings, "`instance-id`, keep-alive, 512 connections", 0.85, ours, theirs, 512)
        yield compare(
            settings, "`instance-id`, a new connection each", 1.0, ours, theirs, 64,
            headers=catalogue.signed_headers(0) | {"Connection": "close"})
    finally:
        ours.stop()
        if theirs:
            theirs.stop()


def through_nat(settings):
    """The rate that an instance sees, from its own namespace, when its router's namespace answers."""
    name = "`instance-id` from an instance through NAT, 64 connections"
    if os.geteuid() != 0:
        yield Row(name, "not measured", "", "", "≥ 0.90", True, notes="needs root")
        return
    store = servers.import_instances(settings.directory, 100)
    with namespaces.Path() as path:
        ours = servers.Metapath(
            settings.directory, store, "up", ["--namespace", f"{path.router}=router:{catalogue.ROUTER}"])
        theirs = None
        try:
            ours.wait(lambda: servers.ask(ours.port, "/", {}))
            theirs = servers.Nginx(
                settings.directory, answers(ours), REDIRECT_PORT + 1, "0.0.0.0", namespace=path.router)
            theirs.wait(lambda: theirs.pids)
            ports = {ours: REDIRECT_PORT, theirs: REDIRECT_PORT + 1}
            yield compare(
                settings, name, 0.9, ours, theirs, 64, headers={}, url=f"http://{namespaces.METADATA}{INSTANCE_ID}",
                namespace=path.instance, before=lambda server: path.lead_to(ports[server]))
        finally:
            ours.stop()
            if theirs:
                theirs.stop()


def watching(settings):
    """What a control socket costs that nobody has opened."""
    store = servers.import_instances(settings.directory, 1000)
    control = ["--control-socket", settings.directory / "control"]
    ours = servers.Metapath(settings.directory, store, arguments=control, name="metapath-control")
    theirs = None
    try:
        ours.wait(lambda: servers.ask(ours.port, "/", {}))
        theirs = servers.Metapath(settings.directory, store)
        theirs.wait(lambda: servers.ask(theirs.port, "/", {}))
        yield compare(
            settings, "`instance-id` while nobody traces, 64 connections", 0.99, ours, theirs, 64,
            rival="without a control socket")
    finally:
        ours.stop()
        if theirs:
            theirs.stop()


def start(settings, count=10_000, limit=0.3):
    """From the start of the process to its first answer."""
    store = servers.import_instances(settings.directory, count)
    times = []
    for _ in range(settings.rounds):
        server = servers.Metapath(settings.directory, store)
        try:
            headers = catalogue.signed_headers(count - 1)
            times.append(server.wait(lambda: servers.ask(server.port, INSTANCE_ID, headers)))
        finally:
            server.stop()
    middle = statistics.median(times)
    yield Row(
        f"start to first answer, {count:,} instances", f"{middle * 1000:.0f} ms", "", f"{middle * 1000:.0f} ms",
        f"< {limit * 1000:.0f} ms", middle < limit)


def memory(settings, count=100_000, limit=400e6):
    """Resident memory after every instance has been asked about once."""
    store = servers.import_instances(settings.directory, count)
    server = servers.Metapath(settings.directory, store)
    try:
        server.wait(lambda: servers.ask(server.port, "/", {}))
        headers = [catalogue.signed_headers(number) for number in range(count)]
        good = load.ask_each(server.port, META_DATA, headers)
        resident, peak = server.memory("VmRSS"), server.memory("VmHWM")
    finally:
        server.stop()
    yield Row(
        f"resident memory, {count:,} instances served", f"{resident / 1e6:.0f} MB", "", f"{resident / 1e6:.0f} MB",
        f"< {limit / 1e6:.0f} MB", resident < limit and good == count,
        notes=f"peak {peak / 1e6:.0f} MB, {good:,} answers")


ALL = {"requests": requests, "nat": through_nat, "watching": watching, "start": start, "memory": memory}
