"""Ways in which a metadata path breaks. Each says which hop the doctor has to name, and how it is broken."""
import gzip
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

from paths import BLUE, CATALOGUE, NETWORKS, PROGRAM, SECRET, Cloud, Own, Stock, sh

REDIRECT = "-d 169.254.169.254/32 -i qr-+ -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 9697"


class Fault:
    """`mend` stands for the remedy where that is advice, or a command that the lab has no use for; `after` clears up."""

    def __init__(self, name, hop, kinds, broken, mend=None, status=2, code=None, after=None):
        self.name, self.hop, self.kinds, self.broken = name, hop, kinds, broken
        self.mend, self.status, self.code, self.after = mend, status, code, after

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


def proxy_process(path):
    path.start("proxied", "ip", "netns", "exec", "lab-test3", "env", f"http_proxy=http://user:{SECRET}@192.0.2.1:3128",
               "sleep", "987654")


def worker(path):
    return max(path.pids("up"))


def leave_descriptors(path, spare):
    """Let the worker have few descriptors more than it has open."""
    count = len(os.listdir(f"/proc/{worker(path)}/fd"))
    sh(f"prlimit --pid {worker(path)} --nofile={count + spare}:")


def few_descriptors(path):
    path.held = [socket.create_connection(("127.0.0.1", 8775)) for _ in range(150)]
    time.sleep(0.5)
    leave_descriptors(path, 15)


def small_backlog(path, size):
    path.stop("up")
    sh(f"ip netns exec {path.blue} sysctl -qw net.core.somaxconn={size}")
    path.up()


def connect_from(path, code):
    path.start("flood", "ip", "netns", "exec", "lab-test3", sys.executable, "-c",
               "import socket, time\n"
               "def connect():\n"
               "    one = socket.socket(); one.setblocking(False); one.connect_ex(('169.254.169.254', 80)); return one\n"
               + code)


def full_listener(path):
    small_backlog(path, 8)
    leave_descriptors(path, 0)
    connect_from(path, "many = [connect() for _ in range(40)]\ntime.sleep(100)")
    time.sleep(1)


def bursts(path):
    """More at once than may wait, again and again, while there is time for others in between."""
    small_backlog(path, 1)
    connect_from(path, "while True: many = [connect() for _ in range(40)]; time.sleep(0.3)")
    time.sleep(1)


def end_flood(path):
    path.stop("flood")
    sh(f"ip netns exec {path.blue} sysctl -qw net.core.somaxconn=4096")
    restart("up")(path)


def break_namespace(path):
    sh(f"ip netns delete {path.green}")
    time.sleep(1)
    pathlib.Path(f"/run/netns/{path.green}").touch()


def redirect_elsewhere(path):
    """Metapath's own table, as it is for another `metadata_port`."""
    table = sh(f"ip netns exec {path.blue} nft list table inet metapath").stdout.replace(":9697", ":9999")
    subprocess.run(["ip", "netns", "exec", path.blue, "nft", "-f", "-"], text=True,
                   input=f"delete table inet metapath\n{table}")
    time.sleep(1)


def haproxy_elsewhere(path):
    path.stop(path.blue)
    path.haproxy(path.blue)
    file = path.directory / f"{path.blue.split('-', 1)[1]}.conf"
    file.write_text(file.read_text().replace(":::9697", ":::9999"))
    path.stop(path.blue)
    path.start(path.blue, "ip", "netns", "exec", path.blue, "haproxy", "-f", file)
    time.sleep(1)


def rules_again(path):
    haproxy_again(path)
    sh(f"ip netns exec {path.blue} iptables -t nat -F PREROUTING")
    iptables_path(path)


def rate_limited(path):
    text = path.config.read_text()
    path.config.write_text(text + "[metadata_rate_limiting]\nrate_limit_enabled = True\nbase_query_rate_limit = 12\n")
    restart("up")(path)


def unlimited(path):
    path.config.write_text(path.config.read_text().split("[metadata_rate_limiting]")[0])
    restart("up")(path)


def give_packed_user_data(path):
    file = path.directory / "user-data.gz"
    file.write_bytes(gzip.compress(b"#cloud-config\n"))
    path.metapath("instance", "set", "test0", "--user-data", file, "--store", path.store)
    restart("agent")(path, "--unpack")


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


def rename(old, new):
    place = "/run/netns/"
    sh(f"touch {place}{new} && mount --bind {place}{old} {place}{new} && umount {place}{old} && rm {place}{old}")


def other_name(path):
    """Of the namespace of a router, with nobody who keeps rules in it."""
    path.stop("up")
    sh(f"ip netns exec {path.blue} nft flush ruleset")
    rename(path.blue, "house")
    hide_lab(path)
    path.start("up", PROGRAM, "up", "--namespace", f"house=router:{BLUE}", "--config-file", path.config, "--store",
               path.store, until="ready")
    time.sleep(1)


def own_name(path):
    path.stop("up")
    rename("house", path.blue)
    show_lab(path)
    path.up()


def two_at_once(path):
    sh(f"ip -n {path.island} address delete 169.254.169.254/32 dev {path.tap}")
    sh(f"ip netns exec {path.blue} iptables -I INPUT -p tcp -j DROP")


EACH, BOTH, OWN, STOCK, CLOUD = (Own, Stock, Cloud), (Own, Stock), (Own,), (Stock,), (Cloud,)
SHADOW = ("ip netns exec {p.blue} nft 'add table ip other; add chain ip other pre {{ type nat hook prerouting priority -150; }};"
          " add rule ip other pre tcp dport 80 redirect to :81'")

