"""A stand-in for Nova, and `metapath proxy` in front of it."""
import hashlib
import hmac
import http.server
import json
import pathlib
import random
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

import rig

SECRET = "a secret of Neutron's and Nova's"


def free_port():
    """Below those that the kernel gives to connections: whoever runs beside us takes none of these by chance."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Nova:
    """Answers every signed request with who is asking, after as many seconds as `?delay=` says; this is not Nova."""

    def __init__(self):
        self.port = free_port()
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Connections end without a word where a test kills who has them."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A head and a body in two writes would wait for the other side's acknowledgement.
    wbufsize = -1

    def do_GET(self):
        instance = self.headers.get("X-Instance-ID", "")
        signature = hmac.new(SECRET.encode(), instance.encode(), hashlib.sha256).hexdigest()
        is_signed = hmac.compare_digest(self.headers.get("X-Instance-ID-Signature", ""), signature)
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        time.sleep(float(query.get("delay", ["0"])[0]))
        body = json.dumps({"instance": instance, "project": self.headers.get("X-Tenant-ID")}).encode()
        self.send_response(200 if is_signed else 403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Proxy(rig.Process):
    """`metapath proxy`, which knows the guests of some networks and passes on what they ask to Nova."""

    def __init__(self, directory, nova, networks, *options, settings=""):
        super().__init__("metapath", directory)
        self.options, self.shims = options, self.directory / "shims"
        self.store, self.file = self.directory / "store.sqlite", self.directory / "metadata_agent.ini"
        self.file.write_text(
            "[DEFAULT]\n"
            f"nova_metadata_host = 127.0.0.1\nnova_metadata_port = {nova.port}\n"
            f"metadata_proxy_shared_secret = {SECRET}\n{settings}"
            # Guests here ask more often than others do.
            "[metapath]\nguest_request_limit = 0\n")
        self.know(networks)

    @staticmethod
    def program():
        return rig.Metapath.program().resolve()

    def know(self, networks):
        """Have the guests in the store that the daemon reads."""
        content = {}
        for network in networks:
            for key, items in network.instance_file().items():
                content.setdefault(key, []).extend(items)
        file = self.directory / "instances.json"
        file.write_text(json.dumps(content))
        rig.run(self.program(), "instance", "import", "--store", f"sqlite:{self.store}", file)

    def start(self):
        """Returns when it serves."""
        seen = len(self.logged()) if self.log.exists() else 0
        self.launch([
            self.program(), "proxy", "--control-socket", "", "--no-discovery", "--workers", "1",
            "--store", f"sqlite:{self.store}", "--config-file", self.file, *self.options])
        self.wait_until(lambda: " ready" in self.logged()[seen:], 20)
        return self

    def workers(self):
        """The processes that serve, by their ids."""
        children = pathlib.Path(f"/proc/{self.pid}/task").glob("*/children")
        return [int(pid) for file in children for pid in file.read_text().split()]

    def replace_worker(self):
        """Have another process serve in the place of the present one."""
        self.process.send_signal(signal.SIGHUP)

    def kill(self):
        """End its main process alone, without a chance to put anything in order."""
        self.stop(signal.SIGKILL)


def run_haproxy(*arguments, namespace=None):
    """What Neutron would start, run to the end of the process that it waits for."""
    place = ["ip", "netns", "exec", namespace] if namespace else []
    return subprocess.run(
        [*place, "haproxy", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
