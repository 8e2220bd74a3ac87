"""Keystone and Neutron as far as a proxy asks them. This is neither: a stub, which answers from a list of ports."""
import http.server
import json
import threading
import urllib.parse

from processes import free_port

TOKEN = "token-of-the-stub"
TOKENS_PATH = "/identity/v3/auth/tokens"
PORTS_PATH = "/networking/v2.0/ports"
# What of a query selects nothing.
SHAPE = ("fields", "limit", "marker", "page_reverse", "sort_key", "sort_dir", "changed_since")


class Cloud:
    """`ports` may be changed at any time; `asked` is the query of each request for ports."""

    def __init__(self):
        self.ports, self.asked, self.is_down = [], [], False
        self.server = Server(("127.0.0.1", free_port()), Handler)
        self.server.cloud = self
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def add(self, place, *guests):
        """The guests' ports, and where the place is a router its interface on their networks."""
        for guest in guests:
            self.ports.append({
                "id": guest.port, "network_id": guest.network, "device_id": guest.id, "project_id": guest.project,
                "device_owner": "compute:nova", "mac_address": guest.mac, "fixed_ips": [{"ip_address": guest.address}],
                "allowed_address_pairs": []})
            if place.is_router:
                self.ports.append({
                    "id": f"{guest.port[:-4]}ffff", "network_id": guest.network, "device_id": place.id,
                    "project_id": guest.project, "device_owner": "network:router_interface", "fixed_ips": []})

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def found(self, query):
        """The ports that fit: values of one name are alternatives, names must all fit."""
        wanted = {key: values for key, values in query.items() if key not in SHAPE}
        ports = [port for port in self.ports if all(port.get(key) in values for key, values in wanted.items())]
        fields = query.get("fields")
        return [{key: port[key] for key in fields if key in port} for port in ports] if fields else ports

    def catalogue(self):
        def service(kind, name):
            return {"type": kind, "name": name, "id": name, "endpoints": [
                {"id": name + kind, "interface": kind_of, "region": "RegionOne", "region_id": "RegionOne",
                 "url": f"{self.url}/{'identity' if kind == 'identity' else 'networking'}"}
                for kind_of in ("public", "internal", "admin")]}
        return {"token": {"expires_at": "2099-01-01T00:00:00.000000Z",
                          "catalog": [service("identity", "keystone"), service("network", "neutron")]}}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_):
        pass

    def reply(self, status, body, headers=()):
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in [("Content-Type", "application/json"), ("Content-Length", len(content)), *headers]:
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content)

    def is_hanging_up(self):
        """A cloud that is down: connections end without an answer."""
        self.close_connection = self.close_connection or self.server.cloud.is_down
        return self.server.cloud.is_down

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.is_hanging_up():
            return None
        if self.path != TOKENS_PATH:
            return self.reply(404, {})
        return self.reply(201, self.server.cloud.catalogue(), [("X-Subject-Token", TOKEN)])

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if self.is_hanging_up():
            return None
        if url.path != PORTS_PATH:
            return self.reply(404, {})
        if self.headers.get("X-Auth-Token") != TOKEN:
            return self.reply(401, {})
        query = urllib.parse.parse_qs(url.query, keep_blank_values=True)
        self.server.cloud.asked.append(query)
        return self.reply(200, {"ports": self.server.cloud.found(query)})
