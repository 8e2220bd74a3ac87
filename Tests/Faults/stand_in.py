#!/usr/bin/env python3
"""Keystone and Neutron for tests: the recordings' stand-in, with tokens that count and can end.

    stand_in.py --stub STUB.PY --port PORT --neutron FILE

This is not Keystone and not Neutron. Lists, filters and the catalogue are STUB.PY's; here every request for a token
gets a new one, and ports are found by device without looking at all of them.

    GET  /control            {"tokens": issued, "requests": {"ports": N, …}}
    POST /control/revoke     no token that was issued before is good any longer
    POST /control/neutron    body: a status, with which Neutron answers; `html`: 200 and no JSON; empty: as usual
    POST /control/keystone   body: a status, with which Keystone answers requests for tokens; empty: as usual
    POST /control/lifetime   body: seconds that tokens issued from now on are good for; they are refused after it
"""
import argparse
import datetime
import importlib.util
import sys
import threading
import time

sys.dont_write_bytecode = True


def load(path):
    specification = importlib.util.spec_from_file_location("recorded_stub", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


class Tokens:
    """Every token with the time of its end, and what Keystone and Neutron are to answer instead."""

    def __init__(self):
        self.lock = threading.Lock()
        self.lifetime, self.issued, self.ends = 3600.0, 0, {}
        self.faults = {"neutron": "", "keystone": ""}

    def issue(self):
        with self.lock:
            self.issued += 1
            name, end = f"token-{self.issued}", time.time() + self.lifetime
            self.ends[name] = end
            return name, end

    def is_good(self, name):
        with self.lock:
            return self.ends.get(name, 0) > time.time()

    def revoke(self):
        with self.lock:
            self.ends.clear()


class Index:
    """The ports of each device, as long as Neutron's data are the same object."""

    def __init__(self, stub):
        self.stub, self.everything = stub, stub.collection
        self.data, self.ports = None, {}

    def collection(self, name, query):
        devices = [value for key, value in query if key == "device_id"]
        if name != "ports" or len(devices) != 1:
            return self.everything(name, query)
        data = self.stub.neutron()
        if data is not self.data:
            ports = {}
            for port in sorted(data.get("ports", []), key=lambda port: port["id"]):
                ports.setdefault(port["device_id"], []).append(port)
            self.data, self.ports = data, ports
        fields = [value for key, value in query if key == "fields"]
        found = [
            port | {"tenant_id": port.get("project_id")} for port in self.ports.get(devices[0], [])
            if all(self.stub.match(port, key, [value]) for key, value in query if key not in ("fields", "device_id"))]
        return [{key: port[key] for key in fields if key in port} for port in found] if fields else found


def handler(stub, tokens):
    requests = {}

    class Handler(stub.Handler):
        def do_GET(self):
            if self.path == "/control":
                return self.reply(200, {"tokens": tokens.issued, "requests": requests})
            self.judge_token()
            super().do_GET()

        def do_POST(self):
            if self.path == "/control/revoke":
                self.read_body()
                tokens.revoke()
                return self.reply(200, {})
            if self.path.removeprefix("/control/") in tokens.faults:
                tokens.faults[self.path.removeprefix("/control/")] = self.read_body().decode()
                return self.reply(200, {})
            if self.path == "/control/lifetime":
                tokens.lifetime = float(self.read_body())
                return self.reply(200, {})
            self.judge_token()
            super().do_POST()

        def judge_token(self):
            """STUB.PY knows one token, which stands for every good one."""
            shown = self.headers.get("X-Auth-Token")
            if shown is not None:
                self.headers.replace_header("X-Auth-Token", stub.TOKEN if tokens.is_good(shown) else "not good")

        def networking(self, parts, query):
            requests[parts[0]] = requests.get(parts[0], 0) + 1
            fault = tokens.faults["neutron"]
            if fault:
                status = 200 if fault == "html" else int(fault)
                return self.reply(status, b"<html>a proxy's page</html>", ctype="text/html")
            super().networking(parts, query)

        def token(self):
            if tokens.faults["keystone"]:
                return self.reply(int(tokens.faults["keystone"]), {"error": {"message": "no token for you"}})
            self.issuing = tokens.issue()
            super().token()

        def reply(self, status, body, headers=(), ctype="application/json"):
            if any(name == "X-Subject-Token" for name, _ in headers):
                name, end = self.issuing
                moment = datetime.datetime.fromtimestamp(end, datetime.timezone.utc)
                body["token"]["expires_at"] = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
                headers = [("X-Subject-Token", name)]
            super().reply(status, body, headers, ctype)

    return Handler


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stub", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--neutron", required=True)
    arguments = parser.parse_args()
    stub = load(arguments.stub)
    stub.STATE["path"] = arguments.neutron
    stub.collection = Index(stub).collection
    stub.Server.request_queue_size = 1024
    server = stub.Server(("127.0.0.1", arguments.port), handler(stub, Tokens()))
    server.verbose = False
    server.serve_forever()


main()
