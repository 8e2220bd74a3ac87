import HTTPWire
import MetadataDocuments

/// The part of a request that its answer depends on, borrowed from the read buffer.
struct Asking {
    var route: Route
    var method: Request.Method
    var methodName: UnsafeRawBufferPointer
    var target: UnsafeRawBufferPointer
    var headers: Headers
    /// The address text that `local-ipv4` falls back to and that an upstream is told. Nil: none, or not needed.
    var requester: [UInt8]?
    var body: UnsafeRawBufferPointer
    /// A body that is too large to be kept, in place of ``body``.
    var largeBody: LargeBody?
    /// Whether the body's length was announced. Nova fails on a password without it (contract nova.md §7).
    var hasContentLength: Bool

    enum Headers {
        /// In the read buffer: looked at only when it comes to that.
        case borrowed(RequestHeaders)
        case kept(accept: [UInt8]?)
    }

    /// Decides the form of an error page.
    var accept: HeaderValue {
        switch headers {
        case .borrowed(let headers): headers[.accept]
        case .kept(let accept): accept.map(HeaderValue.joined) ?? .absent
        }
    }

    /// A copy that outlives the read buffer, for the time that somebody else is asked.
    func kept() -> KeptAsking {
        KeptAsking(
            route: route, method: method, methodName: Array(methodName), target: Array(target), accept: accept.copy,
            requester: requester, body: Array(body), largeBody: largeBody,
            hasContentLength: hasContentLength)
    }
}

/// An ``Asking`` that owns its bytes.
struct KeptAsking: Sendable {
    var route: Route
    var method: Request.Method
    var methodName: [UInt8]
    var target: [UInt8]
    var accept: [UInt8]?
    var requester: [UInt8]?
    var body: [UInt8]
    var largeBody: LargeBody?
    var hasContentLength: Bool

    func withAsking<Result>(_ use: (Asking) throws -> Result) rethrows -> Result {
        try methodName.withUnsafeBytes { methodName in
            try target.withUnsafeBytes { target in
                try body.withUnsafeBytes { body in
                    try use(
                        Asking(
                            route: route, method: method, methodName: methodName, target: target,
                            headers: .kept(accept: accept), requester: requester, body: body,
                            largeBody: largeBody, hasContentLength: hasContentLength))
                }
            }
        }
    }
}
