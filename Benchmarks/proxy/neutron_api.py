#!/usr/bin/env python3
"""Stand-in for Keystone and for Neutron's list of ports: any account is good, and ports never change.

    neutron_api.py PORT PORTS.JSON

`GET /asked` says how many lists have been asked for.
"""
import collections
import http.server
import json
import pathlib
import sys
import urllib.parse


class Ports:
    """Found by network and by device, as Neutron has indexes on both."""

    def __init__(self, ports):
        self.ports, self.asked = ports, 0
        self.by = {name: collections.defaultdict(list) for name in ("network_id", "device_id")}
        for port in ports:
            for name, index in self.by.items():
                index[port[name]].append(port)

    def matching(self, query):
        """The conditions that Metapath uses; a list without one of network or device would be all ports of a region."""
        self.asked += 1
        if "changed_since" in query:
            return []
        name = next(name for name in ("device_id", "network_id") if name in query)
        found = [port for value in query[name] for port in self.by[name][value]]
        owners = query.get("device_owner")
        return [port for port in found if owners is None or port["device_owner"] in owners]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A head and a body are two writes.
    disable_nagle_algorithm = True

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        endpoint = f"http://127.0.0.1:{self.server.server_port}/networking"
        catalogue = [{"type": "network", "name": "neutron", "id": "n", "endpoints": [
            {"interface": "internal", "region": "RegionOne", "region_id": "RegionOne", "url": endpoint, "id": "i"}]}]
        token = {"token": {"expires_at": "2099-01-01T00:00:00.000000Z", "catalog": catalogue}}
        self.reply(201, token, {"X-Subject-Token": "token"})

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/asked":
            return self.reply(200, self.server.ports.asked)
        if path != "/networking/v2.0/ports":
            return self.reply(404, {})
        self.reply(200, {"ports": self.server.ports.matching(urllib.parse.parse_qs(query))})

    def reply(self, status, content, headers=()):
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": len(body), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 1024


def main():
    server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
    server.ports = Ports(json.loads(pathlib.Path(sys.argv[2]).read_text()))
    server.serve_forever()


main()
