"""What is measured against Nova, one function a group of rows."""
import dataclasses
import statistics

import asking
import boot
import guests
import load
import rig
from cloud import Metapath, Nova, serving
from rows import Row

NAMES = {asking.INSTANCE_ID: "`instance-id`", asking.META_DATA: "`meta_data.json`",
         asking.SECURITY_GROUPS: "`security-groups`"}
# Nova's default: seconds that it serves an instance from memory.
DEFAULT_CACHE = 15
WARM, COLD, MEMORY = 30, 10, 0.25


@dataclasses.dataclass
class Settings:
    """How often and how long; `cold` is the number of first requests per round, `booting` of guests at once."""

    rounds: int
    seconds: int
    cold: int
    cached: int = 1000
    booting: int = 500

    def instances(self):
        """How many instances all measures together need."""
        cold = len(COLD_PATHS) * len(CONCURRENCIES) * self.rounds * (self.cold + WARMUP)
        return cold + self.cached + self.booting + 2 * WARMUP + 1


COLD_PATHS = (asking.INSTANCE_ID, asking.META_DATA, asking.SECURITY_GROUPS)
CONCURRENCIES = (1, 8)
WARMUP = 20


def turns(settings):
    """Who goes first changes from round to round."""
    for turn in range(settings.rounds):
        yield (Metapath, Nova) if turn % 2 == 0 else (Nova, Metapath)


def warm(settings, cloud):
    """Rates for one instance that is in memory, per core that the server used."""
    instance = cloud.take(1)[0]
    for path in (asking.INSTANCE_ID, asking.META_DATA):
        kept = rates(settings, cloud, path, instance, keep_alive=True)
        closed = rates(settings, cloud, path, instance, keep_alive=False)
        best = max((kept[Nova], "kept connections"), (closed[Nova], "a new connection each"), key=lambda r: r[0][0])
        yield rate_row(f"known {NAMES[path]}, per core, Nova's better way: {best[1]}", kept[Metapath], best[0], WARM)
        yield rate_row(f"known {NAMES[path]}, per core, a new connection each", closed[Metapath], closed[Nova], None)


def rates(settings, cloud, path, instance, keep_alive):
    """By server: requests per second and core, microseconds of CPU, refusals."""
    found = {Metapath: [], Nova: []}
    headers = asking.signed_headers(instance) | ({} if keep_alive else {"Connection": "close"})
    for order in turns(settings):
        for kind in order:
            # A worker of Nova serves one kept connection at a time.
            connections = 1 if kind is Nova and keep_alive else 64 if keep_alive else 8
            with serving(kind, cloud, DEFAULT_CACHE, keep_alive) as server:
                url = f"http://127.0.0.1:{server.port}{path}"
                found[kind].append(load.wrk(server, cloud.directory, url, headers, connections, settings.seconds))
    return {kind: per_core(load.median(runs)) for kind, runs in found.items()}


def per_core(run):
    """Requests per second for each core that was used; CPU per request is its reciprocal."""
    return 1e6 / run.cpu, run.rate, run.refused + run.broken


def rate_row(name, ours, theirs, target):
    ratio = ours[0] / theirs[0]
    notes = [f"{who}: {run[2]} failed" for who, run in (("metapath", ours), ("nova", theirs)) if run[2]]
    return Row(
        name, f"{ours[0]:,.0f}/s ({ours[1]:,.0f}/s)", f"{theirs[0]:,.0f}/s ({theirs[1]:,.0f}/s)", f"{ratio:.1f}",
        *judged(target, ratio, ours[2] == 0), f"{1e6 / ours[0]:,.1f} / {1e6 / theirs[0]:,.1f} µs", "; ".join(notes))


def judged(target, ratio, holds=True):
    return ("none", True) if target is None else (f"≥ {target}", ratio >= target and holds)


def cold(settings, cloud):
    """Times of first requests: each for another instance, which nobody asked about before."""
    for path in COLD_PATHS:
        for concurrency in CONCURRENCIES:
            yield cold_row(settings, cloud, path, concurrency)


