import InstanceModel

/// The rule that turns the ports found for a source address into a caller: exactly one, or none
/// (contract neutron.md §0 rule 5).
public enum PortMatch {
    /// Ports of one instance with the same address count as one.
    public static func instance(among candidates: [InstanceID]) -> Result<InstanceID, Refusal> {
        let distinct = Set(candidates)
        guard let only = distinct.first else { return .failure(.noPort) }
        return distinct.count == 1 ? .success(only) : .failure(.severalPorts(found: distinct.count))
    }
}
