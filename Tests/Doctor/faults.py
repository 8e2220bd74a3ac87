"""Ways in which a metadata path breaks. Each says which hop the doctor has to name, and how it is broken."""
import gzip
import json
import os
import signal
import subprocess
import time

from paths import CATALOGUE, HERE, NETWORKS, PROGRAM, SECRET, Cloud, Own, Stock, sh

REDIRECT = "-d 169.254.169.254/32 -i qr-+ -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 9697"


class Fault:
    """`mend` stands for the remedy where that is advice, or a command that the lab has no use for; `after` clears up."""

    def __init__(self, name, hop, kinds, broken, mend=None, status=2, code=None, after=None, passed=()):
        self.name, self.hop, self.kinds, self.broken = name, hop, kinds, broken
        self.mend, self.status, self.code, self.after, self.passed = mend, status, code, after, passed

    def play(self, path, verbose):
        """What the doctor got wrong, or None."""
        try:
            self.broken(path)
            status, said = path.doctor()
            if verbose:
                print(said["verdict"], *(f["remedy"]["text"] for f in said["findings"][:1]), sep="\n    ")
            problem = self.judge(status, said)
            self.repair(path, said)
            after, then = path.doctor()
            return problem or (None if after == 0 else f"not mended: {then['verdict']}")
        except Exception as error:  # one fault does not end the others
            return f"{type(error).__name__}: {error}"
        finally:
            if self.after:
                self.after(path)

    def judge(self, status, said):
        if said["first_broken_hop"] != self.hop:
            return f"named {said['first_broken_hop']}: {said['verdict']}"
        if status != self.status:
            return f"exit status {status}"
        if SECRET in json.dumps(said):
            return "a secret is shown"
        states = {(step["check"], step["state"]) for step in said["steps"]}
        if open_checks := [name for name in self.passed if (name, "ok") not in states]:
            return f"not passed: {open_checks}"
        codes = [f["code"] for f in said["findings"]]
        return None if self.code is None or self.code in codes else f"found {codes}"

    def repair(self, path, said):
        """The first remedy, then the first of what is left: as somebody would who reads the first lines."""
        if self.mend:
            return self.mend(path)
        for _ in range(3):
            first = next((f for f in said["findings"] if f["text"] in said["verdict"]), None)
            if first is None or first["remedy"]["kind"] != "command":
                return
            subprocess.run(["sh", "-c", first["remedy"]["text"]], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=60)
            time.sleep(1)
            said = path.doctor()[1]


def command(text):
    return lambda path: sh(text.format(p=path))


def both(*steps):
    return lambda path: [step(path) for step in steps]


def restart(name):
    def again(path, *options):
        path.stop(name)
        getattr(path, name)(*options)
    return again


def rewrite(file, change):
    def write(path):
        place = getattr(path, file)
        place.write_text(change(place.read_text()))
    return write


def set_ports(change):
    def write(path):
        (path.directory / "ports.json").write_text(json.dumps(change([row[:] for row in path.ports])))
    return write


def change_first(index, value):
    def change(rows):
        rows[0][index] = value
        return rows
    return change


def use_other_address(path):
    lab = "ip -n lab-test0 address"
    sh(f"{lab} delete 10.0.0.5/24 dev eth0; {lab} add 10.0.0.77/24 dev eth0;"
       "ip -n lab-test0 route add default via 10.0.0.1 dev eth0 onlink")


def fill_backlog(path):
    path.signal("agent", signal.SIGSTOP)
    for _ in range(8):
        subprocess.Popen(["curl", "-s", "--max-time", "30", "--unix-socket", str(path.socket), "http://x/"],
                         stdout=subprocess.DEVNULL)
    time.sleep(1)


def give_packed_user_data(path):
    file = path.directory / "user-data.gz"
    file.write_bytes(gzip.compress(b"#cloud-config\n"))
    path.metapath("instance", "set", "test0", "--user-data", file, "--store", path.store)
    restart("agent")(path, "--unpack")


