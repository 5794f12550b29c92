internal import PCSC
internal import Texts

/// Which reader a command works with.
enum ReaderChoice {
    /// The named reader, or the only one with a card; never a guess.
    static func one(
        of readers: [ReaderStatus],
        named name: String?,
        json: Bool
    ) throws(PCSCError) -> ReaderStatus {
        guard !readers.isEmpty else { throw .noReader }
        if let name { return try named(name, of: readers, json: json) }
        let occupied = readers.filter { $0.presence == .present || $0.presence == .mute }
        guard occupied.count <= 1 else {
            Program.exit(with: .usage(Program.texts.severalCards, readers: list(readers), json: json))
        }
        guard let only = occupied.first else {
            throw readers.contains { $0.presence == .empty } ? .noCard : .readerUnavailable
        }
        return try answering(only)
    }

    /// Readers with the numbers that `--reader` takes.
    static func list(_ readers: [ReaderStatus]) -> [String] {
        readers.enumerated().map { "\($0.offset + 1)  \($0.element.reader.name)" }
    }

    private static func named(
        _ name: String,
        of readers: [ReaderStatus],
        json: Bool
    ) throws(PCSCError) -> ReaderStatus {
        if let numbered = readers.enumerated().first(where: { "\($0.offset + 1)" == name }) {
            return try answering(numbered.element)
        } else if let exact = readers.first(where: { $0.reader.name == name }) {
            return try answering(exact)
        } else {
            let similar = readers.filter { $0.reader.name.lowercased().contains(name.lowercased()) }
            if similar.count == 1, let only = similar.first { return try answering(only) }
        }
        Program.exit(with: .usage(Program.texts.noSuchReader(name), readers: list(readers), json: json))
    }

    private static func answering(_ status: ReaderStatus) throws(PCSCError) -> ReaderStatus {
        switch status.presence {
        case .present: return status
        case .empty: throw .noCard
        case .mute: throw .cardUnresponsive
        case .unavailable: throw .readerUnavailable
        }
    }
}