ALL = [
    Fault("nothing", None, EACH, lambda path: None, status=0),
    Fault("nothing, guests are virtual machines", None, (Stock, Cloud), hide_lab, status=0, after=show_lab),
    Fault("port unknown, guests are virtual machines", "resolution", STOCK,
          lambda path: (hide_lab(path), set_ports(change_first(1, "10.0.0.99"))(path)), set_ports(lambda rows: rows),
          code="unresolved", after=show_lab),
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
    Fault("guest without an IPv6 route", "guest route", BOTH,
          command("ip -n lab-test0 -6 route delete fe80::a9fe:a9fe"), status=1, code="guest-ipv6-route-missing"),
    Fault("guest without a link-local address", "guest route", BOTH,
          command("ip -n lab-test2 address add 2001:db8::2/64 dev eth0 nodad;"
                  "ip -n lab-test2 address delete fe80::f816:3eff:fe83:e22c/64 dev eth0"),
          status=1, code="guest-ipv6-route-missing", after=command("ip -n lab-test2 address delete 2001:db8::2/64 dev eth0")),
    Fault("guest with an HTTP proxy", "guest route", BOTH,
          command("mkdir -p /etc/netns/lab-test0; printf 'http_proxy=http://user:" + SECRET + "@192.0.2.1:3128\\n"
                  "no_proxy=\"localhost\"\\n' > /etc/netns/lab-test0/environment"), code="guest-proxy",
          after=command("rm -r /etc/netns/lab-test0; rmdir --ignore-fail-on-non-empty /etc/netns")),
    Fault("process with an HTTP proxy", "guest route", BOTH, proxy_process, lambda path: path.stop("proxied"),
          code="guest-proxy"),
    Fault("guest's cable pulled", "guest route", BOTH, command("ip -n metapath-lab link set p4 down"),
          code="guest-cut-off"),
    Fault("guest on no bridge", "guest route", BOTH, command("ip -n metapath-lab link set p6 nomaster"),
          code="guest-cut-off"),
    Fault("guest with another address", "port", BOTH, use_other_address, code="guest-address-differs"),
    Fault("two at once", "addresses", BOTH, two_at_once, code="rule-drops"),
    Fault("worker stopped", "listener", OWN, lambda path: path.signal("up", signal.SIGSTOP),
          code="listener-stopped"),
    Fault("namespace missing", "namespace", OWN, command("ip netns delete {p.green}; sleep 1"),
          lambda path: (path.stop("up"), path.metapath("lab", "down"), path.metapath("lab", "up", CATALOGUE),
                        path.up()), code="namespace-missing"),
    Fault("namespace broken", "namespace", OWN, break_namespace, code="namespace-broken"),
    Fault("device missing", "addresses", OWN, command("ip -n {p.blue} link delete qr-288b2571-6f"),
          code="device-missing"),
    Fault("address still waited for", "addresses", OWN,
          command("ip netns exec {p.island} sysctl -qw net.ipv6.conf.{p.tap}.accept_dad=1"
                  " net.ipv6.conf.{p.tap}.dad_transmits=60;"
                  "ip -n {p.island} address delete fe80::a9fe:a9fe/128 dev {p.tap};"
                  "ip -n {p.island} address add fe80::a9fe:a9fe/128 dev {p.tap}"), status=1, code="address-tentative"),
    Fault("rules for another port", "rules", OWN, redirect_elsewhere, code="wrong-redirect-port"),
    Fault("namespace of another name", "rules", OWN, other_name, code="rule-missing", after=own_name),
    Fault("few descriptors left", "listener", OWN, few_descriptors, status=1, code="descriptors-short",
          after=lambda path: [one.close() for one in path.held]),
    Fault("backlog full", "listener", OWN, full_listener, code="listener-backlog-full", after=end_flood),
    Fault("backlog too small", "listener", OWN, bursts, status=1, code="listener-overflows", after=end_flood),
    Fault("Metapath's rate limit below one boot", "listener", OWN, rate_limited, code="rate-limit-low",
          after=unlimited),
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
    Fault("vendor data service away", "vendor data", OWN, vendor_data("http://127.0.0.1:9/"), vendor_data(None), status=1,
          code="vendor-data-fails"),

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
    Fault("haproxy at another port", "rules", STOCK, haproxy_elsewhere, code="wrong-redirect-port", after=rules_again),
    Fault("haproxy gone", "listener", STOCK, lambda path: path.stop(path.blue), haproxy_again, code="listener-missing"),
    Fault("haproxy stopped", "listener", STOCK, lambda path: path.signal(path.blue, signal.SIGSTOP),
          code="listener-stopped"),
    Fault("rate limit below one boot", "listener", STOCK, limited, code="rate-limit-low", after=haproxy_again),
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
    Fault("gzip unpacked on the way", "bytes", STOCK, give_packed_user_data, restart("agent"),
          code="user-data-differs"),

    Fault("Neutron down", "resolution", CLOUD, lambda path: path.stop("neutron"), lambda path: path.neutron(), status=1,
          code="neutron-fails"),
    Fault("two ports in Neutron with one address", "port", CLOUD, neutron_port("10.0.0.5", "1" * 32),
          lambda path: path.write_ports(), code="address-twice"),
    Fault("stale port of a deleted instance", "nova", CLOUD, neutron_port("10.0.0.44", "2" * 32),
          lambda path: path.write_ports(), code="instance-missing"),
]
