"""The table, and the machine it was made on."""
import datetime
import os
import pathlib
import platform
import subprocess

START, END = "<!-- measured by `make bench` -->", "<!-- end of measurement -->"


def output(*command, stream="stdout"):
    """The first line a command prints; `unknown` when it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        return "unknown"
    lines = getattr(done, stream).splitlines()
    return lines[0].strip() if lines else "unknown"


def processor():
    listing = subprocess.run(["lscpu"], capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"}).stdout
    for line in listing.splitlines():
        if line.startswith("Model name:"):
            return line.partition(":")[2].strip()
    return "unknown"


def machine(load_before, programs):
    gibibytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return "\n".join([
        f"- {datetime.date.today()}, {os.cpu_count()} × {processor()}, {gibibytes:.0f} GiB",
        f"- Linux {platform.release()}, {output('swift', '--version')}",
        f"- {programs}",
        f"- load average before the runs: {load_before:.2f}",
    ])


def method(settings):
    sentences = [
        "Server on core 0, one worker; wrk with one thread on core 1.",
        f"Medians of {settings.rounds} rounds of {settings.seconds} s in which the servers take turns.",
        "nginx returns the same bodies from its configuration.",
        "The ratio is of requests per second.",
        "CPU is the server's user and system time per request, Metapath's and the reference's.",
    ]
    if settings.tries > 1:
        sentences.insert(2, (
            "A run in which neither the server nor wrk had its core to itself was repeated, at most "
            f"{settings.tries - 1} times, and the most saturated kept."))
    return " ".join(sentences)


def table(rows, reference="reference"):
    heads = ["", "Metapath", reference, "ratio or value", "target", "", "CPU per request"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in rows:
        verdict = "" if row.target == "none" else "pass" if row.passed else "**FAIL**"
        if row.metapath == "not measured":
            verdict = "skipped"
        name = f"{row.name} ({row.notes})" if row.notes else row.name
        cells = [name, row.metapath, row.reference, row.result, row.target, verdict, row.cpu]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write(path, text, start=START, end=END):
    """Put the measurement between its marks in the document, leaving what stands around it; a new document else."""
    block = f"{start}\n{text}\n{end}"
    path = pathlib.Path(path)
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# Performance\n\n{block}\n")
        return
    before, mark, rest = path.read_text().partition(start)
    if not mark:
        path.write_text(f"{before.rstrip()}\n\n{block}\n")
        return
    path.write_text(f"{before}{block}{rest.partition(end)[2]}")
