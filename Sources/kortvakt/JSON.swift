internal import CardApplications
internal import CardOperations
internal import FoundationEssentials

/// JSON on standard output; unknown values are `null`, and keys stand in alphabetical order.
///
/// It may end up on a terminal, and much of it is text from cards: whatever could steer a terminal is escaped.
enum JSON {
    static func print(_ value: some Encodable) {
        if let line = line(value) { Output.line(line) }
    }

    /// One line without its end.
    static func line(_ value: some Encodable) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return nil }
        return escaped(String(decoding: data, as: UTF8.self))
    }

    /// The encoder escapes what JSON demands (RFC 8259, section 7), which leaves DEL, C1 and formatting characters.
    private static func escaped(_ json: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    let digits = String(unit, radix: 16)
                    let zeros = String(repeating: "0", count: 4 - digits.count)
                    result.append(contentsOf: "\\u\(zeros)\(digits)".unicodeScalars)
                }
            default: result.append(scalar)
            }
        }
        return String(result)
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

    /// For a command line that could not be understood.
    init(usage message: String) {
        error = Content(
            code: "usage",
            pin: Nullable(nil),
            remainingTries: Nullable(nil),
            message: message.split(whereSeparator: \.isNewline).joined(separator: " "),
            advice: []
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
        let length = policy.forNewCode.allowedLength
        (minimumLength, maximumLength) = (length.lowerBound, length.upperBound)
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
