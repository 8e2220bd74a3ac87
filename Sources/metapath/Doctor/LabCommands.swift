import Lab
import NetworkNamespaces

/// What makes and starts anew what a lab has.
struct LabCommands {
    private var namespaces: Set<String> = []
    /// Names of haproxies' programs, which are their namespaces'.
    private var haproxies: Set<String> = []
    /// The name of the program that serves guests everywhere.
    private var path: String?

    /// - Parameter lab: nil where none stands.
    init(_ lab: LabStatus?) {
        guard let lab else { return }
        namespaces = Set(lab.listeners.map(\.namespace))
        haproxies = Set(lab.programs.filter { $0.role == .haproxy }.map(\.name))
        path = lab.programs.first { $0.role == .path }?.name
    }

    /// Nil where the namespace is not the lab's.
    func making(_ namespace: String) -> String? {
        namespaces.contains(namespace) ? "\(Self.program) lab mend" : nil
    }

    /// Nil where the lab has nobody to serve it.
    func starting(_ namespace: String) -> String? {
        guard namespaces.contains(namespace), let name = haproxies.contains(namespace) ? namespace : path else {
            return nil
        }
        return "\(Self.program) lab restart \(name)"
    }

    /// As a shell finds it whatever its `PATH`.
    static var program: String { (try? Executable.own()) ?? "metapath" }
}