def cold_row(settings, cloud, path, concurrency):
    found = {Metapath: [], Nova: []}
    for order in turns(settings):
        first, new = cloud.take(WARMUP), cloud.take(settings.cold)
        for kind in order:
            with serving(kind, cloud, DEFAULT_CACHE) as server:
                first_requests(server, path, first, concurrency)
                before = server.cpu_seconds()
                times, failed = first_requests(server, path, new, concurrency)
                cpu = (server.cpu_seconds() - before) * 1000 / len(new)
                found[kind].append((
                    statistics.median(times) * 1000, asking.quantile(times, 0.99) * 1000, cpu, failed))
    ours, theirs = ([statistics.median(column) for column in zip(*found[kind])] for kind in (Metapath, Nova))
    middle, late = theirs[0] / ours[0], theirs[1] / ours[1]
    crowd = "one at a time" if concurrency == 1 else f"{concurrency} at once"
    name = f"first request of an instance, {NAMES[path]}, {crowd}"
    target = None if path == asking.SECURITY_GROUPS else COLD
    notes = [f"{who}: {run[3]:.0f} failed" for who, run in (("metapath", ours), ("nova", theirs)) if run[3]]
    return Row(
        name, f"{ours[0]:.2f}, p99 {ours[1]:.2f} ms", f"{theirs[0]:.1f}, p99 {theirs[1]:.1f} ms",
        f"{middle:.1f}, p99 {late:.1f}", *judged(target, min(middle, late), ours[3] == 0),
        f"{ours[2]:.2f} / {theirs[2]:.2f} ms", "; ".join(notes))


def first_requests(server, path, new, concurrency):
    """Seconds of each request, and how many failed."""
    times, failures = [], []

    def script(part):
        for instance in part:
            answer = yield guests.Request(path, asking.signed_headers(instance), 60)
            times.append(answer.seconds)
            if answer.status != 200:
                failures.append(answer)

    guests.Loop(server.port).run([script(new[n::concurrency]) for n in range(concurrency)])
    return times, len(failures)


def memory(settings, cloud):
    """Of the process that answers, with all of some instances in its memory."""
    new = cloud.take(settings.cached)
    sizes, failed = {}, {}
    for kind in (Metapath, Nova):
        with serving(kind, cloud, 3600) as server:
            _, failed[kind] = first_requests(server, asking.META_DATA, new, 4)
            worker = server.pids[0]
            sizes[kind] = {field: rig.process_memory(worker, field) for field in ("Rss", "Pss")}
    for field, name in (("Rss", "resident"), ("Pss", "proportional")):
        ours, theirs = sizes[Metapath][field], sizes[Nova][field]
        ratio = ours / theirs
        target = f"≤ {MEMORY}" if field == "Rss" else "none"
        yield Row(
            f"{name} memory, {settings.cached:,} instances served", f"{ours / 1e6:.1f} MB", f"{theirs / 1e6:.1f} MB",
            f"{ratio:.2f}", target, field != "Rss" or (ratio <= MEMORY and failed[Metapath] == 0))


def booting(settings, cloud):
    """Guests that boot at the same moment, each with cloud-init's sequence of requests."""
    new = cloud.take(settings.booting)
    first = cloud.take(2 * WARMUP)
    outcome = {}
    for kind, some in ((Metapath, first[:WARMUP]), (Nova, first[WARMUP:])):
        with serving(kind, cloud, DEFAULT_CACHE) as server:
            boot.all_at_once(server, some)
            outcome[kind] = boot.all_at_once(server, new)
    ours, theirs = outcome[Metapath], outcome[Nova]
    yield Row(
        f"{settings.booting} instances booting at once, {ours.requests / len(new):.0f} requests each",
        str(ours), str(theirs), f"p99 {theirs.late / ours.late:.1f}", "no error", ours.errors == 0,
        f"{ours.cpu * 1e6 / max(ours.requests, 1):,.0f} / {theirs.cpu * 1e6 / max(theirs.requests, 1):,.0f} µs",
        f"the guests' own program was busy for {ours.client:.0%} and {theirs.client:.0%} of the time")


ALL = {"warm": warm, "cold": cold, "memory": memory, "boot": booting}
