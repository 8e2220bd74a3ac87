"""A place for the measurement that nothing else on the machine sees: its own process ids and its own /run/netns.

Whatever ends the measurement, the kernel then ends every process in it and lets go of every namespace.
"""
import ctypes
import os
import pathlib
import resource
import signal
import subprocess
import sys

INSIDE = "METAPATH_BENCH_INSIDE"
NAMESPACES = pathlib.Path("/run/netns")
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
LIBC = ctypes.CDLL(None, use_errno=True)


def is_inside():
    return INSIDE in os.environ


def run_inside(directory):
    """Run this program again, isolated, with `directory` to work in. Its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    command = [
        "setpriv", "--pdeathsig", "KILL", "unshare", "--fork", "--kill-child", "--pid", "--mount", "--mount-proc",
        sys.executable, *sys.argv]
    child = subprocess.Popen(command, env=os.environ | {INSIDE: str(directory)})
    try:
        return child.wait()
    finally:
        child.kill()
        child.wait()


def prepare():
    """The directory to work in; from here on /run/netns is empty and ours."""
    NAMESPACES.mkdir(exist_ok=True)
    mount("bench", NAMESPACES, "tmpfs", 0)
    mount(None, NAMESPACES, None, MS_PRIVATE)
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, allowed))
    return pathlib.Path(os.environ[INSIDE])


def mount(source, target, kind, flags):
    arguments = [None if each is None else str(each).encode() for each in (source, target, kind)]
    check(LIBC.mount(*arguments, flags, None), f"mount {target}")


def check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
