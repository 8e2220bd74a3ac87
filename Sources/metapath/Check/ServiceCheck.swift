import Foundation
import InstanceModel
import InstanceStore
import MetadataDocuments
import MetadataService
import NIOCore
import NIOPosix
import NovaDatabase
import OpenStackAPI

/// Reaches everything that the metadata service will need, without serving anybody.
struct ServiceCheck {
    let settings: DaemonSettings

    func run() async throws -> [CheckRow] {
        let group = MultiThreadedEventLoopGroup.singleton
        var rows = identification()
        rows += await store()
        rows += await keystone("Keystone", settings.store.neutron?.keystone, group)
        if settings.store.nova != nil { rows.append(await neutron(settings.store.neutron, group)) }
        rows += try await vendorData(group)
        return rows
    }

    private func identification() -> [CheckRow] {
        guard case .proxyHeaders(_, let signatureRequired) = settings.service?.identify, !signatureRequired else {
            return []
        }
        return [
            CheckRow(
                name: "shared secret", state: .warning,
                found: "[neutron] metadata_proxy_shared_secret is empty: anybody can sign for any instance")
        ]
    }

    private func store() async -> [CheckRow] {
        guard let nova = settings.store.nova else {
            return [
                await Self.row("store") {
                    let store = try StoreOptions.open(settings.store.location)
                    let count = try await store.catalogue().instances.count
                    return (.fine, "\(settings.store.location), \(count) instances")
                }
            ]
        }
        return await NovaDatabase(nova.database) { _ in }.check().map { finding in
            switch finding.state {
            case .usable(let found): CheckRow(name: finding.name, state: .fine, found: found, took: finding.took)
            case .limited(let found): CheckRow(name: finding.name, state: .warning, found: found, took: finding.took)
            case .failed(let found): CheckRow(name: finding.name, state: .failed, found: found, took: finding.took)
            }
        }
    }

    private func keystone(
        _ name: String, _ wanted: KeystoneSettings?, _ group: any EventLoopGroup
    ) async -> [CheckRow] {
        guard let wanted else { return [] }
        let row = await Self.row(name) {
            let keystone = try wanted.keystone(on: group)
            let result: Result<String, any Error>
            do { result = .success(try await keystone.token()) } catch { result = .failure(error) }
            try await keystone.shutdown()
            _ = try result.get()
            return (.fine, "a token from \(wanted.credentials.authURL)")
        }
        return [row]
    }

    private func neutron(_ wanted: NeutronSettings?, _ group: any EventLoopGroup) async -> CheckRow {
        guard let wanted else {
            return CheckRow(
                name: "Neutron", state: .warning,
                found: "[neutron] auth_type is not set: security-groups is answered with 503")
        }
        return await Self.row("Neutron") {
            let neutron = try wanted.neutron(on: group)
            let result: Result<String, any Error>
            do { result = .success(try await neutron.check()) } catch { result = .failure(error) }
            try await neutron.shutdown()
            return (.fine, try result.get())
        }
    }

    private func vendorData(_ group: any EventLoopGroup) async throws -> [CheckRow] {
        let wanted = settings.vendorData
        var rows = wanted.warnings.map { CheckRow(name: "vendordata", state: .warning, found: $0) }
        if let path = wanted.file {
            rows.append(await Self.row("vendordata file") { (.fine, try VendorDataFile(path: path).check()) })
        }
        guard wanted.providers.contains(.dynamicJSON) else { return rows }
        rows += await keystone("vendordata's Keystone", wanted.keystone, group)
        let targets = try wanted.dynamicVendorData(on: group)
        for target in wanted.targets {
            rows.append(await Self.row("vendordata \(target.name)") { (.fine, try await targets.check(target)) })
        }
        try await targets.shutdown()
        return rows
    }

    private static func row(
        _ name: String, _ look: () async throws -> (CheckRow.State, String)
    ) async -> CheckRow {
        let start = ContinuousClock.now
        do {
            let (state, found) = try await look()
            return CheckRow(name: name, state: state, found: found, took: start.duration(to: .now))
        } catch {
            return CheckRow(name: name, state: .failed, found: "\(error)", took: start.duration(to: .now))
        }
    }
}
