import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What can go wrong on the way, in an operator's words.
extension HTTPSession {
    /// Whether the service may not have seen the request, or could not end its answer: another try may succeed. That
    /// no connection has become free in time is one of these.
    static func isConnectionFailure(_ error: any Error) -> Bool {
        switch error {
        case is NIOConnectionError, is IOError, ChannelError.connectTimeout: true
        case let error as HTTPClientError:
            error == .connectTimeout || error == .remoteConnectionClosed || error == .tlsHandshakeTimeout
                || error == .getConnectionFromPoolTimeout
        default: false
        }
    }

    func timedOut(_ request: HTTPClientRequest) -> OpenStackAPIError {
        OpenStackAPIError(
            .timedOut,
            "\(request.shown): expected an answer within \(timeout) s, found none; check the service, or raise timeout")
    }

    func described(_ error: any Error, _ request: HTTPClientRequest, limit: Int) -> OpenStackAPIError {
        switch error {
        case let error as OpenStackAPIError: return error
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: return untrusted(error, request)
        case is NIOTooManyBytesError:
            return OpenStackAPIError(
                .unreadable, "\(request.shown): expected an answer of at most \(limit) octets, found a longer one")
        case _ where Self.isConnectionFailure(error):
            let tries = retries == 0 ? "one try" : "\(retries + 1) tries"
            return OpenStackAPIError(
                .unreachable,
                "\(request.shown): expected a connection, found none in \(tries) (\(error)); "
                    + "check that the service runs and that its address can be reached from here")
        case let error as HTTPClientError where Self.isMalformedURL(error):
            return OpenStackAPIError(
                .noEndpoint, "\(request.shown): expected an address such as https://HOST:PORT/PATH (\(error))")
        default:
            return OpenStackAPIError(.unreachable, "\(request.shown): expected an HTTP answer, found \(error)")
        }
    }

    private func untrusted(_ error: any Error, _ request: HTTPClientRequest) -> OpenStackAPIError {
        OpenStackAPIError(
            .insecure,
            "\(request.shown): expected a TLS connection with a certificate that is trusted here, found \(error); "
                + "cafile names the CA of the service, certfile and keyfile what it wants to see of us")
    }

    private static func isMalformedURL(_ error: HTTPClientError) -> Bool {
        error == .invalidURL || error == .emptyHost || error == .emptyScheme
            || error.shortDescription == HTTPClientError.unsupportedScheme("").shortDescription
    }
}

extension HTTPClientRequest {
    /// Method and address for a message.
    var shown: String { "\(method.rawValue) \(URLText.shown(url))" }
}
