internal import CardApplications
internal import CardCore

/// A question whose answer tells counters.
struct CounterQuestion: Sendable {
    typealias Reader = @Sendable (_ data: [UInt8]) -> [UInt8: PINStatus]

    /// A longer answer is not believed.
    let limit: Int
    /// What reads the answer to `command`, by the references of `PINPolicy`; `nil` when that is another question.
    let reader: @Sendable (_ command: [UInt8]) -> Reader?
}

/// What the card has been heard to say of its counters, told from what went over the wire.
struct CounterWatch {
    /// The last that was said of each reference.
    private(set) var statuses: [UInt8: PINStatus] = [:]
    /// The same of what was said after the last code.
    private(set) var sinceCode: [UInt8: PINStatus] = [:]
    /// Off where the person sends questions of their own, whose answers are the person's to read.
    var isOn = true

    private enum Asked {
        case data(CounterQuestion.Reader, limit: Int, received: [UInt8])
        case emptyVerify(reference: UInt8)
    }

    private var asked: Asked?

    private static let questions = [thales] + FuzzedFamily.all.flatMap(\.counterQuestions)

    /// The one that several families share.
    private static let thales = CounterQuestion(limit: 256) { command in
        guard command.starts(with: [0x00, 0xCB, 0x00, 0xFF, 0x05, 0xA0, 0x03, 0x83, 0x01]),
            command.count >= 10
        else { return nil }
        let reference = command[9]
        return { data in
            ThalesCounters.status(of: PINReference(rawValue: reference), in: data).map { [reference: $0] }
                ?? [:]
        }
    }

    mutating func willSend(_ bytes: [UInt8], carriesSecret: Bool) {
        guard isOn else { return }
        if carriesSecret { sinceCode = [:] }
        if bytes.count > 1, bytes[1] == Instruction.getResponse { return }
        asked = nil
        if bytes.starts(with: [0x00, 0x20, 0x00]), (4...5).contains(bytes.count) {
            asked = .emptyVerify(reference: bytes[3])
            return
        }
        for question in Self.questions {
            guard let reader = question.reader(bytes) else { continue }
            asked = .data(reader, limit: question.limit, received: [])
        }
    }

    mutating func received(_ response: ResponseAPDU) {
        switch asked {
        case .none: break
        case .emptyVerify(let reference):
            if let tries = response.status.remainingTries {
                note([reference: PINStatus(remainingTries: tries)])
            } else if response.status == .authenticationMethodBlocked {
                note([reference: PINStatus(remainingTries: 0)])
            }
            asked = nil
        case .data(let reader, let limit, let before):
            let data = before + response.data
            if response.status.sw1 == 0x61 {
                asked = .data(reader, limit: limit, received: data)
                return
            }
            // 6CXX may be followed by the same question or by GET RESPONSE with another length.
            guard response.status.sw1 != 0x6C else { return }
            asked = nil
            guard response.status.isSuccess, data.count <= limit else { return }
            note(reader(data))
        }
    }

    private mutating func note(_ heard: [UInt8: PINStatus]) {
        statuses.merge(heard) { $1 }
        sinceCode.merge(heard) { $1 }
    }

    mutating func failed() { asked = nil }
}
