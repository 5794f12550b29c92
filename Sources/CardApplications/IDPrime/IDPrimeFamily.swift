package import CardCore

/// Thales (Gemalto) IDPrime cards and SafeNet tokens without PKCS#15, as OpenSC's idprime driver reads them.
package enum IDPrimeFamily: CardFamily {
    package static let name = "idprime"
    /// The AID that OpenSC's idprime driver selects.
    package static let applicationIdentifiers: [[UInt8]] = [
        [0xA0, 0x00, 0x00, 0x00, 0x18, 0x80, 0x00, 0x00, 0x00, 0x06, 0x62]
    ]

    package static func isLikely(atr: ATR) -> Bool { IDPrimeGeneration.isLikely(atr) }

    package static func find(
        _ query: ApplicationQuery,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> FoundApplication? {
        switch query.way {
        case .asking:
            // On any other card the file's identifier might mean something else.
            guard let atr = query.hints.atr, isLikely(atr: atr) else { return nil }
            // An application is never told by its file identifiers alone: the index has to name the files of a Windows smart
            // card. Only the current file changes by reading it.
            let found = try open(IDPrimeFiles(), query.hints, on: &channel) {
                $0.isComplete && $0.namesCardFiles
            }
            guard let found else { return nil }
            return try query.found(found, on: &channel)
        case .selecting:
            for aid in query.hints.identifiers(of: Self.self) {
                var files = IDPrimeFiles(aid: aid)
                let status = try files.selectApplication(on: &channel)
                if status == .terminated { return .terminated }
                guard status.isSelected else { continue }
                if query.depth == .number, let number = try cardNumber(in: &files, on: &channel) {
                    return .recognised(RecognisedCard(family: name, number: number))
                }
                // Anything else that accepts the name is believed only when it has the index.
                guard let found = try open(files, query.hints, on: &channel, where: { _ in true }) else {
                    continue
                }
                return query.depth == .number
                    ? .recognised(RecognisedCard(family: name, number: nil)) : .application(found)
            }
            return nil
        }
    }

    static func open(
        _ files: IDPrimeFiles,
        _ hints: CardHints,
        on channel: inout AnyCardChannel,
        where isOurs: (IDPrimeIndex) -> Bool
    ) throws(TransportError) -> IDPrimeApplication? {
        var files = files
        let bytes = try files.read(.index, on: &channel) { prefix in
            prefix.first.map { 1 + Int($0) * IDPrimeIndex.entryLength } ?? 0
        }
        guard let bytes, let index = IDPrimeIndex(bytes), isOurs(index) else { return nil }
        return IDPrimeApplication(files: files, index: index, atr: hints.atr)
    }
}
