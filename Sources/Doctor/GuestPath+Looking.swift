import Identification
import NIOHTTP1

extension GuestPath {
    /// Asks whose the instance is, and for every document, of the service and by the guest's way.
    func looked() async -> GuestPath {
        var path = self
        let start = ContinuousClock.now
        path.owner = await owner()
        path.documents = await comparison()
        path.comparisonTook = start.duration(to: .now)
        return path
    }

    /// A store of ours has the port in the instance; only Neutron can have it otherwise.
    private func owner() async -> Result<String?, LookFailure>? {
        guard guest.port != nil, let service else { return nil }
        switch service.records {
        case nil: return .failure(LookFailure("whoever answers is not on this host, nor are its data"))
        case .failure(let failure): return .failure(failure)
        case .success(let records):
            do {
                return .success(try await records.project(guest.instance))
            } catch {
                return .failure(LookFailure("\(records.name): \(error)"))
            }
        }
    }

    private func comparison() async -> DocumentComparison {
        if let brokenAt { return .notMade("the path is broken at \(brokenAt.rawValue)") }
        guard guest.hasPort else { return .notMade("there is no port") }
        guard let service else { return .notMade("no service answers directly") }
        guard !service.endpoints.isEmpty else {
            return .notMade("\(service.name) answers guests itself and listens nowhere else to be compared with")
        }
        guard let endpoint = service.answering else { return .notMade("no service answers directly") }
        guard let secret = service.secret else { return .notMade("there is no shared secret to sign with") }
        let headers = SignedHeaders.make(
            instance: guest.instance, project: guest.project, secret, address: guest.addresses.first.map { "\($0)" })
        let answers = await direct(endpoint, headers)
        switch GuestRequests.way(of: self) {
        case .failure(let failure):
            return .made(
                .init(direct: answers, through: MetadataAnswers(), paths: [], missing: failure.reason))
        case .success(let requests):
            let paths = DocumentComparison.order(answers)
            do throws(LookFailure) {
                return .made(.init(direct: answers, through: try await requests.ask(paths), paths: paths))
            } catch {
                return .made(
                    .init(direct: answers, through: MetadataAnswers(), paths: [], missing: error.reason))
            }
        }
    }

    private func direct(_ endpoint: MetadataEndpoint, _ headers: HTTPHeaders) async -> MetadataAnswers {
        await endpoint.ask(DocumentComparison.documents, headers: headers) { answers in
            answers["/latest/meta-data/"].map { $0.status == 200 ? DocumentComparison.leaves($0.body) : [] } ?? []
        }
    }
}
