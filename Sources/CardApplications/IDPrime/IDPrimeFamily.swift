package import CardCore

/// Thales (Gemalto) IDPrime cards and SafeNet tokens without PKCS#15, as OpenSC's idprime driver reads them.
package enum IDPrimeFamily: CardFamily {
    package static let name = "idprime"
    /// The AID that OpenSC's idprime driver selects.
    package static let applicationIdentifiers: [[UInt8]] = [
        [0xA0, 0x00, 0x00, 0x00, 0x18, 0x80, 0x00, 0x00, 0x00, 0x06, 0x62]
    ]

    package static func isLikely(atr: ATR) -> Bool { IDPrimeGeneration.isOfFamily(atr) }

    /// Reads the index file, where the ATR says that it can be there; only the current file changes by that.
    ///
    /// On any other card its identifier might mean something else. An application is never told by its file identifiers
    /// alone: the index has to name the files of a Windows smart card.
    package static func look(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? {
        guard let atr = hints.atr, isLikely(atr: atr) else { return nil }
        return try open(IDPrimeFiles(), hints, on: &channel) { $0.isComplete && $0.namesCardFiles }
    }

    package static func select(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? {
        for aid in hints.identifiers(of: Self.self) {
            var files = IDPrimeFiles(aid: aid)
            guard try files.selectApplication(on: &channel).isSelected else { continue }
            if let found = try open(files, hints, on: &channel, where: { _ in true }) { return found }
        }
        return nil
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
