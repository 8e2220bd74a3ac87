/// All checks over all that is to be looked at.
public struct Examination: Sendable {
    public var namespaces: [NamespacePath]
    public var services: [ServicePath]
    public var guests: [GuestPath]
    /// Told how many of how many subjects are done.
    public var progress: @Sendable (Int, Int) -> Void

    public init(
        namespaces: [NamespacePath], services: [ServicePath], guests: [GuestPath],
        progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) {
        self.namespaces = namespaces
        self.services = services
        self.guests = guests
        self.progress = progress
    }

    static let ofNamespaces: [any Check<NamespacePath>] = [
        NamespaceCheck(), AddressCheck(), RuleCheck(), ListenerCheck(), RateLimitCheck(),
    ]
    static let ofServices: [any Check<ServicePath>] = [
        AgentSocketCheck(), SecretCheck(), StoreCheck(), NovaCheck(), VendorDataCheck(),
        ClockCheck(), NeutronCheck(),
    ]
    static let ofGuests: [any Check<GuestPath>] = [
        GuestRouteCheck(), GuestIPv6RouteCheck(), GuestProxyCheck(), PortCheck(),
    ]
    /// Of what a guest is answered, which makes sense only where the way is open.
    static let ofAnswers: [any Check<GuestPath>] = [
        InstanceCheck(), ProjectCheck(), TimingCheck(), BytesCheck(),
    ]
    /// Of what has happened in namespaces meanwhile.
    static let ofTheEnd: [any Check<NamespacePath>] = [OverflowCheck()]

    /// Looks at everything once, guests last.
    public func run() async -> Diagnosis {
        let count = namespaces.count + services.count + guests.count
        let ofNamespaces = await each(namespaces, done: 0, of: count) { path in
            await Self.steps(Self.ofNamespaces, path)
        }
        let looked = await each(services, done: namespaces.count, of: count) { await $0.looked() }
        let ofServices = await each(looked, done: namespaces.count, of: count) { path in
            await Self.steps(Self.ofServices, path)
        }
        let paths = guests.map { guest($0, ofNamespaces, looked, ofServices) }
        let ofGuests = await each(paths, done: namespaces.count + services.count, of: count) { path in
            var path = path
            let steps = await Self.steps(Self.ofGuests, path)
            path.brokenAt = path.brokenAt ?? Self.broken(steps)
            return steps + (await Self.steps(Self.ofAnswers, await path.looked()))
        }
        let ofTheEnd = await each(namespaces, done: count - namespaces.count, of: count) { path in
            await Self.steps(Self.ofTheEnd, path)
        }
        return Diagnosis(steps: (ofNamespaces + ofServices + ofGuests + ofTheEnd).flatMap(\.self).map(withKnownDefects))
    }

    /// With what has been found on its way so far.
    private func guest(
        _ path: GuestPath, _ ofNamespaces: [[Step]], _ looked: [ServicePath], _ ofServices: [[Step]]
    ) -> GuestPath {
        var path = path
        var steps: [Step] = []
        if let index = namespaces.firstIndex(where: { $0.namespace == path.arrival?.namespace }) {
            steps += ofNamespaces[index]
        }
        if let index = looked.firstIndex(where: { $0.name == path.service?.name }) {
            path.service = looked[index]
            steps += ofServices[index]
        }
        path.brokenAt = Self.broken(steps)
        return path
    }

    /// What is published of the installed releases, where a finding looks like it.
    private func withKnownDefects(_ step: Step) -> Step {
        guard case .found(var findings) = step.outcome else { return step }
        var releases: [Release] = []
        for release in services.flatMap(\.releases) where !releases.contains(release) { releases.append(release) }
        for index in findings.indices {
            findings[index].evidence += KnownDefect.notes(on: findings[index], releases)
        }
        var step = step
        step.outcome = .found(findings)
        return step
    }

    private static func broken(_ steps: [Step]) -> Hop? {
        steps.flatMap(\.findings).filter { $0.code.severity == .failure }.map(\.code.hop).min()
    }

    private static func steps<Subject>(_ checks: [any Check<Subject>], _ subject: Subject) async -> [Step] {
        var steps: [Step] = []
        for check in checks {
            if let step = await check.step(subject) { steps.append(step) }
        }
        return steps
    }

    private func each<Item: Sendable, Value: Sendable>(
        _ items: [Item], done: Int, of count: Int, _ body: @escaping @Sendable (Item) async -> Value
    ) async -> [Value] {
        await inOrder(items, told: { [progress] now, _ in progress(done + now, count) }, body)
    }
}
