import Testing

extension CodeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var state = StoredState()
        var options: [String] = []
        let command: [String]
        let lines: [String]
        let exitCode: Int32
        let code: String
        /// Words of the message.
        var words: [String] = []
        /// What is left on the card afterwards; `nil` for what was there before.
        var tries: [Int]?
    }

    static let verify = ["pin", "verify", "--stdin"]
    static let change = ["pin", "change", "--stdin"]
    static let unblock = ["pin", "unblock", "--stdin"]

    static let cases: [Case] = [
        Case(testDescription: "too short", command: verify, lines: ["24681"], exitCode: 8, code: "too-short"),
        Case(
            testDescription: "too long",
            command: verify,
            lines: ["246810246"],
            exitCode: 8,
            code: "too-long"
        ),
        Case(
            testDescription: "endless",
            command: verify,
            lines: [String(repeating: "2", count: 50_000)],
            exitCode: 8,
            code: "too-long"
        ),
        Case(testDescription: "letters", command: verify, lines: ["24681o"], exitCode: 8, code: "not-digits"),
        Case(testDescription: "empty", command: verify, lines: [""], exitCode: 8, code: "empty"),
        Case(testDescription: "end of input", command: verify, lines: [], exitCode: 10, code: "cancelled"),
        Case(
            testDescription: "end of input before the new PIN",
            command: change,
            lines: ["246810"],
            exitCode: 10,
            code: "cancelled"
        ),
        Case(
            testDescription: "new PIN too short",
            command: change,
            lines: ["246810", "9753"],
            exitCode: 8,
            code: "too-short"
        ),
        Case(
            testDescription: "new PIN with letters",
            command: unblock + ["--pin", "auth"],
            lines: ["13572468", "97531x"],
            exitCode: 8,
            code: "not-digits"
        ),
        Case(
            testDescription: "new PIN empty",
            command: change,
            lines: ["246810", ""],
            exitCode: 8,
            code: "empty"
        ),
        Case(
            testDescription: "same as old",
            command: change,
            lines: ["246810", "246810"],
            exitCode: 8,
            code: "same-as-old"
        ),
        Case(
            testDescription: "repeated digit",
            command: change,
            lines: ["246810", "777777"],
            exitCode: 8,
            code: "trivial-pin"
        ),
        Case(
            testDescription: "sequence down",
            command: change,
            lines: ["246810", "654321"],
            exitCode: 8,
            code: "trivial-pin"
        ),
        Case(
            testDescription: "PUK too short",
            state: StoredState(auth: 0),
            command: unblock,
            lines: ["1357246", "975310"],
            exitCode: 8,
            code: "too-short"
        ),
        Case(
            testDescription: "wrong with three left",
            command: verify,
            lines: ["111222"],
            exitCode: 6,
            code: "pin-wrong",
            words: ["2"],
            tries: [2, 3, 10]
        ),
        Case(
            testDescription: "wrong with two left",
            state: StoredState(auth: 2),
            command: verify,
            lines: ["111222"],
            exitCode: 6,
            code: "pin-wrong",
            words: ["1"],
            tries: [1, 3, 10]
        ),
        Case(
            testDescription: "one left is not touched",
            state: StoredState(auth: 1),
            command: verify,
            lines: ["246810"],
            exitCode: 8,
            code: "last-try",
            words: ["--last-try"]
        ),
        Case(
            testDescription: "one left and the PUK's option",
            state: StoredState(auth: 1),
            command: verify + ["--last-puk-try"],
            lines: ["246810"],
            exitCode: 8,
            code: "last-try"
        ),
        Case(
            testDescription: "the last one wrong",
            state: StoredState(auth: 1),
            command: verify + ["--last-try"],
            lines: ["111222"],
            exitCode: 7,
            code: "pin-blocked",
            words: ["pin unblock"],
            tries: [0, 3, 10]
        ),
        Case(
            testDescription: "change with the last one wrong",
            state: StoredState(auth: 1),
            command: change + ["--last-try"],
            lines: ["111222", "975310"],
            exitCode: 7,
            code: "pin-blocked",
            tries: [0, 3, 10]
        ),
        Case(
            testDescription: "blocked, verify",
            state: StoredState(auth: 0),
            command: verify,
            lines: ["246810"],
            exitCode: 7,
            code: "pin-blocked",
            words: ["kortvakt pin unblock"]
        ),
        Case(
            testDescription: "blocked, change",
            state: StoredState(auth: 0),
            command: change,
            lines: ["246810", "975310"],
            exitCode: 7,
            code: "pin-blocked"
        ),
        Case(
            testDescription: "wrong PUK",
            state: StoredState(auth: 0),
            command: unblock,
            lines: ["11112222", "975310"],
            exitCode: 6,
            code: "puk-wrong",
            words: ["9"],
            tries: [0, 3, 9]
        ),
        Case(
            testDescription: "one PUK try left is not touched",
            state: StoredState(auth: 0, puk: 1),
            command: unblock,
            lines: ["13572468", "975310"],
            exitCode: 8,
            code: "last-puk-try",
            words: ["--last-puk-try"]
        ),
        Case(
            testDescription: "one PUK try left and the PIN's option",
            state: StoredState(auth: 0, puk: 1),
            command: unblock + ["--last-try"],
            lines: ["13572468", "975310"],
            exitCode: 8,
            code: "last-puk-try"
        ),
        Case(
            testDescription: "the last PUK try wrong",
            state: StoredState(auth: 0, puk: 1),
            command: unblock + ["--last-puk-try"],
            lines: ["11112222", "975310"],
            exitCode: 7,
            code: "puk-blocked",
            words: ["cannot be unblocked any more"],
            tries: [0, 3, 0]
        ),
        Case(
            testDescription: "blocked PUK",
            state: StoredState(auth: 0, puk: 0),
            command: unblock,
            lines: ["13572468", "975310"],
            exitCode: 7,
            code: "puk-blocked",
            words: ["cannot be unblocked any more"]
        ),
        Case(
            testDescription: "two blocked and nobody to ask",
            state: StoredState(auth: 0, sign: 0),
            command: unblock,
            lines: ["13572468", "975310"],
            exitCode: 64,
            code: "usage",
            words: ["auth", "sign"]
        ),
        Case(
            testDescription: "no such PIN",
            command: verify + ["--pin", "pin3"],
            lines: ["246810"],
            exitCode: 64,
            code: "usage",
            words: ["auth", "sign", "puk"]
        ),
        Case(
            testDescription: "the PUK cannot be unblocked",
            command: unblock + ["--pin", "puk"],
            lines: ["13572468", "975310"],
            exitCode: 5,
            code: "not-allowed"
        ),
        Case(
            testDescription: "change refused by the card",
            options: ["--fault", "no-change"],
            command: change,
            lines: ["246810", "975310"],
            exitCode: 5,
            code: "not-allowed"
        ),
        Case(
            testDescription: "not activated, verify",
            options: ["--fault", "no-activation"],
            command: verify,
            lines: ["246810"],
            exitCode: 5,
            code: "not-activated",
            words: ["activated"]
        ),
        Case(
            testDescription: "not activated, change",
            options: ["--fault", "no-activation"],
            command: change,
            lines: ["246810", "975310"],
            exitCode: 5,
            code: "not-activated"
        ),
        Case(
            testDescription: "not activated, unblock",
            options: ["--fault", "no-activation"],
            command: unblock + ["--pin", "auth"],
            lines: ["13572468", "975310"],
            exitCode: 5,
            code: "not-activated"
        ),
        Case(
            testDescription: "T17: unblocking that only claims to have worked",
            state: StoredState(auth: 0),
            options: ["--fault", "lying-unblock"],
            command: unblock,
            lines: ["11112222", "975310"],
            exitCode: 1,
            code: "still-blocked"
        ),
        Case(
            testDescription: "a PUK that is refused without a counter",
            state: StoredState(auth: 0),
            options: ["--fault", "unblock-6982"],
            command: unblock,
            lines: ["11112222", "975310"],
            exitCode: 6,
            code: "puk-wrong",
            tries: [0, 3, 9]
        ),
        Case(
            testDescription: "a blocked PIN that says 63C0 for ever",
            state: StoredState(auth: 0),
            options: ["--fault", "blocked-63c0"],
            command: verify,
            lines: ["246810"],
            exitCode: 7,
            code: "pin-blocked"
        ),
        Case(
            testDescription: "unknown card",
            options: ["--fault", "unknown"],
            command: verify,
            lines: ["246810"],
            exitCode: 5,
            code: "card-not-recognised",
            words: ["3B7F96000080318065B0850400111202F0829000"]
        ),
    ]
}
