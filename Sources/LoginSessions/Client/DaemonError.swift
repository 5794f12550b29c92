/// Why the daemon did not do what it was asked, or was not even asked.
package enum DaemonError: Error, Hashable, Sendable {
    case notRunning
    /// There is no system bus, or it does not let us in.
    case noBus(errno: Int32)
    /// It said why.
    case refused(RequestRefusal)
    /// No answer in time, or the daemon ended meanwhile: it is not known whether it did it.
    case noAnswer
    /// It is another version, or no daemon of ours.
    case malformed
    /// Another error, by its name on the bus.
    case other(name: String)

    init(_ error: BusError) {
        switch error {
        case .accessDenied: self = .refused(.accessDenied)
        case .authorizationRequired: self = .refused(.authorizationRequired)
        case .tooMuch: self = .refused(.tooMany)
        case .serviceUnavailable: self = .notRunning
        case .noAnswer: self = .noAnswer
        // The name has an owner that does not have our object.
        case .notFound, .malformed: self = .malformed
        case .other(let name):
            self = RequestRefusal(rawValue: name).map { .refused($0) } ?? .other(name: name)
        }
    }
}
