"""Nova's metadata service as far as a proxy knows it. This is not Nova: a fake, which answers as a test wants."""
import collections
import dataclasses
import hashlib
import hmac
import http.server
import json
import threading
import time

from processes import free_port

SECRET = "s3cret of the proxy's tests"
Request = collections.namedtuple("Request", "method path headers body")


@dataclasses.dataclass
class Reply:
    """What is answered to a path, after `delay` seconds; with no Content-Type unless `headers` have one."""

    status: int = 200
    headers: dict = dataclasses.field(default_factory=dict)
    body: bytes = b""
    delay: float = 0


def signature(instance, secret=SECRET):
    return hmac.new(secret.encode(), instance.encode(), hashlib.sha256).hexdigest()


class Nova:
    """`replies` are by path; other paths are answered, after `delay` seconds, with who was asked for.

    `requests` are those that came with an instance, and `strangers` those without, but for looks whether it is there.
    A wrong signature is a 403, as Nova's.
    """

    def __init__(self, secret=SECRET):
        self.secret, self.replies, self.delay = secret, {}, 0
        self.requests, self.strangers = [], []
        self.server = Server(("127.0.0.1", free_port()), Handler)
        self.server.nova = self
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def reply(self, request):
        fields = {name.lower(): value for name, value in request.headers}
        instance = fields.get("x-instance-id")
        if instance is None:
            if (request.method, request.path) != ("GET", "/"):
                self.strangers.append(request)
            return Reply()
        self.requests.append(request)
        if not hmac.compare_digest(fields.get("x-instance-id-signature", ""), signature(instance, self.secret)):
            return Reply(403, body=b"wrong signature")
        known = {"instance": instance, "project": fields.get("x-tenant-id"), "address": fields.get("x-forwarded-for")}
        return self.replies.get(request.path) or Reply(
            200, {"Content-Type": "application/json"}, json.dumps(known).encode(), self.delay)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            # Whoever asked has gone.
            pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.server.nova.reply(Request(self.command, self.path, self.headers.items(), body))
        time.sleep(reply.delay)
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer
