import HTTPWire
import NIOCore

/// One connection to the control socket.
final class ControlResponder: Responder {
    private static let contentType = "application/x-ndjson"

    private let eventLoop: any EventLoop
    private let watches: WatchSet

    init(eventLoop: any EventLoop, watches: WatchSet) {
        self.eventLoop = eventLoop
        self.watches = watches
    }

    func respond(to request: borrowing Request, into response: inout ResponseWriter) -> Disposition {
        guard request.method == .get else {
            response.write(Self.page(Status(405, "Method Not Allowed"), "expected GET"))
            return .complete
        }
        do throws(WatchQuery.Mistake) {
            let query = try WatchQuery(target: String(decoding: request.target, as: UTF8.self))
            return .later(eventLoop.makeSucceededFuture(watch(query)))
        } catch {
            response.write(Self.page(error.isUnknown ? .notFound : .badRequest, error.text))
            return .complete
        }
    }

    private func watch(_ query: WatchQuery) -> Response {
        let body =
            switch query {
            case .trace(let filter): watches.begin(TraceFeed(filter), every: .milliseconds(50), on: eventLoop)
            case .top(let window, let rows):
                watches.begin(TopFeed(window: window, rows: rows), every: .seconds(1), on: eventLoop)
            }
        guard let body else {
            return Self.page(
                .serviceUnavailable, "\(RequestObservers.maximumWatchers) clients watch already; end one of them")
        }
        return Response(.ok, contentType: Self.contentType, body: NIOLoopBound(body, eventLoop: eventLoop))
    }

    private static func page(_ status: Status, _ text: String) -> Response {
        Response(status, contentType: "text/plain; charset=UTF-8", body: ByteBuffer(string: text + "\n"))
    }
}
