// Faults between a guest and the proxy.
extension LabFault {
    private static let both: Set<LabPath.Kind> = [.metapath, .stock]

    static let ofGuests = [
        LabFault(
            "guest-route-missing", at: "guest route", as: "guest-route-missing", both,
            "The guest has no route to the metadata address.",
            "ip -n {guest} route flush exact 169.254.169.254/32", "ip -n {guest} route flush exact 0.0.0.0/0"),
        LabFault(
            "guest-ipv6-route-missing", at: "guest route", as: "guest-ipv6-route-missing", both,
            "The guest has no route to fe80::a9fe:a9fe.",
            "ip -n {guest} -6 route flush exact fe80::a9fe:a9fe/128"),
        LabFault(
            "guest-link-local-missing", at: "guest route", as: "guest-ipv6-route-missing", both,
            "A guest has IPv6, and no link-local address.",
            "ip -n {network_guest} address add 2001:db8::77/64 dev eth0 nodad",
            "ip -n {network_guest} -6 address flush dev eth0 scope link"),
        LabFault(
            "guest-proxy-variable", at: "guest route", as: "guest-proxy", both,
            "A proxy variable of the guest leads its requests elsewhere.",
            "mkdir -p /etc/netns/{guest}", "echo 'http_proxy=http://192.0.2.1:3128' > /etc/netns/{guest}/environment"
        ).making("/etc/netns/{guest}"),
        LabFault(
            "guest-cable-pulled", at: "guest route", as: "guest-cut-off", both,
            "The bridge's port of the guest is down.",
            settingPort("down")),
        LabFault(
            "guest-on-no-bridge", at: "guest route", as: "guest-cut-off", both,
            "The port of the guest is on no bridge.",
            settingPort("nomaster")),
        LabFault(
            "guest-address-changed", at: "port", as: "guest-address-differs", both,
            "The guest uses another address than its port's.",
            "ip netns exec {guest} sysctl -qw net.ipv4.conf.eth0.promote_secondaries=1",
            "ip -n {guest} address add {other_cidr} dev eth0", "ip -n {guest} address delete {cidr} dev eth0"),
        LabFault(
            "port-unknown", at: "port", as: "port-unknown", [.metapath], "The store does not know the instance.",
            "metapath instance delete {instance} --store {store}"),
        LabFault(
            "port-unknown", at: "port", as: "port-unknown", [.stock], "Neutron does not know the guest's port.",
            "sed -i '/\"{instance}\"/d' {run}/neutron.json"),
        LabFault(
            "address-twice", at: "port", as: "address-twice", [.stock],
            "A port that is left over has the guest's address.",
            copy(of: "{instance}", changing: "s/{instance}/00000000-0000-4000-8000-00000000dead/")),
        LabFault(
            "port-unbound", at: "port", as: "port-binding-failed", [.stock], "Neutron could not bind the guest's port.",
            "sed -i '/\"{instance}\"/s/\"binding:vif_type\": \"ovs\"/\"binding:vif_type\": \"binding_failed\"/' {run}/neutron.json"
        ),
        LabFault(
            "port-down", at: "port", as: "port-down", [.stock], "Neutron has the guest's port as down.",
            "sed -i '/\"{instance}\"/s/\"status\": \"ACTIVE\"/\"status\": \"DOWN\"/' {run}/neutron.json"),
    ]

    /// Changes the bridge's port that the guest is behind.
    private static func settingPort(_ change: String) -> String {
        "port=$(ip -n {guest} -o link show eth0 | sed 's/.*eth0@if\\([0-9]*\\).*/\\1/') && ip -n {bridges} link set "
            + "$(ip -n {bridges} -o link | sed -n \"s/^$port: \\([^@]*\\)@.*/\\1/p\") \(change)"
    }

    /// One more line in Neutron's ports, with ids and a MAC address of its own.
    static func copy(of device: String, changing expression: String) -> String {
        "sed -i '/\"\(device)\"/{p;s/\"id\": \"[^\"]*\"/\"id\": \"00000000-0000-4000-8000-00000000cafe\"/;"
            + "s/\"mac_address\": \"[^\"]*\"/\"mac_address\": \"fa:16:3e:00:de:ad\"/;\(expression)}' "
            + "{run}/neutron.json"
    }

