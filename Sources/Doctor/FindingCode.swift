/// Everything that can be found, by name. ``reference`` says of each where it is, how bad, why it comes and what mends it.
public enum FindingCode: String, CaseIterable, Sendable {
    // Arrive.
    case guestRouteMissing = "guest-route-missing"
    case guestIPv6RouteMissing = "guest-ipv6-route-missing"
    case guestProxy = "guest-proxy"
    case guestCutOff = "guest-cut-off"
    case portUnknown = "port-unknown"
    case addressTwice = "address-twice"
    case guestAddressDiffers = "guest-address-differs"
    case portDown = "port-down"
    case portBindingFailed = "port-binding-failed"
    case namespaceMissing = "namespace-missing"
    case namespaceBroken = "namespace-broken"
    case deviceMissing = "device-missing"
    case deviceDown = "device-down"
    case metadataAddressMissing = "metadata-address-missing"
    case addressDuplicate = "address-duplicate"
    case addressTentative = "address-tentative"
    case largeRepliesLost = "large-replies-lost"
    case ruleMissing = "rule-missing"
    case ruleShadowed = "rule-shadowed"
    case ruleDrops = "rule-drops"
    case markRuleMissing = "mark-rule-missing"
    case wrongRedirectPort = "wrong-redirect-port"
    case rulesInLegacyEngine = "rules-in-legacy-engine"
    case listenerMissing = "listener-missing"
    case listenerIPv6Missing = "listener-ipv6-missing"
    case listenerStopped = "listener-stopped"
    case holderStopped = "holder-stopped"
    case listenerBacklogFull = "listener-backlog-full"
    case listenerSilent = "listener-silent"
    case listenerOverflows = "listener-overflows"
    case descriptorsShort = "descriptors-short"
    case rateLimitLow = "rate-limit-low"
    case agentSocketMissing = "agent-socket-missing"
    case agentSocketDead = "agent-socket-dead"
    case agentSocketMode = "agent-socket-mode"
    case agentSocketFull = "agent-socket-full"
    case agentSocketSilent = "agent-socket-silent"

    // Identify.
    case clockDiffers = "clock-differs"
    case neutronFails = "neutron-fails"
    case unresolved
    case resolverFails = "resolver-fails"
    case secretMissing = "secret-missing"
    case secretWrongPlace = "secret-wrong-place"
    case secretOldName = "secret-old-name"
    case secretPadded = "secret-padded"
    case secretsDiffer = "secrets-differ"
    case secretNotReloaded = "secret-not-reloaded"
    case secretRefused = "secret-refused"

    // Answer.
    case novaUnreachable = "nova-unreachable"
    case novaCertificate = "nova-certificate"
    case novaSlow = "nova-slow"
    case novaFails = "nova-fails"
    case storeFails = "store-fails"
    case backendBad = "backend-bad"
    case instanceMissing = "instance-missing"
    case wrongProject = "wrong-project"
    case vendorDataFails = "vendor-data-fails"
    case answersSlowly = "answers-slowly"
    case noAnswer = "no-answer"
    case otherStatus = "other-status"
    case userDataDiffers = "user-data-differs"
    case documentsDiffer = "documents-differ"

    /// In what order, how bad, why and what then.
    public struct Reference: Sendable {
        public var hop: Hop
        public var severity: Severity
        /// One sentence.
        public var cause: String
        /// One sentence; a finding has the literal command besides.
        public var cure: String

        init(_ hop: Hop, _ severity: Severity, cause: String, cure: String) {
            self.hop = hop
            self.severity = severity
            self.cause = cause
            self.cure = cure
        }
    }

    public var hop: Hop { reference.hop }
    public var severity: Severity { reference.severity }
}
