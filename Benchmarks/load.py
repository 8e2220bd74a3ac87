"""Load: wrk on core 1 for rates, pipelined requests for asking many instances once."""
import dataclasses
import json
import resource
import socket
import statistics
import subprocess

CLIENT_CORE = "1"
# The share of its core from which on a process counts as the one that set the rate.
SATURATED = 0.9
REPORT = """
done = function(summary, latency, requests)
    local e = summary.errors
    io.write(string.format(
        '{"requests": %d, "seconds": %f, "refused": %d, "broken": %d}\\n',
        summary.requests, summary.duration / 1e6, e.status, e.connect + e.read + e.write + e.timeout))
end
"""


@dataclasses.dataclass
class Run:
    """One run of wrk: requests per second, the server's microseconds of CPU per request, what went wrong, and how much
    of its core the busier of the two had."""

    rate: float
    cpu: float
    refused: int
    broken: int
    busy: float


def saturating(tries, *arguments):
    """The most saturated of some runs of wrk, at once when one is saturated.

    Where neither server nor wrk has its core to itself, something else on the machine decided the rate. The choice is
    by saturation, never by result.
    """
    runs = []
    while len(runs) < tries and not any(run.busy >= SATURATED for run in runs):
        runs.append(wrk(*arguments))
    return max(runs, key=lambda run: run.busy)


def wrk(server, directory, url, headers, connections, seconds, namespace=None):
    script = directory / "report.lua"
    script.write_text(REPORT)
    prefix = ["ip", "netns", "exec", namespace] if namespace else []
    command = [*prefix, "taskset", "-c", CLIENT_CORE, "wrk", "-t1", f"-c{connections}", "-s", str(script)]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    subprocess.run([*command, "-d1s", url], check=True, capture_output=True)
    server_before, client_before = server.cpu_seconds(), children_cpu_seconds()
    done = subprocess.run([*command, f"-d{seconds}s", url], check=True, capture_output=True, text=True)
    spent, client = server.cpu_seconds() - server_before, children_cpu_seconds() - client_before
    found = json.loads(done.stdout.strip().splitlines()[-1])
    count = max(found["requests"], 1)
    return Run(
        count / found["seconds"], spent * 1e6 / count, found["refused"], found["broken"],
        max(spent, client) / found["seconds"])


def children_cpu_seconds():
    """Of the children that have ended: the runs of wrk."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def median(runs):
    """Of rates and CPU times; the worst count of failures."""
    return Run(
        statistics.median(run.rate for run in runs), statistics.median(run.cpu for run in runs),
        max(run.refused for run in runs), max(run.broken for run in runs), min(run.busy for run in runs))


def ask_each(port, path, headers, batch=16):
    """Ask with each of the header sets once, `batch` requests on their way at a time. The number of answers 200."""
    good = 0
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        replies = connection.makefile("rb")
        for start in range(0, len(headers), batch):
            part = headers[start:start + batch]
            connection.sendall(b"".join(request(path, each) for each in part))
            good += sum(read_reply(replies) == 200 for _ in part)
    return good


def request(path, headers):
    lines = [f"GET {path} HTTP/1.1", "Host: 169.254.169.254", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def read_reply(replies):
    line = replies.readline()
    if not line:
        raise SystemExit("the server closed a connection with requests unanswered")
    status, length = int(line.split()[1]), 0
    while (header := replies.readline().strip()):
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    replies.read(length)
    return status
