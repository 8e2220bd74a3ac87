"""A lab with a path, broken by its own faults, and what the doctor says of it."""
import contextlib
import json
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAM = pathlib.Path(os.environ.get("METAPATH") or ROOT / ".build/debug/metapath")
CATALOGUE = ROOT / "Examples/instances.yaml"
RUN = pathlib.Path("/run/metapath-lab/run")


def metapath(*arguments, timeout=120):
    done = subprocess.run(
        [str(word) for word in (PROGRAM, *arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
        timeout=timeout)
    if done.returncode:
        raise RuntimeError(f"metapath {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}")
    return done.stdout


class Lab:
    """Stands while it is entered."""

    # Seconds until whoever a remedy has started in the background serves.
    settling = 1.5

    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        metapath("lab", "up", *self.options)
        return self

    def __exit__(self, *_):
        metapath("lab", "down")

    def mend(self):
        metapath("lab", "mend")

    def fault(self, *names):
        return metapath("lab", "fault", *names)

    def diagnose(self):
        return Diagnosis()

    def cure(self, remedy):
        """As it stands, by a shell. `openstack` and other programs of a cloud are those of `bin`."""
        environment = {**os.environ, "PATH": f"{HERE}/bin:{PROGRAM.parent}:{os.environ['PATH']}"}
        subprocess.run(["sh", "-c", remedy], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60, env=environment, check=False)


class Diagnosis:
    """What one run of the doctor says."""

    def __init__(self, *options):
        done = subprocess.run(
            [str(PROGRAM), "doctor", "-f", "json", *map(str, options)], capture_output=True, text=True, timeout=240,
            stdin=subprocess.DEVNULL)
        if done.returncode not in (0, 1, 2):
            raise RuntimeError(f"doctor ended with {done.returncode}: {done.stdout}{done.stderr}")
        self.status, self.text = done.returncode, done.stdout
        self.data = json.loads(done.stdout)
        self.verdict, self.hop, self.findings = (
            self.data["verdict"], self.data["first_broken_hop"], self.data["findings"])

    @property
    def first(self):
        """The finding that the first line tells."""
        return next((finding for finding in self.findings if finding["text"] in self.verdict), None)

    @property
    def worse_than_info(self):
        return [finding for finding in self.findings if finding["severity"] != "info"]

    @property
    def shows_a_secret(self):
        return any(secret in self.text for secret in secrets())


def secrets():
    found = set()
    for file in (RUN / "nova.conf", RUN / "metadata_agent.ini"):
        with contextlib.suppress(OSError):
            for line in file.read_text().splitlines():
                if "metadata_proxy_shared_secret" in line:
                    value = line.split("=", 1)[1].strip(" '\"").split("  #")[0]
                    found |= {value} if len(value) > 10 else set()
    return found

