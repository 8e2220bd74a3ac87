"""What is measured against Neutron's metadata path, one function a group of rows."""
import contextlib
import dataclasses
import functools
import json
import os
import pathlib
import random
import statistics
import time

import clients
import kernel
import load
import networks
import servers
import sides
from rows import Row

BURSTS, DELAY = (40, 400), 0.2
# wrk's connections: those of the comparison, and fewer, in case the reference does better with them.
CONNECTIONS, FEWER = 64, 4
RATE, ADDED, MEMORY, START = 20, 150e-6, 1000, 1.0
# Of haproxies that are started for their memory and their time.
SAMPLE = 50
# New connections a second while processes are killed; the reference gets what it can bear.
PACE, REFERENCE_PACE = 1000, 100
# Until Metapath has done what it does every five seconds.
# Metapath gives memory back 3, 9 and 21 s after its start.
SETTLED = 25
# Networks with which its code has run once.
FEW = 10
NONE = ("none", True)


@dataclasses.dataclass
class Settings:
    """Where to work, how often and how long; `tries` limits how often a run that was disturbed is repeated;
    `latencies` of each kind, `requests` while the worker is replaced, and seconds around a kill.
    """

    directory: pathlib.Path
    rounds: int
    seconds: int
    tries: int
    networks: int
    latencies: int
    requests: int
    kill_seconds: int

    def write_ports(self, name, ports):
        path = self.directory / name
        path.write_text(json.dumps(ports))
        return path

    @functools.cached_property
    def many(self):
        """The networks of all rows on many networks; made when the first needs them."""
        return World(self)

    def close(self):
        if "many" in vars(self):
            self.many.ending.close()

    def turns(self, ours, theirs):
        """Who goes first changes from round to round."""
        for turn in range(self.rounds):
            yield (ours, theirs) if turn % 2 == 0 else (theirs, ours)


@contextlib.contextmanager
def pair(settings, make_nova, guests=max(BURSTS)):
    """Both paths at work on one machine, each with a router of its own, in front of one Nova."""
    with contextlib.ExitStack() as ending:
        routers = []
        for number in (1, 2):
            routers.append(networks.Router(number, guests))
            ending.callback(routers[-1].remove)
        ours, theirs = routers
        ports = settings.write_ports("ports.json", ours.ports() + theirs.ports())
        api = sides.NeutronAPI(settings.directory, ports)
        ending.callback(api.stop)
        nova = make_nova(ours.guests + theirs.guests)
        ending.callback(nova.stop)
        reference = sides.Reference(settings.directory, ports, nova, {theirs.namespace: theirs.id})
        ending.callback(reference.stop)
        reference.start_proxies()
        reference.redirect()
        metapath = sides.Metapath(settings.directory, api, nova)
        ending.callback(metapath.stop)
        metapath.wait_ready()
        metapath.router, reference.router, metapath.nova = ours, theirs, nova
        for side in (metapath, reference):
            wait_for_answer(side)
        yield metapath, reference


def wait_for_answer(side, patience=30):
    """Until one guest alone is answered without waiting, so that nothing of what was before is left."""
    began = time.monotonic()
    while True:
        outcome, = clients.Clients(side.router.guests[:1], sides.PATH, 1).run()
        if not outcome.failure and outcome.seconds < 2 * DELAY + 0.1:
            return
        if time.monotonic() - began > patience:
            raise SystemExit(f"{side.name}: expected an answer within {patience} s, found {outcome}")
        time.sleep(0.05)


def milliseconds(seconds):
    return "none" if seconds is None else f"{seconds * 1000:,.0f} ms"


def burst(settings):
    """Guests that all ask at the same moment, each for the first time, of a Nova that takes its time."""
    with pair(settings, lambda guests: sides.SlowNova(settings.directory, DELAY)) as (metapath, reference):
        for count in BURSTS:
            found = {metapath: [], reference: []}
            for order in settings.turns(metapath, reference):
                for side in order:
                    found[side] += clients.Clients(side.router.guests[:count], sides.PATH, count).run()
                    if side is reference:
                        # The agent goes on with requests whose guests have given up.
                        reference.restart_agent()
                    wait_for_answer(side)
            lost = clients.failures(found[metapath])
            late = [clients.quantile(times, 0.99) for side in found if (times := served(found[side]))]
            ratio = f", p99 {late[1] / late[0]:.1f}" if len(late) == 2 else ""
            yield Row(
                f"{count} guests ask at once, Nova takes {DELAY} s: errors of {count * settings.rounds:,}",
                burst_text(found[metapath]), burst_text(found[reference]),
                f"{lost.total()} errors{ratio}", "no error", not lost)


