"""`metapath serve` behind the proxy, with real documents: the instances of Examples/instances.yaml."""
import base64
import json
import urllib.request

import nova
from processes import ROOT, Process, answers_http, free_port, program, run

CONFIGURATION = """[neutron]
service_metadata_proxy = true
metadata_proxy_shared_secret = {secret}
"""


class Service(Process):
    def __init__(self, directory):
        super().__init__("service", directory)
        self.port, self.store = free_port(), f"sqlite:{self.directory}/store.sqlite"
        self.configuration = self.directory / "service.conf"
        self.configuration.write_text(CONFIGURATION.format(secret=nova.SECRET))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        run(program(), "instance", "import", ROOT / "Examples" / "instances.yaml", "--store", self.store)
        self.catalogue = json.loads(run(program(), "instance", "export", "--format", "json", "--store", self.store))
        self.launch([program(), "serve", "--listen", f"127.0.0.1:{self.port}", "--store", self.store,
                     "--config-file", self.configuration])
        self.wait_until(lambda: answers_http(self.port))
        return self

    def named(self, kind, name):
        """A network, router or instance."""
        return next(each for each in self.catalogue[kind] if each["name"] == name)

    def user_data(self, instance):
        found = self.named("instances", instance)
        return base64.b64decode(found.get("user_data_base64", "")) or found["user_data"].encode()

    def mac(self, instance):
        """Of its port, which is made up where the example leaves it open."""
        found = self.named("instances", instance)
        headers = {"X-Instance-ID": found["id"], "X-Tenant-ID": found["project"],
                   "X-Instance-ID-Signature": nova.signature(found["id"]), "X-Forwarded-For": "192.0.2.99"}
        request = urllib.request.Request(f"{self.url}/openstack/latest/network_data.json", headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["links"][0]["ethernet_mac_address"]
