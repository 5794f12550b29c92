package import CardCore

extension Card {
    /// Lends a transaction as a channel of no particular kind, to code that knows no readers.
    ///
    /// Otherwise like `withTransaction`.
    package mutating func withChannel<R, E: PCSCErrorConvertible>(
        trace: CardTrace? = nil,
        within limit: Duration = .seconds(5),
        _ body: (inout AnyCardChannel) throws(E) -> R
    ) throws(E) -> R {
        var channel: AnyCardChannel
        do throws(PCSCError) {
            channel = AnyCardChannel(try begin(trace: trace, within: limit))
        } catch {
            throw E(error)
        }
        return try body(&channel)
    }
}