def served(outcomes):
    """Seconds of each request that got its answer."""
    return [each.seconds for each in outcomes if not each.failure]


def burst_text(outcomes):
    kinds, times = clients.failures(outcomes), served(outcomes)
    if not times:
        return f"{clients.described(kinds)}; nobody was served"
    spread = f"p50 {milliseconds(statistics.median(times))}, p99 {milliseconds(clients.quantile(times, 0.99))}"
    return f"{clients.described(kinds) or 'no error'}; {spread}" + (" of those served" if kinds else "")


def rate(settings):
    """What all guests of one network together get, from a Nova that answers at once."""
    url = f"http://{networks.METADATA[0]}{sides.PATH}"
    with pair(settings, lambda guests: sides.FastNova(settings.directory, guests)) as (metapath, reference):
        best = {}
        for connections in (CONNECTIONS, FEWER):
            runs = {metapath: [], reference: []}
            for order in settings.turns(metapath, reference):
                for side in order:
                    runs[side].append(load.saturating(
                        settings.tries, side, settings.directory, url, {}, connections, settings.seconds,
                        side.router.guest_namespace))
                    wait_for_answer(side)
            for side in runs:
                run = load.median(runs[side])
                good = run.rate - run.refused / settings.seconds
                best[side] = max(best.get(side, (0,)), (good, connections, run))
        direct = load.wrk(
            metapath.nova, settings.directory, f"http://127.0.0.1:{metapath.nova.port}{sides.PATH}",
            sides.signed(metapath.router.guests[0]), CONNECTIONS, settings.seconds)
        (ours, with_ours, our), (theirs, with_theirs, their) = best[metapath], best[reference]
        ratio = ours / theirs
        notes = [f"Nova asked directly: {direct.rate:,.0f}/s"] + [
            f"{who}: {run.refused:,} refused, {run.broken:,} broken"
            for who, run in (("metapath", our), ("reference", their)) if run.refused or run.broken]
        if min(our.busy, their.busy) < load.SATURATED:
            notes.append(f"own core used: metapath {our.busy:.0%}, reference {their.busy:.0%}")
        yield Row(
            "answers a second through one network", f"{ours:,.0f}/s with {with_ours} connections",
            f"{theirs:,.0f}/s with {with_theirs} connections", f"{ratio:.1f}", f"≥ {RATE}",
            ratio >= RATE and our.refused == 0, f"{our.cpu:,.1f} / {their.cpu * their.rate / theirs:,.1f} µs",
            "; ".join(notes))


