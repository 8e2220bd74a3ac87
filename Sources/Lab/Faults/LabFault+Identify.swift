// Faults of who finds out which instance asks, and of how that is signed.
extension LabFault {
    static let ofAgent = [
        LabFault(
            "agent-socket-missing", at: "agent socket", as: "agent-socket-missing", [.stock],
            "The agent's socket has been removed.",
            "rm {run}/metadata_proxy"),
        LabFault(
            "agent-gone", at: "agent socket", as: "agent-socket-dead", [.stock],
            "The agent has been killed, and its socket is left.",
            "kill -KILL $(pgrep -f 'config-file {run}/metadata_agent.in[i]')"),
        LabFault(
            "agent-stuck", at: "agent socket", as: "agent-socket-silent", [.stock], "The agent is stopped.",
            "kill -STOP $(pgrep -f 'config-file {run}/metadata_agent.in[i]')"),
        LabFault(
            "agent-backlog-full", at: "agent socket", as: "agent-socket-full", [.stock],
            "More connections wait at the agent's socket than may.",
            "kill -STOP $(pgrep -f 'config-file {run}/metadata_agent.in[i]')",
            "for n in 1 2 3 4 5 6 7 8; do "
                + "curl -s --max-time 60 --unix-socket {run}/metadata_proxy http://agent/ >/dev/null 2>&1 & done",
            "sleep 1"),
        LabFault(
            "agent-socket-mode", at: "agent socket", as: "agent-socket-mode", [.stock],
            "The haproxy's user may not connect to the agent.",
            "chmod 755 {run}/metadata_proxy",
            "sed -i 's/user root/user nobody/; s/group root/group nogroup/' {run}/{router}.conf",
            "metapath lab restart {router}"),
        LabFault(
            "neutron-down", at: "resolution", as: "neutron-fails", [.stock], "Neutron's API does not run.",
            "metapath lab stop neutron"),
        LabFault(
            "neutron-clock-wrong", at: "resolution", as: "clock-differs", [.stock],
            "Neutron's clock is two hours behind.",
            "metapath lab stop neutron",
            "{program} lab stand-in neutron --ports {run}/neutron.json --port 9696 --clock-offset=-7200 "
                + ">/dev/null 2>&1 &", "sleep 1"),
    ]

    private static let secret = "metadata_proxy_shared_secret"

    static let ofSecrets = [
        LabFault(
            "secret-wrong", at: "secret", as: "secrets-differ", [.stock],
            "The agent signs with another secret than Nova has.",
            "sed -i 's/^\(secret).*/\(secret) = another/' {run}/metadata_agent.ini", "metapath lab restart agent"),
        LabFault(
            "secret-trailing-space", at: "secret", as: "secret-padded", [.stock],
            "The agent's secret ends with a space.",
            "sed -i \"s/^\(secret) = \\(.*\\)/\(secret) = '\\1 '/\" {run}/metadata_agent.ini",
            "metapath lab restart agent"),
        LabFault(
            "secret-with-comment", at: "secret", as: "secret-padded", [.stock],
            "A comment has become part of the agent's secret.",
            "sed -i 's/^\(secret).*/&  # as in nova.conf/' {run}/metadata_agent.ini", "metapath lab restart agent"),
        LabFault(
            "secret-wrong-section", at: "secret", as: "secret-wrong-place", [.stock],
            "Nova's secret stands in a section where Nova does not look.",
            "sed -i 's/^\(secret)/[api]\\n&/' {nova_conf}", "metapath lab restart {service}"),
        LabFault(
            "secret-nova-not-restarted", at: "secret", as: "secret-not-reloaded", [.stock],
            "The secret is new, and Nova still has the old one.",
            "sleep 2", "sed -i 's/^\(secret).*/\(secret) = new/' {nova_conf} {run}/metadata_agent.ini",
            "metapath lab restart agent"),
        LabFault(
            "secret-agent-not-restarted", at: "secret", as: "secret-not-reloaded", [.stock],
            "The secret is new, and the agent still has the old one.",
            "sleep 2", "sed -i 's/^\(secret).*/\(secret) = new/' {nova_conf} {run}/metadata_agent.ini",
            "metapath lab restart {service}"),
    ]
}
