"""The faults of the lab on Nova's own service and Neutron's own metadata agent, with haproxy in between."""
import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import time

import lab as labs
import nova
import oracle_instances
import trial

HERE = pathlib.Path(__file__).resolve().parent
PREPARE = HERE.parent / "Neutron/prepare"
AGENT = HERE / "neutron-agent"

# What `systemctl restart` means for the programs that run here.
UNITS = {"nova-api-metadata": "nova", "mariadb": "mariadb", "neutron-server": "stub"}


def obstacle():
    """Why it cannot be had here, or None. Installs both where they are missing."""
    done = subprocess.run([PREPARE], capture_output=True, text=True)
    skipped = [line for line in done.stdout.splitlines() if line.startswith("SKIP ")]
    return skipped[0].removeprefix("SKIP ") if skipped else nova.obstacle()


class Lab(labs.Lab):
    """A stock path with the agent of Neutron's, in front of a Nova that runs beside it."""

    # The agent loads Neutron before it listens.
    settling = 3.5

    def __init__(self, service, catalogue):
        super().__init__(
            catalogue, "--path", "stock", "--agent", AGENT, "--nova", f"127.0.0.1:{service.port}",
            "--config-file", service.conf)
        self.service, self.conf = service, service.conf.read_text()
        self.units = pathlib.Path(tempfile.mkdtemp(prefix="units-", dir=service.directory))
        os.environ.update(METAPATH_TEST_UNITS=str(self.units), LAB_STORE=f"nova --config-file {service.conf}")

    def diagnose(self):
        """Neutron's API has the ports that its agent is told."""
        self.service.publish(json.loads((labs.RUN / "neutron.json").read_text()))
        return super().diagnose()

    def cure(self, remedy):
        super().cure(remedy)
        for unit in self.units.iterdir():
            unit.unlink()
            name = UNITS.get(unit.name)
            if name:
                self.service.stop(name)
                self.service.start(name)

    def mend(self):
        for name in UNITS.values():
            if not self.service.pids(name):
                self.service.start(name)
            self.service.thaw(name)
        if self.service.conf.read_text() != self.conf:
            self.service.conf.write_text(self.conf)
            self.service.stop("nova")
            self.service.start("nova")
        super().mend()


# What the lab cannot do to a Nova that is not its own: name, hop, finding, how.
OF_NOVA = [
    ("nova-down", "nova", "nova-unreachable", lambda service: service.stop("nova")),
    ("nova-frozen", "nova", "nova-slow", lambda service: service.freeze("nova")),
    ("database-down", "nova", "store-fails", lambda service: service.stop("mariadb")),
    ("neutron-down", "resolution", "neutron-fails", lambda service: service.stop("stub")),
]
# The agent unpacks the one and has no answer for the other (contract neutron.md §3.6).
OF_AGENT = [("gzip-unpacked", oracle_instances.PACKED), ("binary-lost", oracle_instances.BINARY)]
# Those of the lab that need a part of it which is not there.
NOT_HERE = {"neutron-down", "neutron-clock-wrong", "instance-missing", "nova-down", "nova-slow", "gzip-unpacked"}
# One behind a router and one on a network without: every answer costs Nova 40 ms.
FEW = oracle_instances.WHOLE[0], oracle_instances.WHOLE[-1]


@contextlib.contextmanager
def standing(fixtures):
    with tempfile.TemporaryDirectory(prefix="metapath-real-") as directory:
        os.chmod(directory, 0o755)
        catalogue, _ = oracle_instances.write(directory, fixtures)
        instances = [instance["id"] for instance in json.loads(catalogue.read_text())["instances"]]
        with nova.Nova(instances) as service, Lab(service, catalogue) as lab:
            yield lab


def trials(faults, wanted, verbose):
    """`faults`: names, hops and findings of the lab's for a stock path."""
    faults = [fault for fault in faults if fault[0] not in NOT_HERE and wanted(fault[0])]
    own = [fault for fault in OF_NOVA if wanted(fault[0])]
    if wanted("healthy"):
        with standing(oracle_instances.WHOLE) as lab:
            yield trial.play(lab, "real", "healthy", None, None, lambda: None, verbose)
    if faults or own:
        with standing(FEW) as lab:
            for name, hop, code in faults:
                outcome = trial.play(lab, "real", name, hop, code, lambda name=name: lab.fault(name), verbose)
                if not outcome.needs_more:
                    yield outcome
            for name, hop, code, break_it in own:
                yield trial.play(lab, "real", name, hop, code, lambda break_it=break_it: break_it(lab.service), verbose)
    for name, fixture in OF_AGENT:
        if wanted(name):
            with standing([*FEW, fixture]) as lab:
                yield trial.play(lab, "real", name, "bytes", "user-data-differs", lambda: time.sleep(0), verbose)