def latency(settings):
    """What a path adds to asking Nova directly, for one client that asks again and again."""
    with pair(settings, lambda guests: sides.FastNova(settings.directory, guests)) as (metapath, reference), \
            anywhere(metapath.pids, reference.pids, metapath.nova.pids):
        for keep, name in ((True, "one kept connection"), (False, "a new connection each")):
            guests = {side: side.router.guests[0] for side in (metapath, reference)}
            times = {metapath: [], reference: [], "direct": []}
            headers = list(sides.signed(guests[metapath]).items())
            chunk = 100
            for _ in range(settings.latencies // chunk):
                times["direct"] += clients.one_after_another(
                    None, ("127.0.0.1", metapath.nova.port), sides.PATH, chunk, keep, headers)
                for side, guest in guests.items():
                    times[side] += clients.one_after_another(guest, networks.METADATA, sides.PATH, chunk, keep)
            middle = {who: statistics.median(found) for who, found in times.items()}
            late = {who: clients.quantile(found, 0.99) for who, found in times.items()}
            added = {side: middle[side] - middle["direct"] for side in guests}
            yield Row(
                f"added to a call of Nova, {name}, p50",
                f"{added[metapath] * 1e6:,.0f} µs (p99 {late[metapath] * 1e6:,.0f} µs in all)",
                f"{added[reference] * 1e6:,.0f} µs (p99 {late[reference] * 1e6:,.0f} µs in all)",
                f"{added[reference] / added[metapath]:.1f}", f"< {ADDED * 1e6:.0f} µs", added[metapath] < ADDED,
                notes=f"directly {middle['direct'] * 1e6:,.0f} µs")


@contextlib.contextmanager
def anywhere(*groups):
    """Let these processes, and this one, run on every processor. One request is at one place at a time: kept apart, the
    path would be charged for waking processors up, and a direct call would not.
    """
    before = os.sched_getaffinity(0)
    for pid in {os.getpid()}.union(*groups):
        servers.run("taskset", "--all-tasks", "--pid", "--cpu-list", sides.BOTH_CORES, pid)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def restart(settings):
    """Guests that ask while the worker is replaced, while it is killed, and while everything is."""
    with pair(settings, lambda guests: sides.FastNova(settings.directory, guests)) as (metapath, reference):
        for keep, name in ((False, "a new connection each"), (True, "kept connections")):
            yield reloaded(settings, metapath, keep, name)
        yield kill_row("the worker killed", killed(settings, metapath, PACE, metapath.kill_worker))
        successors = []

        def kill_everything():
            metapath.kill()
            successors.append(metapath.successor())

        try:
            ours = killed(settings, metapath, PACE, kill_everything)
        finally:
            for each in successors:
                each.stop()
        theirs = killed(settings, reference, REFERENCE_PACE, reference.restart_agent)
        yield kill_row("everything killed and started again at once", ours, f"agent: {theirs}")


def reloaded(settings, metapath, keep, name, times=5):
    """Every fifth of the requests another worker."""
    workers = [metapath.worker()]

    def reload():
        metapath.reload()
        workers.append(metapath.worker())

    step = settings.requests // (times + 1)
    run = clients.Clients(
        clients.repeating(metapath.router.guests, settings.requests), sides.PATH, CONNECTIONS, keep=keep,
        meanwhile=[(step * (n + 1), reload) for n in range(times)])
    outcomes = run.run()
    workers.append(metapath.worker())
    lost, seen = clients.failures(outcomes), len(set(workers) - {None})
    notes = [f"{max(seen - 1, 0)} new workers seen of {times} asked for"]
    if run.repeated:
        notes.append(f"{run.repeated:,} asked again because a kept connection had ended")
    longest = max(each.seconds for each in outcomes)
    return Row(
        f"{settings.requests:,} requests while the worker is replaced {times} times, {name}: lost",
        f"{clients.described(lost) or '0'}; longest {milliseconds(longest)}", "", f"{lost.total()} lost", "0",
        not lost and seen > times, notes="; ".join(notes))


@dataclasses.dataclass
class Killed:
    """What guests lost, the seconds until the next answer, and the longest that a served one waited; `watched` is for
    how many seconds there was nothing where `gap` is None.
    """

    pace: int
    watched: float
    lost: object
    gap: float
    longest: float

    @property
    def until(self):
        return f"more than {milliseconds(self.watched)}" if self.gap is None else milliseconds(self.gap)

    def __str__(self):
        text = clients.described(self.lost) or "0"
        return f"{text} at {self.pace:,}/s; gap {self.until}, longest {milliseconds(self.longest)}"


def killed(settings, side, pace, kill):
    """After a quarter of the time something is killed."""
    moments, count = [], pace * settings.kill_seconds

    def act():
        moments.append(time.monotonic())
        kill()

    outcomes = clients.Clients(
        clients.repeating(side.router.guests, count), sides.PATH, count, pace=pace, meanwhile=[(count // 4, act)]).run()
    watched = time.monotonic() - moments[0]
    return Killed(pace, watched, clients.failures(outcomes), *clients.gap(outcomes, moments[0]))


def kill_row(name, ours, theirs=""):
    return Row(
        f"{name}, a new connection each: lost, and until the next answer", str(ours), theirs,
        f"{ours.lost.total()} lost, {ours.until}", *NONE)


class World:
    """Many networks with their Nova and their Neutron; what several rows need is measured once."""

    def __init__(self, settings):
        self.settings, self.directory, self.count = settings, settings.directory, settings.networks
        self.many = networks.Many(settings.networks)
        self.ending = contextlib.ExitStack()
        self.ports = settings.write_ports("many.json", self.many.ports())
        self.api = sides.NeutronAPI(settings.directory, self.ports)
        self.ending.callback(self.api.stop)
        guests = self.many.guests
        self.nova = sides.FastNova(settings.directory, guests)
        self.ending.callback(self.nova.stop)
        self.many.build()
        self.ending.callback(self.many.remove)

    @contextlib.contextmanager
    def serving(self, only=()):
        """Metapath as a whole machine has it: all processors, as many event loops as it takes by itself.

        `only`: serve these namespaces and no others.
        """
        metapath = sides.Metapath(self.directory, self.api, self.nova, sides.BOTH_CORES, workers=None, only=only)
        try:
            metapath.ready = metapath.wait_ready()
            yield metapath
        finally:
            metapath.stop()

    @staticmethod
    def settle(metapath, count):
        """Until the guests of so many networks are known, and nothing is left to be done."""
        began = time.monotonic()
        while metapath.known_ports() < 2 * count:
            if time.monotonic() - began > 60:
                raise SystemExit(f"expected {2 * count} known ports after a minute, found {metapath.known_ports()}")
            time.sleep(0.1)
        time.sleep(SETTLED)

    @functools.cached_property
    def haproxies(self):
        """Of some haproxies in as many routers: octets of each that are its own, the kernel's, and seconds to start."""
        self.many.become("qrouter")
        namespaces = self.many.names()[:SAMPLE]
        routers = {name: name.partition("-")[2] for name in namespaces}
        reference = sides.Reference(self.directory, self.ports, self.nova, routers)
        try:
            before = kernel.memory()
            seconds = reference.start_proxies(sides.BOTH_CORES)
            time.sleep(SETTLED)
            own = statistics.mean(sides.private_memory(pid) for pid in reference.proxies.values())
            return own, (kernel.memory() - before) / len(namespaces), seconds / len(namespaces)
        finally:
            reference.stop()

    def become(self, kind):
        if self.many.kind != kind:
            self.many.become(kind)


def memory(settings):
    """What one more network costs that nobody asks from."""
    world = settings.many
    own, kernels, _ = world.haproxies
    world.become("qrouter")
    with world.serving(only=world.many.names()[:FEW]) as metapath:
        world.settle(metapath, FEW)
        with_few = metapath.private_memory()
    before = kernel.memory()
    with world.serving() as metapath:
        world.settle(metapath, world.count)
        ours = (metapath.private_memory() - with_few) / (world.count - FEW)
        our_kernel = (kernel.memory() - before) / world.count
        processes = len(metapath.pids)
    yield Row(
        "private memory per idle network", f"{ours / 1000:,.2f} kB", f"{own / 1000:,.0f} kB", f"1/{own / ours:,.0f}",
        f"≤ 1/{MEMORY:,}", ours * MEMORY <= own,
        notes=f"Metapath {with_few / 1e6:.1f} MB with {FEW}, processes: {processes}")
    yield Row(
        "memory of the kernel per idle network", f"{our_kernel / 1000:,.1f} kB", f"{kernels / 1000:,.1f} kB",
        f"1/{kernels / our_kernel:,.1f}" if min(kernels, our_kernel) > 0 else "disturbed", *NONE)


def overlap(settings):
    """Every guest of many networks, in any order; all networks have the same two addresses."""
    world = settings.many
    world.become("qdhcp")
    with world.serving() as metapath:
        world.settle(metapath, world.count)
        guests = list(world.many.guests)
        random.Random(0).shuffle(guests)
        began = time.monotonic()
        outcomes = clients.Clients(guests, sides.PATH, CONNECTIONS).run()
        took = time.monotonic() - began
    wrong = clients.failures(outcomes)
    yield Row(
        f"{world.count:,} networks with the same 2 addresses, every guest once: not answered as itself",
        clients.described(wrong) or "0", "", f"{wrong.total()} of {len(outcomes):,}", "0",
        not wrong and len(outcomes) == 2 * world.count, notes=f"{len(outcomes) / took:,.0f}/s, all by one client")


def start(settings):
    """From the start of the process until every network has its listener."""
    world = settings.many
    _, _, each = world.haproxies
    for kind, port in (("qdhcp", 80), ("qrouter", 9697)):
        world.become(kind)
        times, standing, redirected = [], [], []
        for _ in range(settings.rounds):
            with world.serving() as metapath:
                times.append(metapath.ready)
                if kind == "qrouter":
                    redirected.append(kernel.wait_for_tables(world.many.names()) - metapath.started)
                standing.append(sum(kernel.listens(name, port) for name in world.many.names()))
        middle, fewest = statistics.median(times), min(standing)
        name = "DHCP namespaces" if kind == "qdhcp" else "routers"
        yield Row(
            f"start until listeners stand in {world.count:,} {name}", f"{middle:.2f} s",
            f"{each * 1000:.1f} ms each, {each * world.count:,.0f} s at that rate",
            f"{each * world.count / middle:,.0f}",
            f"≤ {START:.0f} s", middle <= START and fewest == world.count,
            notes=f"listeners found: {fewest:,}; of haproxy {SAMPLE} were started")
        if redirected:
            yield Row(
                f"start until {world.count:,} routers lead their guests there",
                f"{statistics.median(redirected):.2f} s", "", "", *NONE)


ALL = {
    "burst": burst, "rate": rate, "latency": latency, "restart": restart, "memory": memory, "overlap": overlap,
    "start": start}
