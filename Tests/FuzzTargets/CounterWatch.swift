internal import CardApplications
internal import CardCore

/// What the card has been heard to say of its counters, told from what went over the wire.
struct CounterWatch {
    /// The last that was said of each reference.
    private(set) var statuses: [UInt8: PINStatus] = [:]
    /// Off where the person sends questions of their own, whose answers are the person's to read.
    var isOn = true

    private enum Question {
        case getData(reference: UInt8, received: [UInt8])
        case emptyVerify(reference: UInt8)
    }

    private var question: Question?

    mutating func willSend(_ bytes: [UInt8]) {
        guard isOn else { return }
        if bytes.count > 1, bytes[1] == Instruction.getResponse { return }
        question = nil
        if bytes.starts(with: [0x00, 0xCB, 0x00, 0xFF, 0x05, 0xA0, 0x03, 0x83, 0x01]), bytes.count >= 10 {
            question = .getData(reference: bytes[9], received: [])
        } else if bytes.starts(with: [0x00, 0x20, 0x00]), (4...5).contains(bytes.count) {
            question = .emptyVerify(reference: bytes[3])
        }
    }

    mutating func received(_ response: ResponseAPDU) {
        switch question {
        case .none: break
        case .emptyVerify(let reference):
            if let tries = response.status.remainingTries {
                statuses[reference] = PINStatus(remainingTries: tries)
            } else if response.status == .authenticationMethodBlocked {
                statuses[reference] = PINStatus(remainingTries: 0)
            }
            question = nil
        case .getData(let reference, let before):
            let data = before + response.data
            if response.status.sw1 == 0x61 {
                question = .getData(reference: reference, received: data)
                return
            }
            // 6CXX may be followed by the same question or by GET RESPONSE with another length.
            guard response.status.sw1 != 0x6C else { return }
            question = nil
            guard response.status.isSuccess,
                let status = ThalesCounters.status(of: PINReference(rawValue: reference), in: data)
            else { return }
            statuses[reference] = status
        }
    }

    mutating func failed() { question = nil }
}
