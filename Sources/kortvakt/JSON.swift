internal import CardApplications
internal import CardOperations
internal import FoundationEssentials

/// JSON on standard output; unknown values are `null`, and keys stand in alphabetical order.
enum JSON {
    static func print(_ value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return }
        Output.line(String(decoding: data, as: UTF8.self))
    }
}

/// An optional that is written as `null` and never left out.
struct Nullable<Value: Encodable>: Encodable {
    let value: Value?

    init(_ value: Value?) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}

struct ErrorJSON: Encodable {
    struct Content: Encodable {
        let code: String
        let pin: Nullable<String>
        let remainingTries: Nullable<Int>
        let message: String
        let advice: [String]
    }
    let error: Content

    init(_ failure: Failure) {
        error = Content(
            code: failure.code,
            pin: Nullable(failure.pin),
            remainingTries: Nullable(failure.remainingTries),
            message: "\(failure.happened) \(failure.next)",
            advice: failure.advice
        )
    }
}

struct PINJSON: Encodable {
    let id: String
    let role: Nullable<String>
    let label: String
    let kind: String
    let blocked: Nullable<Bool>
    let remainingTries: Nullable<Int>
    let maximumTries: Nullable<Int>
    let minimumLength: Int
    let maximumLength: Int
    let unblockedBy: Nullable<String>

    init(_ report: PINReport) {
        let policy = report.policy
        id = policy.id
        role = Nullable(policy.role?.rawValue)
        label = policy.label
        kind = policy.kind.rawValue
        blocked = Nullable(report.status.isBlocked)
        remainingTries = Nullable(report.status.remainingTries)
        maximumTries = Nullable(policy.maximumTries)
        minimumLength = policy.allowedLength.lowerBound
        maximumLength = policy.allowedLength.upperBound
        unblockedBy = Nullable(policy.unblockedBy)
    }
}

struct PINListJSON: Encodable {
    let pins: [PINJSON]
}

struct DoneJSON: Encodable {
    let done: String
    let pins: [PINJSON]

    init(_ done: Done) {
        self.done = done.operation
        pins = done.pins.map(PINJSON.init)
    }
}
