import CardApplications
import CardCore
import CardOperations

extension OperationError {
    /// The error without the policies that it carries, but with the id of the code that it is about.
    var brief: String {
        switch self {
        case .service: "service"
        case .card(let error): "card \(error.brief)"
        case .noSuchPIN(let name, _): "no such PIN \(name)"
        case .whichPIN(let pins): "which of \(pins.map(\.id).joined(separator: ","))"
        case .noSuchUnblockingCode(let name, _): "nothing called \(name) unblocks"
        case .whichUnblockingCode(let codes):
            "unblocked by which of \(codes.map(\.id).joined(separator: ","))"
        case .afterCode(let pin): "after \(pin.id)"
        case .challengeLost(let key): "challenge lost \(key.id)"
        case .refused(.format(let reason), let pin): "refused \(reason) \(pin.id)"
        case .refused(.newCodeFormat(let reason), let pin): "refused new \(reason) \(pin.id)"
        case .refused(let refusal, let pin): "refused \(refusal) \(pin.id)"
        case .blocked(let pin, _): "blocked \(pin.id) (\(pin.id))"
        case .code(let error, let pin): "\(error.brief) (\(pin.id))"
        case .stillBlocked(let pin): "still blocked \(pin.id)"
        case .cancelled: "cancelled"
        }
    }
}

extension PINError {
    var brief: String {
        switch self {
        case .wrong(let id, let tries): "wrong \(id) \(tries.map(String.init) ?? "?")"
        case .blocked(let id): "blocked \(id)"
        case .notInitialized(let id): "not initialized \(id)"
        case .notAllowed(let id, let status): "not allowed \(id) \(status)"
        case .newCodeRefused(let id, let status): "new code refused \(id) \(status)"
        case .newCodeTooSimple(let id): "new code too simple \(id)"
        case .newCodeNotSet(let id, let status): "new code not set \(id) \(status)"
        case .unblockingRefused(let id, let status): "unblocking refused \(id) \(status)"
        case .unexpected(let id, let status): "unexpected \(id) \(status)"
        case .outcomeUnknown(let id, _): "outcome unknown \(id)"
        case .card(let error): "card \(error.brief)"
        }
    }
}

extension CardError {
    var brief: String {
        switch self {
        case .transport(let error): "transport \(error)"
        case .notRecognised: "not recognised"
        case .notSupported: "not supported"
        case .applicationNotFound(let family): "no application \(family)"
        case .terminated: "terminated"
        case .derivedCodes: "derived codes"
        case .malformed(let file): "malformed \(file)"
        case .unexpected(let status, let instruction):
            "unexpected \(status) to \(Hex.string(of: [instruction]))"
        }
    }
}
