extension FindingCode {
    public var reference: Reference {
        switch self {
        case .guestRouteMissing:
            Reference(
                .guestRoute, .failure,
                cause:
                    "The guest did not take DHCP's option 121 or the router's advertisement, or its port had no gateway.",
                cure: "Give it the route, or let it ask DHCP again.")
        case .guestIPv6RouteMissing:
            Reference(
                .guestRoute, .warning,
                cause:
                    "The guest has IPv6 without a usable link-local address, or did not take the route of the router's advertisement.",
                cure: "Give it the address or the route; IPv4 goes on without.")
        case .guestProxy:
            Reference(
                .guestRoute, .failure,
                cause: "The guest's environment sends requests for the metadata address to an HTTP proxy.",
                cure: "Name the metadata addresses in `no_proxy`.")
        case .guestCutOff:
            Reference(
                .guestRoute, .failure,
                cause:
                    "A device between the guest and its namespace is down or on no bridge, or a filter drops what the guest sends.",
                cure: "Set it up, put it on its bridge, or accept what it sends.")
        case .portUnknown:
            Reference(
                .port, .failure,
                cause: "The store, or Neutron, has no port for the guest on this network.",
                cure: "Make the port, or import the instance.")
        case .addressTwice:
            Reference(
                .port, .failure,
                cause:
                    "Two instances on one network have the same fixed address, so that nobody can tell which one asks.",
                cure: "Give one of them another address.")
        case .guestAddressDiffers:
            Reference(
                .port, .failure,
                cause: "The guest asks from an address that its port does not have.",
                cure: "Let the guest have its port's address, or give the port the guest's.")
        case .portDown:
            Reference(
                .port, .warning,
                cause:
                    "The port is switched off, its instance does not run, or the host's agent has not plugged it in.",
                cure: "Switch it on and let its host plug it in again.")
        case .portBindingFailed:
            Reference(
                .port, .failure,
                cause: "Neutron found no agent on the instance's host that could plug the port in.",
                cure: "Let that host's agent run, then have the port bound again.")
        case .namespaceMissing:
            Reference(
                .namespace, .failure,
                cause: "Neutron's agent has not made the namespace, or somebody has removed it.",
                cure: "Restart the agent, which makes what is missing.")
        case .namespaceBroken:
            Reference(
                .namespace, .failure,
                cause: "The name is left of a namespace that is gone, or was mounted where others do not see it.",
                cure: "Remove the name and let the agent make the namespace anew.")
        case .deviceMissing:
            Reference(
                .addresses, .failure, cause: "The agent has not plugged the namespace into the network.",
                cure: "Restart the agent.")
        case .deviceDown:
            Reference(.addresses, .failure, cause: "The device has been set down.", cure: "Set it up.")
        case .metadataAddressMissing:
            Reference(
                .addresses, .failure,
                cause: "The DHCP agent runs without isolated metadata, or somebody has removed the address.",
                cure: "Add the address; set `enable_isolated_metadata` or `force_metadata` so that it stays.")
        case .addressDuplicate:
            Reference(
                .addresses, .failure,
                cause: "Another machine on the network had the address when duplicate address detection asked.",
                cure: "Find it (a second DHCP agent has fe80::a9fe:a9fe too), then set the address again.")
        case .addressTentative:
            Reference(
                .addresses, .warning,
                cause: "Duplicate address detection has not ended, as when the device's other end is down.",
                cure: "Set the address without duplicate address detection.")
        case .largeRepliesLost:
            Reference(
                .addresses, .failure,
                cause: "Something between the guest and the namespace takes smaller packets than both of them send.",
                cure: "Give every device on the way the network's MTU.")
        case .ruleMissing:
            Reference(
                .rules, .failure,
                cause: "Somebody has flushed the NAT rules, or the agent runs with `enable_metadata_proxy = False`.",
                cure: "Put the rule back; a restart of the agent does it as well.")
        case .ruleShadowed:
            Reference(
                .rules, .failure, cause: "A rule that comes first translates metadata requests to something else.",
                cure: "Remove that rule, or let it leave out the metadata address.")
        case .ruleDrops:
            Reference(
                .rules, .failure, cause: "A filter drops what guests send to the metadata address.",
                cure: "Remove the rule, or accept metadata requests before it.")
        case .markRuleMissing:
            Reference(
                .rules, .failure,
                cause:
                    "The rule that marks guests' packets is gone, while the one that drops unmarked packets is there.",
                cure: "Put the marking rule back.")
        case .wrongRedirectPort:
            Reference(
                .rules, .failure, cause: "The L3 agent's `metadata_port` and the listener's port are not the same.",
                cure: "Let both have one port.")
        case .rulesInLegacyEngine:
            Reference(
                .rules, .warning,
                cause: "The rule was added with iptables-legacy while Neutron's agents use iptables on nftables.",
                cure: "Move the rule: in the other engine nobody sees it, and nobody keeps it.")
        case .listenerMissing:
            Reference(
                .listener, .failure, cause: "The namespace's haproxy, or Metapath, does not run or was not told of it.",
                cure: "Start it.")
        case .listenerIPv6Missing:
            Reference(
                .listener, .warning,
                cause: "The proxy was started before the namespace had its IPv6 address, or binds IPv4 alone.",
                cure: "Restart it.")
        case .listenerStopped:
            Reference(
                .listener, .failure, cause: "The process was stopped by a signal; the kernel goes on accepting for it.",
                cure: "Let it go on.")
        case .holderStopped:
            Reference(
                .listener, .warning,
                cause:
                    "The process that keeps Metapath's sockets and rules is stopped, so that nobody follows changes.",
                cure: "Let it go on.")
        case .listenerBacklogFull:
            Reference(
                .listener, .failure, cause: "The process takes no connections any more, or too few.",
                cure: "Restart it.")
        case .listenerSilent:
            Reference(
                .listener, .failure, cause: "The process takes connections and says nothing.", cure: "Restart it.")
        case .listenerOverflows:
            Reference(
                .listener, .warning,
                cause: "More guests connect at once than may wait for the process, which is slow or has little room.",
                cure: "Let more wait, and restart the listener, which learns it when it is opened.")
        case .descriptorsShort:
            Reference(
                .listener, .warning, cause: "The process has nearly as many files open as it may.",
                cure: "Raise its limit.")
        case .rateLimitLow:
            Reference(
                .listener, .failure,
                cause: "`[metadata_rate_limiting]` lets through less than the 28 requests that one boot makes.",
                cure: "Raise the limit above one boot.")
        case .agentSocketMissing:
            Reference(
                .agentSocket, .failure, cause: "The metadata agent does not run, or listens at another path.",
                cure: "Start the agent; let `metadata_proxy_socket` be the same for all agents.")
        case .agentSocketDead:
            Reference(
                .agentSocket, .failure, cause: "The socket's file is left of an agent that does not run any more.",
                cure: "Start the agent.")
        case .agentSocketMode:
            Reference(
                .agentSocket, .failure,
                cause: "Connecting needs write permission, which the haproxies' user does not have.",
                cure: "Change the socket's mode; set `metadata_proxy_socket_mode`, which Neutron 26 and later ignores.")
        case .agentSocketFull:
            Reference(
                .agentSocket, .failure,
                cause:
                    "More connections wait than may; Neutron 26 and later has room for five, whatever is configured.",
                cure: "Restart the agent if it hangs; fewer guests at once, or Metapath in its place, otherwise.")
        case .agentSocketSilent:
            Reference(
                .agentSocket, .failure, cause: "The agent takes the connection and does not answer.",
                cure: "Restart the agent.")
        case .clockDiffers:
            Reference(
                .resolution, .warning,
                cause: "The clock of this host, or of Neutron's or Keystone's, is not kept.",
                cure: "Set the clock that is wrong: tokens and certificates hold for a time.")
        case .neutronFails:
            Reference(
                .resolution, .warning,
                cause: "Neutron or Keystone is away, or the account of `[neutron]` is not accepted.",
                cure: "Start it, or correct the account; guests that are known already go on being served.")
        case .unresolved:
            Reference(
                .resolution, .failure,
                cause: "Whoever resolves guests finds no port, or several, for the scope and the source address.",
                cure: "Compare the port's addresses with the guest's; restart what keeps an old copy.")
        case .resolverFails:
            Reference(
                .resolution, .failure,
                cause: "The message bus is away from the agent, or Neutron's server does not answer on it.",
                cure: "Look for RPC in the agent's log, bring the message bus back, and restart the agent.")
        case .secretMissing:
            Reference(
                .secret, .failure, cause: "No file sets the shared secret, so that it is empty.",
                cure: "Set it on both sides.")
        case .secretWrongPlace:
            Reference(
                .secret, .failure, cause: "The secret stands in a section where nobody reads it.",
                cure: "Move it: `[neutron]` for Nova, `[DEFAULT]` for Neutron's agents.")
        case .secretOldName:
            Reference(
                .secret, .info, cause: "The option has a name of older releases, which Nova does not read any more.",
                cure: "Rename it before Nova is to read the file.")
        case .secretPadded:
            Reference(
                .secret, .failure, cause: "White space, a quote or a comment has become part of one side's secret.",
                cure: "Write it without.")
        case .secretsDiffer:
            Reference(
                .secret, .failure, cause: "The two sides were given different secrets.",
                cure: "Copy the secret of one side to the other, and restart that.")
        case .secretNotReloaded:
            Reference(
                .secret, .failure, cause: "A file was changed after the process had read it.",
                cure: "Restart the process.")
        case .secretRefused:
            Reference(
                .secret, .failure, cause: "The service does not accept what is signed with the secret of this side.",
                cure: "Compare the secrets of both sides.")
        case .novaUnreachable:
            Reference(
                .nova, .failure, cause: "The service does not run, or something is between.",
                cure: "Start it, or correct the address.")
        case .novaCertificate:
            Reference(
                .nova, .failure,
                cause: "The certificate has expired, is for another name, or nobody we trust has signed it.",
                cure: "Replace it, or name its authority with `auth_ca_cert`.")
        case .novaSlow:
            Reference(
                .nova, .failure,
                cause: "The service, its database or its vendor data needs longer than cloud-init waits.",
                cure: "Look at the service's log and its database.")
        case .novaFails:
            Reference(
                .nova, .failure, cause: "The service cannot build the answer, mostly because its database is away.",
                cure: "Look at the service's log and its database.")
        case .storeFails:
            Reference(
                .nova, .failure, cause: "The instances cannot be read: a file is gone, or a database does not answer.",
                cure: "Bring it back; guests whose documents are known already are served a while.")
        case .backendBad:
            Reference(
                .nova, .warning, cause: "One of several services that take turns does not work.",
                cure: "Mend it, or leave it out.")
        case .instanceMissing:
            Reference(
                .nova, .failure, cause: "The service does not know the instance that the port belongs to.",
                cure: "Remove the stale port, or make the instance.")
        case .wrongProject:
            Reference(
                .project, .failure, cause: "The port belongs to another project than the instance.",
                cure: "Make the port anew in the instance's project.")
        case .vendorDataFails:
            Reference(
                .vendorData, .warning, cause: "A vendor data file or service cannot be read.",
                cure: "Mend it; guests get their other documents.")
        case .answersSlowly:
            Reference(
                .timing, .warning, cause: "An answer takes a good part of the ten seconds that cloud-init waits.",
                cure: "Look at the hop with the longest time.")
        case .noAnswer:
            Reference(
                .bytes, .failure, cause: "A guest's connection or request ends without an answer.",
                cure: "Look at the log of whoever listens.")
        case .otherStatus:
            Reference(
                .bytes, .failure, cause: "A guest is answered otherwise than the service answers.",
                cure: "Look at the log of whoever listens, and of the agent.")
        case .userDataDiffers:
            Reference(
                .bytes, .failure,
                cause: "Something on the way changes bodies; Neutron 26 and later unpacks what begins like gzip.",
                cure: "Replace the hop that does, or pack user data otherwise.")
        case .documentsDiffer:
            Reference(
                .bytes, .failure, cause: "A guest gets other bytes than the service gives.",
                cure: "Look for a proxy between the guest and the service.")
        }
    }
}
