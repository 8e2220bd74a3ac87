import NIOCore

/// A request's body that is larger than is collected, as a client sends it. The client is read only while the body is
/// wanted, so that no more than a few reads are held.
final class IncomingBody: BodySource {
    private weak var connection: ConnectionHandler?
    private var reader: BodyReader
    /// What had been decoded when the body turned out to be large.
    private var decoded: ByteBuffer
    /// The client holds the body back until it is told to go on.
    private var isHeldBack: Bool
    private var sink: (any BodySink)?
    private var isPaused = false
    /// Nothing more is given to anybody.
    private var isOver = false

    init(of connection: ConnectionHandler, _ parts: RequestParser.LargeBodyParts, isHeldBack: Bool) {
        self.connection = connection
        self.reader = parts.reader
        self.decoded = parts.decoded
        self.isHeldBack = isHeldBack
    }

    /// Whether it is the client that is waited for.
    var isWanted: Bool { sink != nil && !isPaused }

    func start(_ sink: any BodySink) {
        guard !isOver else { return sink.bodyEnded(.requestIncomplete) }
        self.sink = sink
        proceed()
    }

    func setPaused(_ isPaused: Bool) {
        guard self.isPaused != isPaused else { return }
        self.isPaused = isPaused
        if isPaused { connection?.followBody() } else { proceed() }
    }

    func cancel() {
        end()
        connection?.followBody()
    }

    /// The client will not send it to its end.
    func fail() {
        let sink = sink
        end()
        sink?.bodyEnded(.requestIncomplete)
    }

    /// Gives what has been received, and sees to it that more is. While requests are taken out of the bytes received,
    /// the connection's buffer is not its own; it calls again after that.
    func proceed() {
        guard let connection, !connection.isProcessing else { return }
        if isWanted, isHeldBack {
            isHeldBack = false
            connection.askForBody()
        }
        while isWanted, pass(from: connection) {}
        connection.followBody()
    }

    /// - Returns: whether there may be more at once.
    private func pass(from connection: ConnectionHandler) -> Bool {
        guard decoded.readableBytes == 0 else {
            let piece = decoded
            decoded = ByteBuffer()
            sink?.body(piece)
            return true
        }
        let (piece, state) = reader.read(&connection.input, isEnd: false)
        if piece.readableBytes > 0 { sink?.body(piece) }
        // The sink may have given up with that.
        if let sink { settle(state, sink, connection) }
        return false
    }

    private func settle(_ state: BodyReader.State, _ sink: any BodySink, _ connection: ConnectionHandler) {
        switch state {
        case .needMore where connection.inputClosed:
            connection.bodyFailed(nil)
        case .needMore:
            break
        case .complete:
            end()
            connection.bodyReceived()
            sink.bodyEnded(nil)
        case .failed(let reason):
            connection.bodyFailed(.malformed(reason))
        }
    }

    private func end() {
        isOver = true
        sink = nil
        decoded = ByteBuffer()
    }
}
