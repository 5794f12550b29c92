package import CardCore

extension Card {
    /// Gives `body` a transaction as a channel of no particular kind, for code that knows no readers.
    ///
    /// It ends when the channel goes out of scope; otherwise like `withTransaction`.
    package mutating func withChannel<R, E: PCSCErrorConvertible>(
        trace: CardTrace? = nil,
        within limit: Duration = .seconds(5),
        _ body: (consuming AnyCardChannel) throws(E) -> R
    ) throws(E) -> R {
        let channel: AnyCardChannel
        do throws(PCSCError) {
            channel = AnyCardChannel(try begin(trace: trace, within: limit))
        } catch {
            throw E(error)
        }
        return try body(channel)
    }
}
