internal import LoginSessions
internal import PCSC

/// Which readers `--reader` lets through.
struct WatchFilter {
    /// What somebody should be told about their wish.
    enum Remark: Equatable {
        case nobodyYet(String)
        case noSuchNumber(String)
    }

    private let wish: String?
    /// The one name that is meant; `nil` where a part of a name is.
    private var name: String?
    private var isSettled = false

    init(_ wish: String?) { self.wish = wish }

    /// Numbers, and names that a reader has as a whole, mean what they mean in the first list of readers.
    mutating func settle(_ readers: [Reader]) -> Remark? {
        guard let wish, !isSettled else { return nil }
        isSettled = true
        if let number = readers.indices.first(where: { "\($0 + 1)" == wish }) {
            name = readers[number].name
        } else if readers.contains(where: { $0.name == wish }) {
            name = wish
        } else if !readers.contains(where: { isPart(of: $0.name, wish) }) {
            // Sixteen readers are all that there can be.
            let isNumber = wish.count <= 2 && wish.allSatisfy(\.isNumber)
            return isNumber ? .noSuchNumber(wish) : .nobodyYet(wish)
        }
        return nil
    }

    func lets(_ event: WatchEvent) -> Bool {
        guard let wish, let reader = event.reader else { return true }
        guard let name else { return isPart(of: reader, wish) }
        return reader == name || reader == DaemonState.shownName(ofReader: name)
    }

    private func isPart(of name: String, _ wish: String) -> Bool {
        name.lowercased().contains(wish.lowercased())
    }
}