def agent_again(path):
    """In the place of whatever a remedy has put there."""
    path.marks["proxy"] = str(path.socket)
    path.stop("proxy")
    path.stop("agent")
    path.agent()


def serve_at_socket(path):
    path.stop("up")
    path.up("--listen", f"unix:{path.directory}/service")


def serve_nowhere(path):
    """The listeners answer by themselves."""
    path.stop("up")
    path.start("up", PROGRAM, "proxy", "--config-file", path.config, "--store", path.store, until="ready")
    time.sleep(1)


def serve_at_port(path):
    path.stop("up")
    path.up()


def tls(path):
    """A certificate that nobody has signed, in front of the service."""
    place = path.directory / "front.pem"
    sh(f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {place} -out {place}.crt -days 2 -subj /CN=nova "
       f"-addext subjectAltName=IP:127.0.0.1; cat {place}.crt >> {place}")
    path.start("front", "python3", HERE / "tls-front", path.port + 1, path.port, place, until="ready")
    rewrite("agent_ini", lambda text: text.replace(
        f"nova_metadata_port = {path.port}", f"nova_metadata_port = {path.port + 1}\nnova_metadata_protocol = https"))(path)
    restart("agent")(path)


def no_tls(path):
    path.stop("front")
    path.write()
    restart("agent")(path)


def port_with(**members):
    return lambda path: path.write_ports(change=lambda port: {**port, **members})


def forget_instance(path):
    other = f"sqlite:{path.directory}/other.sqlite"
    export = path.directory / "export.yaml"
    export.write_text(path.metapath("instance", "export", "--store", path.store))
    path.metapath("instance", "import", export, "--store", other)
    path.metapath("instance", "delete", "test0", "--store", other)
    path.stop("nova")
    path.nova(other)


def duplicate(path):
    """Somebody on the network has the address when the namespace asks."""
    sh(f"ip netns exec {path.island} sysctl -qw net.ipv6.conf.{path.tap}.accept_dad=1;"
       "ip -n lab-test2 address add fe80::a9fe:a9fe/64 dev eth0 nodad;"
       f"ip -n {path.island} address delete fe80::a9fe:a9fe/128 dev {path.tap};"
       f"ip -n {path.island} address add fe80::a9fe:a9fe/128 dev {path.tap}; sleep 2.5;"
       "ip -n lab-test2 address delete fe80::a9fe:a9fe/64 dev eth0")


def narrow(path):
    ports = sh("ip -n metapath-lab -o link").stdout.split()
    for name in {word.split("@")[0] for word in ports if word.startswith("p") and "@" in word}:
        sh(f"ip -n metapath-lab link set {name} mtu 1000")


def other_user(path):
    path.stop(path.blue)
    path.haproxy(path.blue, user="nobody")


def limited(path):
    path.stop(path.blue)
    path.haproxy(path.blue, more="    stick-table type ipv6 size 10k expire 10s store http_req_rate(10s)\n"
                 "    http-request track-sc0 src\n"
                 "    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 10 }\n")


def haproxy_again(path):
    path.stop(path.blue)
    path.haproxy(path.blue)


def iptables_path(path):
    """As Neutron's agent has it: iptables in the place of the lab's table."""
    sh(f"ip netns exec {path.blue} nft delete table inet metapath")
    for program, destination in (("iptables", "169.254.169.254/32"), ("ip6tables", "fe80::a9fe:a9fe/128")):
        sh(f"ip netns exec {path.blue} {program} -t nat -F PREROUTING; ip netns exec {path.blue} {program} -t nat "
           f"-A PREROUTING -d {destination} -i qr-+ -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 9697")


def neutron_port(address, project):
    """One more port on the network blue, of an instance that nobody has."""
    def write(path):
        device = "00000000-0000-4000-8000-00000000dead"
        path.write_ports(path.port_of(NETWORKS["blue"], address, device, project))
    return write


def move_store(old, new):
    def move(path):
        for ending in ("", "-wal", "-shm"):
            place = path.directory / (old + ending)
            if place.exists():
                place.rename(path.directory / (new + ending))
    return move


