import Foundation
import InstanceModel

extension HostView {
    /// Whether a name or an address, in brackets or not, is this host's own.
    public func isHere(_ host: String) async -> Bool {
        guard let address = IPAddress(host.filter { $0 != "[" && $0 != "]" }) else {
            return ["localhost", ProcessInfo.processInfo.hostName].contains(host)
        }
        let listing = (try? await output(["ip", "-j", "address"])) ?? ""
        let devices = (try? NetworkDevice.list(listing)) ?? []
        return devices.flatMap(\.addresses).contains { $0.address == address }
    }
}
