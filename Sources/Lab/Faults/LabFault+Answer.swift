// Faults of the service that answers, and of what comes back.
extension LabFault {
    private static let both: Set<LabPath.Kind> = [.metapath, .stock]

    static let ofServices = [
        LabFault(
            "nova-down", at: "nova", as: "nova-unreachable", [.stock], "Nova's service does not run.",
            "metapath lab stop {service}"),
        LabFault(
            "nova-slow", at: "nova", as: "nova-slow", [.stock], "Nova's service takes 40 seconds for an answer.",
            "pid=$(pgrep -f 'config-file {run}/nova.con[f] --store {store}') && kill -STOP $pid && "
                + "{ (sleep 40; kill -CONT $pid) >/dev/null 2>&1 & }"),
        LabFault(
            "nova-certificate-unknown", at: "nova", as: "nova-certificate", [.stock],
            "Nova is behind a certificate that the agent does not accept.",
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=nova "
                + "-addext subjectAltName=IP:127.0.0.1 -keyout {run}/tls.key -out {run}/tls.crt 2>/dev/null",
            "cat {run}/tls.crt {run}/tls.key > {run}/tls.pem",
            "printf '%s\\n' defaults ' mode http' ' timeout connect 5s' ' timeout client 60s' ' timeout server 60s' "
                + "'listen tls' ' bind 127.0.0.1:8776 ssl crt {run}/tls.pem' ' server nova {nova_address}' > {run}/tls.conf",
            "haproxy -D -f {run}/tls.conf",
            "sed -i 's/^nova_metadata_port.*/nova_metadata_port = 8776\\nnova_metadata_protocol = https/' "
                + "{run}/metadata_agent.ini", "metapath lab restart agent"),
        LabFault(
            "backend-bad", at: "nova", as: "backend-bad", [.metapath], "One of two services that answer does not.",
            "metapath lab stop metapath",
            "for port in 8781 8782; do metapath serve --config-file {nova_conf} --store {store} "
                + "--listen 127.0.0.1:$port >/dev/null 2>&1 & done; sleep 2",
            "{program} up --config-file {nova_conf} --store {store} --control-socket {run}/control "
                + "--upstream http://127.0.0.1:8781 --upstream http://127.0.0.1:8782 >/dev/null 2>&1 &", "sleep 2",
            "kill -STOP $(pgrep -f 'store {store} --listen 127.0.0.1:878[2]')"),
        LabFault(
            "database-gone", at: "nova", as: "store-fails", both, "The file with the instances is gone.",
            "mkdir {run}/away && mv {store_file}* {run}/away/"),
        LabFault(
            "instance-missing", at: "nova", as: "instance-missing", [.stock],
            "Nova does not have the instance of a port.",
            "metapath instance delete {instance} --store {store}"),
        LabFault(
            "port-left-over", at: "nova", as: "instance-missing", [.stock],
            "A port of an instance that has been deleted is left.",
            copy(
                of: "{instance}",
                changing: "s/{instance}/00000000-0000-4000-8000-00000000dead/;"
                    + "s/\"ip_address\": \"[^\"]*\"/\"ip_address\": \"192.0.2.44\"/")),
        LabFault(
            "project-wrong", at: "project", as: "wrong-project", [.stock],
            "The port belongs to another project than its instance.",
            "sed -i '/\"{instance}\"/s/\"project_id\": \"[^\"]*\"/\"project_id\": \"ffffffffffffffffffffffffffffffff\"/' "
                + "{run}/neutron.json"),
        LabFault(
            "vendor-data-away", at: "vendor data", as: "vendor-data-fails", both,
            "A vendor data service does not answer.",
            "printf '\\n[api]\\nvendordata_providers = DynamicJSON\\n"
                + "vendordata_dynamic_targets = site@http://127.0.0.1:9/\\n' >> {nova_conf}",
            "metapath lab restart {service}"),
        LabFault(
            "gzip-unpacked", at: "bytes", as: "user-data-differs", [.stock], "The agent unpacks the guest's user data.",
            "echo '#cloud-config' | gzip > {run}/user-data.gz",
            "metapath instance set {instance} --user-data {run}/user-data.gz --store {store}"),
        LabFault(
            "empty-value-mangled", at: "bytes", as: "documents-differ", [.stock],
            "The agent puts a word where a value is empty.",
            "metapath lab stop agent",
            "{program} lab stand-in agent --config-file {run}/metadata_agent.ini --empty-as None >/dev/null 2>&1 &",
            "sleep 1"),
    ]
}