    static let ofNamespaces = [
        LabFault(
            "namespace-missing", at: "namespace", as: "namespace-missing", both, "The router's namespace is gone.",
            "ip netns delete {router}",
            "sleep 1"),
        LabFault(
            "namespace-broken", at: "namespace", as: "namespace-broken", both,
            "The router's namespace is gone, and its name is left.",
            "ip netns delete {router}", "sleep 1", "touch /run/netns/{router}"),
        LabFault(
            "device-missing", at: "addresses", as: "device-missing", both, "The router's device is gone.",
            "ip -n {router} link delete {router_device}"),
        LabFault(
            "device-down", at: "addresses", as: "device-down", both, "The router's device is down.",
            "ip -n {router} link set {router_device} down"),
        LabFault(
            "metadata-address-missing", at: "addresses", as: "metadata-address-missing", both,
            "The network's namespace lacks the metadata address.",
            "ip -n {network} address delete 169.254.169.254/32 dev {network_device}"),
        LabFault(
            "ipv6-address-duplicate", at: "addresses", as: "address-duplicate", both,
            "A guest had fe80::a9fe:a9fe when the network's namespace asked for it.",
            "ip netns exec {network} sysctl -qw net.ipv6.conf.{network_device}.accept_dad=1",
            "ip -n {network_guest} address add fe80::a9fe:a9fe/64 dev eth0 nodad",
            "ip -n {network} address delete fe80::a9fe:a9fe/128 dev {network_device}",
            "ip -n {network} address add fe80::a9fe:a9fe/128 dev {network_device}", "sleep 2.5",
            "ip -n {network_guest} address delete fe80::a9fe:a9fe/64 dev eth0"),
        LabFault(
            "ipv6-address-tentative", at: "addresses", as: "address-tentative", both,
            "The network's namespace goes on asking whether fe80::a9fe:a9fe is somebody else's.",
            "ip netns exec {network} sysctl -qw net.ipv6.conf.{network_device}.accept_dad=1 "
                + "net.ipv6.conf.{network_device}.dad_transmits=100",
            "ip -n {network} address delete fe80::a9fe:a9fe/128 dev {network_device}",
            "ip -n {network} address add fe80::a9fe:a9fe/128 dev {network_device}"),
        LabFault(
            "mtu-too-small", at: "addresses", as: "large-replies-lost", both,
            "The bridges' ports take smaller packets than guests send.",
            "ip -n {bridges} -o link show type veth | sed 's/^[0-9]*: \\([^@]*\\)@.*/link set \\1 mtu 1000/' | "
                + "ip -n {bridges} -batch -"),
    ]

    private static let guests = "-d 169.254.169.254/32 -i qr-+ -p tcp -m tcp --dport 80"
    private static let chain = "neutron-l3-agent-PREROUTING"

    static let ofRules = [
        LabFault(
            "rule-missing", at: "rules", as: "rule-missing", [.metapath],
            "The rules are gone, and who keeps them is stopped.",
            "kill -STOP $(pgrep -o -f 'control-socket {run}/contro[l]')", "ip netns exec {router} nft flush ruleset"),
        LabFault(
            "rule-missing", at: "rules", as: "rule-missing", [.stock],
            "The rule that leads guests to the proxy is gone.",
            "ip netns exec {router} iptables -t nat -F \(chain)"),
        LabFault(
            "rule-shadowed", at: "rules", as: "rule-shadowed", both,
            "An earlier rule leads metadata requests elsewhere.",
            "ip netns exec {router} nft 'add table ip other; "
                + "add chain ip other prerouting { type nat hook prerouting priority -150; }; "
                + "add rule ip other prerouting tcp dport 80 redirect to :81'"),
        LabFault(
            "rule-in-legacy-engine", at: "rules", as: "rules-in-legacy-engine", [.stock],
            "The rule is in the engine that Neutron's iptables does not use.",
            "ip netns exec {router} iptables -t nat -F \(chain)",
            "ip netns exec {router} iptables-legacy -t nat -A PREROUTING \(guests) -j REDIRECT --to-ports 9697"),
        LabFault(
            "rule-to-wrong-port", at: "rules", as: "wrong-redirect-port", [.metapath],
            "The rules lead guests to a port where nobody serves them.",
            "(echo delete table inet metapath; ip netns exec {router} nft list table inet metapath | "
                + "sed 's/:9697/:9698/') | ip netns exec {router} nft -f -"),
        LabFault(
            "proxy-at-wrong-port", at: "rules", as: "wrong-redirect-port", [.stock],
            "The router's haproxy listens elsewhere than its rule says.",
            "metapath lab stop {router}", "sed -i 's/:9697/:9698/' {run}/{router}.conf",
            "ip netns exec {router} setsid haproxy -f {run}/{router}.conf >/dev/null 2>&1 </dev/null & sleep 1"),
        LabFault(
            "rule-to-wrong-port", at: "rules", as: "wrong-redirect-port", [.stock],
            "The rule leads guests to a port where nobody serves them.",
            "ip netns exec {router} iptables -t nat -R \(chain) 1 \(guests) -j REDIRECT --to-ports 9698"),
        LabFault(
            "forward-drop", at: "rules", as: "rule-missing", [.stock],
            "The rule concerns another device, so that marked packets are dropped.",
            "ip netns exec {router} iptables -t nat -R \(chain) 1 "
                + guests.replacing("qr-", with: "qg-") + " -j REDIRECT --to-ports 9697"),
        LabFault(
            "mark-rule-missing", at: "rules", as: "mark-rule-missing", [.stock],
            "Nothing marks guests' packets, which input then drops.",
            "ip netns exec {router} iptables -t mangle -F \(chain)"),
        LabFault(
            "input-drop", at: "rules", as: "rule-drops", both, "A rule drops what guests send to the router.",
            "ip netns exec {router} iptables -I INPUT -i qr-+ -p tcp -j DROP"),
        LabFault(
            "input-policy-drop", at: "rules", as: "rule-drops", both, "The router drops whatever no rule accepts.",
            "ip netns exec {router} iptables -F INPUT", "ip netns exec {router} iptables -P INPUT DROP"),
        LabFault(
            "legacy-drop", at: "rules", as: "rule-drops", both, "A rule of the older engine drops metadata requests.",
            "ip netns exec {router} iptables-legacy -t mangle -A PREROUTING -d 169.254.0.0/16 -j DROP"),
    ]