def vendor_data(url):
    def write(path):
        text = path.config.read_text().split("[api]")[0]
        more = f"[api]\nvendordata_providers = DynamicJSON\nvendordata_dynamic_targets = site@{url}\n" if url else ""
        path.config.write_text(text + more)
    return write


def hide_lab(_):
    """As on a hypervisor: nobody can be asked from inside."""
    os.rename("/run/metapath-lab", "/run/hidden-lab")


def show_lab(_):
    os.rename("/run/hidden-lab", "/run/metapath-lab")


def two_at_once(path):
    sh(f"ip -n {path.island} address delete 169.254.169.254/32 dev {path.tap}")
    sh(f"ip netns exec {path.blue} iptables -I INPUT -p tcp -j DROP")


EACH, BOTH, OWN, STOCK, CLOUD = (Own, Stock, Cloud), (Own, Stock), (Own,), (Stock,), (Cloud,)
SHADOW = ("ip netns exec {p.blue} nft 'add table ip other; add chain ip other pre {{ type nat hook prerouting priority -150; }};"
          " add rule ip other pre tcp dport 80 redirect to :81'")

ALL = [
    Fault("nothing", None, BOTH, lambda path: None, status=0, passed=("documents",)),
    Fault("nothing in a cloud", None, CLOUD, lambda path: None, status=0,
          passed=("documents", "project", "clock", "Neutron")),
    Fault("nothing, service at a UNIX socket", None, OWN, serve_at_socket, status=0, passed=("documents",),
          after=serve_at_port),
    Fault("nothing, guests are virtual machines", None, (Stock, Cloud), hide_lab, status=0, after=show_lab),
    Fault("port unknown, guests are virtual machines", "resolution", STOCK,
          lambda path: (hide_lab(path), set_ports(change_first(1, "10.0.0.99"))(path)), set_ports(lambda rows: rows),
          code="unresolved", after=show_lab),
    Fault("nothing, no service to compare with", None, OWN, serve_nowhere, status=0, passed=("listener",),
          after=serve_at_port),
    Fault("rule shadowed", "rules", EACH, command(SHADOW), code="rule-shadowed"),
    Fault("input dropped", "rules", BOTH, command("ip netns exec {p.blue} iptables -I INPUT -i qr-+ -p tcp -j DROP"),
          code="rule-drops"),
    Fault("dropped in the other engine", "rules", BOTH,
          command("ip netns exec {p.green} iptables-legacy -t mangle -A PREROUTING -d 169.254.0.0/16 -j DROP"),
          code="rule-drops"),
    Fault("policy drop", "rules", BOTH, command("ip netns exec {p.green} iptables -P INPUT DROP"), code="rule-drops"),
    Fault("metadata address missing", "addresses", BOTH,
          command("ip -n {p.island} address delete 169.254.169.254/32 dev {p.tap}"), code="metadata-address-missing"),
    Fault("address a duplicate", "addresses", BOTH, duplicate, code="address-duplicate"),
    Fault("packets too large", "addresses", BOTH, narrow, code="large-replies-lost"),
    Fault("no route in the guest", "guest route", BOTH,
          command("ip -n lab-test1 route delete 169.254.169.254; ip -n lab-test1 route delete default"),
          code="guest-route-missing"),
    Fault("guest with another address", "port", BOTH, use_other_address, code="guest-address-differs"),
    Fault("two at once", "addresses", BOTH, two_at_once, code="rule-drops"),
    Fault("worker stopped", "listener", OWN, lambda path: path.signal("up", signal.SIGSTOP),
          code="listener-stopped"),
    Fault("namespace missing", "namespace", OWN, command("ip netns delete {p.green}; sleep 1"),
          lambda path: (path.stop("up"), path.metapath("lab", "down"), path.metapath("lab", "up", CATALOGUE),
                        path.up()), code="namespace-missing"),
    Fault("instance not in the store", "port", OWN,
          lambda path: path.metapath("instance", "delete", "test2", "--store", path.store),
          lambda path: path.metapath("instance", "import", CATALOGUE, "--store", path.store), code="port-unknown"),
    Fault("listener gone", "listener", OWN, lambda path: (path.stop("up", signal.SIGKILL), time.sleep(1.5)),
          lambda path: path.up(), code="listener-missing"),

    Fault("store's file gone", "nova", OWN, move_store("store.sqlite", "hidden.sqlite"),
          move_store("hidden.sqlite", "store.sqlite"), code="store-fails"),
    Fault("holder stopped, then rules flushed", "rules", OWN,
          both(lambda path: os.kill(path.processes["up"].pid, signal.SIGSTOP),
               command("ip netns exec {p.blue} nft flush ruleset")), code="rule-missing"),
    Fault("vendor data service away", "vendor data", OWN, vendor_data("http://127.0.0.1:9/"), status=1,
          code="vendor-data-fails"),
    Fault("second vendor data service away", "vendor data", OWN, vendor_data("http://127.0.0.1:8775/,other@http://127.0.0.1:9/a?b"),
          status=1, code="vendor-data-fails", after=vendor_data(None)),

    Fault("NAT rule missing", "rules", STOCK,
          both(iptables_path, command("ip netns exec {p.blue} iptables -t nat -F PREROUTING")), code="rule-missing"),
    Fault("rule in the other engine", "rules", STOCK,
          both(iptables_path, command("ip netns exec {p.blue} iptables -t nat -F PREROUTING; "
                                      f"ip netns exec {{p.blue}} iptables-legacy -t nat -A PREROUTING {REDIRECT}")),
          status=1, code="rules-in-legacy-engine"),
    Fault("marking rule missing", "rules", STOCK,
          both(iptables_path, command("ip netns exec {p.blue} iptables -A INPUT -m mark --mark 0x1/0xffff -j ACCEPT; "
                                      "ip netns exec {p.blue} iptables -A INPUT -p tcp --dport 9697 -j DROP")),
          code="mark-rule-missing"),
    Fault("haproxy gone", "listener", STOCK, lambda path: path.stop(path.blue), haproxy_again, code="listener-missing"),
    Fault("haproxy stopped", "listener", STOCK, lambda path: path.signal(path.blue, signal.SIGSTOP),
          code="listener-stopped"),
    Fault("rate limit below one boot", "listener", STOCK, limited, haproxy_again, code="rate-limit-low"),
    Fault("agent's socket missing", "agent socket", STOCK, lambda path: path.socket.unlink(), restart("agent"),
          code="agent-socket-missing"),
    Fault("agent killed", "agent socket", STOCK, lambda path: path.stop("agent", signal.SIGKILL),
          lambda path: path.agent(), code="agent-socket-dead"),
    Fault("agent stopped", "agent socket", STOCK, lambda path: path.signal("agent", signal.SIGSTOP),
          code="agent-socket-silent"),
    Fault("agent's backlog full", "agent socket", STOCK, fill_backlog,
          both(lambda path: path.signal("agent", signal.SIGCONT), lambda path: time.sleep(1)),
          code="agent-socket-full"),
    Fault("agent's socket of wrong mode", "agent socket", STOCK, other_user, code="agent-socket-mode",
          after=haproxy_again),
    Fault("port unknown to the agent", "resolution", STOCK, set_ports(change_first(1, "10.0.0.99")),
          set_ports(lambda rows: rows), code="unresolved"),
    Fault("two ports with one address", "resolution", STOCK, set_ports(lambda rows: rows + [rows[0]]),
          set_ports(lambda rows: rows), code="unresolved"),
    Fault("port of another project", "project", STOCK, set_ports(change_first(3, "0" * 32)),
          set_ports(lambda rows: rows), code="wrong-project"),
    Fault("instance missing in Nova", "nova", STOCK, forget_instance, restart("nova"), code="instance-missing"),
    Fault("wrong secret", "secret", STOCK,
          both(rewrite("agent_ini", lambda text: text.replace(SECRET, "another")), restart("agent")),
          code="secrets-differ"),
    Fault("secret with a space", "secret", STOCK,
          both(rewrite("agent_ini", lambda text: text.replace(SECRET, f"'{SECRET} '")), restart("agent")),
          code="secret-padded"),
    Fault("secret with a comment", "secret", STOCK,
          both(rewrite("agent_ini", lambda text: text.replace(SECRET, f"{SECRET}  # as in nova.conf")), restart("agent")),
          code="secret-padded"),
    Fault("secret in a wrong section", "secret", STOCK,
          both(rewrite("nova_conf", lambda text: text.replace("metadata_proxy_shared", "[api]\nmetadata_proxy_shared")),
               restart("nova")), code="secret-wrong-place"),
    Fault("secret changed, Nova not restarted", "secret", STOCK,
          both(lambda path: time.sleep(2), rewrite("agent_ini", lambda text: text.replace(SECRET, "new1")),
               rewrite("nova_conf", lambda text: text.replace(SECRET, "new1")), restart("agent")),
          code="secret-not-reloaded"),
    Fault("secret changed, agent not restarted", "secret", STOCK,
          both(lambda path: path.write(), restart("agent"), restart("nova"), lambda path: time.sleep(2),
               rewrite("agent_ini", lambda text: text.replace(SECRET, "new2")),
               rewrite("nova_conf", lambda text: text.replace(SECRET, "new2")), restart("nova")),
          both(lambda path: path.write(), restart("agent"), restart("nova")), code="secret-not-reloaded"),
    Fault("Nova down", "nova", STOCK, lambda path: path.stop("nova"), lambda path: path.nova(), code="nova-unreachable"),
    Fault("Nova stopped", "nova", STOCK, lambda path: path.signal("nova", signal.SIGSTOP),
          code="nova-slow"),
    Fault("no secret in the agent's file", "secret", STOCK,
          both(rewrite("agent_ini", lambda text: text.replace("metadata_proxy_shared_secret", "# shared_secret")),
               restart("agent")), code="secret-missing", after=both(lambda path: path.write(), restart("agent"))),
    Fault("certificate that nobody has signed", "nova", STOCK, tls, code="nova-certificate", after=no_tls),
    Fault("gzip unpacked on the way", "bytes", (Stock, Cloud), give_packed_user_data, code="user-data-differs",
          after=agent_again),

    Fault("Neutron down", "resolution", CLOUD, lambda path: path.stop("neutron"), lambda path: path.neutron(), status=1,
          code="neutron-fails"),
    Fault("two ports in Neutron with one address", "port", CLOUD, neutron_port("10.0.0.5", "1" * 32),
          code="address-twice"),
    Fault("stale port of a deleted instance", "nova", CLOUD, neutron_port("10.0.0.44", "2" * 32),
          code="instance-missing"),
    Fault("port of another project in Neutron", "project", CLOUD, port_with(project_id="0" * 32), code="wrong-project"),
    Fault("port that no host has taken", "port", CLOUD, port_with(**{"binding:vif_type": "binding_failed"}),
          code="port-binding-failed"),
    Fault("port down", "port", CLOUD, port_with(status="DOWN"), status=1, code="port-down"),
    Fault("one instance of a cloud", None, CLOUD,
          lambda path: setattr(path, "doctor_options", ("--instance", path.ports[0][2])), status=0,
          passed=("listener", "documents", "project"), after=lambda path: setattr(path, "doctor_options", ())),
    Fault("one network of a cloud", None, CLOUD,
          lambda path: setattr(path, "doctor_options", ("--network", NETWORKS["island"])), status=0,
          passed=("listener", "documents", "project"), after=lambda path: setattr(path, "doctor_options", ())),
    Fault("service's store gone", "nova", CLOUD, move_store("store.sqlite", "hidden.sqlite"),
          both(move_store("hidden.sqlite", "store.sqlite"), restart("nova")), code="store-fails"),
    Fault("Neutron's clock ahead", "resolution", CLOUD,
          lambda path: (path.stop("neutron"), path.neutron("90")), restart("neutron"), status=1, code="clock-differs"),
]
