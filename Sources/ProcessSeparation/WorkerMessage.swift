/// What a worker tells the holder.
public enum WorkerMessage: String, Sendable {
    /// Every socket that there was at the start is being served.
    case ready
    /// Somebody has asked this worker to end: another one is to take its place.
    case leaving
    /// Keep this for the next start. A file in memory goes with the message.
    case ports
}