    static let ofListeners = [
        LabFault(
            "listener-gone", at: "listener", as: "listener-missing", [.metapath], "Metapath has been killed.",
            "kill -KILL $(pgrep -f 'control-socket {run}/contro[l]')", "sleep 1"),
        LabFault(
            "listener-gone", at: "listener", as: "listener-missing", [.stock], "The router's haproxy does not run.",
            "metapath lab stop {router}"),
        LabFault(
            "listener-stuck", at: "listener", as: "listener-stopped", [.metapath], "Metapath's worker is stopped.",
            "kill -STOP $(pgrep -f 'control-socket {run}/contro[l] --worker')"),
        LabFault(
            "listener-stuck", at: "listener", as: "listener-stopped", [.stock], "The router's haproxy is stopped.",
            "kill -STOP $(pgrep -f 'haproxy -f {run}/{router}.con[f]')"),
        LabFault(
            "holder-stuck", at: "listener", as: "holder-stopped", [.metapath],
            "The process that keeps Metapath's sockets is stopped.",
            "kill -STOP $(pgrep -o -f 'control-socket {run}/contro[l]')"),
        LabFault(
            "backlog-full", at: "listener", as: "listener-backlog-full", [.metapath],
            "Metapath can open no more connections, and those that wait are as many as may.",
            "printf '\\n[DEFAULT]\\nmetadata_backlog = 8\\n' >> {nova_conf}", "metapath lab restart metapath",
            "prlimit --nofile=1: --pid $(pgrep -f 'control-socket {run}/contro[l] --worker')",
            "for guest in $(seq 24); do ip netns exec {guest} curl -s -m 40 http://169.254.169.254/ "
                + ">/dev/null 2>&1 </dev/null & done; for try in $(seq 50); do sleep 0.2; "
                + "ip netns exec {router} ss -Hltn 'sport = :9697' | awk '{ exit $2 < $3 }' && break; done"),
        LabFault(
            "rate-limit-low", at: "listener", as: "rate-limit-low", [.metapath],
            "Guests may ask less often than one boot does.",
            "printf '\\n[metadata_rate_limiting]\\nrate_limit_enabled = True\\nbase_query_rate_limit = 10\\n' "
                + ">> {nova_conf}", "metapath lab restart metapath"),
        LabFault(
            "rate-limit-low", at: "listener", as: "rate-limit-low", [.stock],
            "Guests may ask less often than one boot does.",
            "printf '%s\\n' '    stick-table type ip size 10k expire 10s store http_req_rate(10s)' "
                + "'    http-request track-sc0 src' "
                + "'    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 10 }' >> {run}/{router}.conf",
            "metapath lab restart {router}"),
    ]
}
