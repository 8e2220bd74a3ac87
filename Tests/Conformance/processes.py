"""Processes that are there for the length of a `with` block, whatever ends it."""
import contextlib
import random
import signal
import socket
import subprocess
import sys
import time

START_LIMIT = 60
STOP_LIMIT = 20


class NotStarted(Exception):
    """A server that ended or does not answer, with what it printed."""


ENDING = (signal.SIGINT, signal.SIGTERM)


def end_in_order():
    """Let Ctrl-C and SIGTERM leave all `with` blocks, so that what was started is stopped. A second one is ignored."""
    for each in ENDING:
        signal.signal(each, end)


def end(number, _):
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def free_port():
    """Below those that the kernel gives to connections: nobody takes it while a server is started or stopped."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def listens(port):
    """A check for `started`: somebody accepts connections at the port."""
    def ready():
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False
    return ready


@contextlib.contextmanager
def started(command, log, ready, environment=None):
    """The process, once `ready()` says so. In a group of its own, so that Ctrl-C reaches it through here only."""
    words = [str(word) for word in command]
    with open(log, "wb") as output:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment,
                                   process_group=0)
    try:
        wait(process, ready, log)
        yield process
    finally:
        stop(process)


def wait(process, ready, log):
    end = time.monotonic() + START_LIMIT
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            said = log.read_text(errors="replace")[-4000:]
            raise NotStarted(f"{' '.join(process.args)}\ndoes not serve (status {process.poll()}):\n{said}")
        time.sleep(0.02)


def stop(process):
    process.terminate()
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run(*command, **options):
    """A command that has to succeed."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, **options)
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode(errors="replace")
        raise NotStarted(f"{' '.join(words)}\nfailed with {done.returncode}:\n{said}")
    return done.stdout
