import Glibc
import LoginSessions
import SessionTesting
import Testing

/// The daemon's beginning and end.
@Suite(.timeLimit(.minutes(10)))
struct StartTests {
    @Test func readyIsToldOnlyWhenSessionsAreKnown() async throws {
        try await DaemonBench.run(login: nil, cards: DaemonBench.reader(0, "Reader A")) { bench in
            try await bench.daemon(waits: false) { daemon in
                try await daemon.writes("The sessions could not be read")
                // Nor is a reload told of before.
                daemon.signal(SIGHUP)
                try await daemon.writes("The settings are in force")
                #expect(bench.notify.heard().isEmpty)
                try await bench.tellLogin("start", DaemonBench.session, "announce 3")
                try await bench.ready()
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellCards("empty 0")
                try await bench.signal("CardRemoved")
                #expect(try await bench.asked("Lock", "3") == [1])
            }
        }
    }

    @Test func killedDaemonThatComesBackAndFindsTheCardGoneLocks() async throws {
        try await DaemonBench.run(cards: DaemonBench.reader(0, "Reader A")) { bench in
            let code = try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A']]")
            }
            #expect(code == -SIGKILL)
            try await bench.tellCards("empty 0")
            try await bench.daemon { daemon in
                try await bench.signal("'LastLock': ['3', 'Reader A'")
                #expect(try await bench.asked("Lock", "3") == [1])
            }
        }
    }

    @Test func killedDaemonThatComesBackAndFindsTheCardThereLocksNothing() async throws {
        try await DaemonBench.run(cards: DaemonBench.reader(0, "Reader A")) { bench in
            try await bench.daemon { _ in try await bench.guards("[['3', 'Reader A']]") }
            try await bench.daemon { daemon in
                try await daemon.writes("A missing card is there again")
                #expect(try bench.shown().guards == [.init(session: "3", reader: "Reader A")])
                #expect(try await bench.asked("Lock", "3") == [0])
                try await bench.tellCards("empty 0")
                try await bench.signal("CardRemoved")
                #expect(try await bench.asked("Lock", "3") == [1])
            }
        }
    }

    @Test func stateThatCannotBeReadLocksEverySessionThatCouldBeGuarded() async throws {
        let sessions = [
            DaemonBench.session, "add 4 seat1 1234 bob active", "add 5 seat0 1235 cecilia inactive",
            "add r seat0 1236 remote active Remote=yes", "add g seat0 1237 gdm active Class=greeter",
        ]
        try await DaemonBench.run(login: sessions) { bench in
            try DaemonBench.write("kortvakt guards 1\n", to: bench.folder + "/run/guards")
            try await bench.daemon { daemon in
                try await daemon.writes("The guards of the earlier run cannot be known")
                while try await bench.asked("Lock", "3", "4", "5") != [1, 1, 1] { await Task.yield() }
                #expect(try await bench.asked("Lock", "r", "g") == [0, 0])
                #expect(try bench.shown().lastLock?.reason == .stateUnreadable)
            }
        }
    }

    /// What would be restored after a crash is not what holds now: then nothing is believed.
    @Test func stateThatCannotBeWrittenIsNotBelievedAfterACrash() async throws {
        try await DaemonBench.run(cards: DaemonBench.reader(0, "Reader A", card: false)) { bench in
            try DaemonBench.write("", to: bench.folder + "/run/salt")
            try await bench.daemon { daemon in
                // In the place of the new file, as if there were no room for one.
                unsafe mkdir(bench.folder + "/run/guards.new", 0o700)
                try await bench.tellCards("card 0 3B00")
                try await bench.guards("[['3', 'Reader A']]")
                try await daemon.writes("The guards could not be written down")
                try await bench.tellCards("empty 0")
                try await bench.signal("CardRemoved")
                #expect(try await bench.asked("Lock", "3") == [1])
                try await bench.tellCards("card 0 3B00")
                try await bench.signal("CardInserted")
            }
            try await bench.tellCards("empty 0")
            try await bench.daemon { daemon in
                try await daemon.writes("The guards of the earlier run cannot be known")
                while try await bench.asked("Lock", "3") != [2] { await Task.yield() }
            }
        }
    }

    @Test func missingFolderForTheStateKeepsNobodyFromLocking() async throws {
        try await DaemonBench.run(cards: DaemonBench.reader(0, "Reader A")) { bench in
            try await bench.daemon(environment: ["RUNTIME_DIRECTORY": "/nonexistent/kortvakt"]) { daemon in
                try await daemon.writes("The guards could not be written down")
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellCards("empty 0")
                try await bench.signal("CardRemoved")
                #expect(try await bench.asked("Lock", "3") == [1])
            }
        }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func stoppingLocksNothingAndWarns(signal: Int32) async throws {
        try await DaemonBench.run(cards: DaemonBench.reader(0, "Reader A")) { bench in
            let code = try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A']]")
                daemon.signal(signal)
                try await bench.told("STOPPING=1")
                try await daemon.writes("cards that are pulled from now on lock nothing: 1")
                await daemon.ends()
                #expect(try await bench.asked("Lock", "3") == [0])
            }
            #expect(code == 0)
        }
    }

    @Test func faultySettingsAtTheStartAreToldAndTheDefaultsHold() async throws {
        try await DaemonBench.run(settings: "Action=nothing\n", cards: DaemonBench.reader(0, "Reader A")) {
            bench in
            try await bench.daemon { daemon in
                let said = try await daemon.writes("The settings have a fault")
                #expect(said.contains("\(bench.folder)/etc/kortvakt.conf, group Lock, key Action"))
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellCards("empty 0")
                try await bench.signal("CardRemoved")
                #expect(try await bench.asked("Lock", "3") == [1])
            }
        }
    }

    @Test func faultySettingsLeaveTheOldOnesInForce() async throws {
        try await DaemonBench.run(settings: "Action=none\n", cards: DaemonBench.reader(0, "Reader A")) {
            bench in
            try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A']]")
                try bench.settings("Action=lock\nGraceSecs=1\n")
                daemon.signal(SIGHUP)
                try await bench.told("RELOADING=1\nMONOTONIC_USEC=")
                try await bench.ready()
                try await daemon.writes("group Lock, key GraceSecs")
                #expect(try await bench.call("Reload").contains("The settings have a fault"))
                try await bench.tellCards("empty 0")
                try await bench.signal("CardRemoved")
                try await daemon.writes("the action is none")
                #expect(try await bench.asked("Lock", "3") == [0])
                try bench.settings("Action=lock\n")
                daemon.signal(SIGHUP)
                try await bench.told("RELOADING=1")
                try await bench.ready()
                try await bench.tellCards("card 0 3B00")
                try await bench.signal("CardInserted")
                try await bench.tellCards("empty 0")
                try await bench.signal("CardRemoved")
                #expect(try await bench.asked("Lock", "3") == [1])
            }
        }
    }

    @Test func lostBusAndTakenNameEndTheDaemon() async throws {
        try await DaemonBench.run { bench in
            let code = try await bench.daemon { daemon in
                let second = try await bench.daemon(waits: false) { second in
                    try await second.writes("The bus does not let kortvaktd have its name")
                    await second.ends()
                    #expect(await !second.journal.all.contains { $0.contains("kortvaktd has started") })
                }
                #expect(second == 1)
                _ = kill(bench.bus.pid, SIGKILL)
                try await daemon.writes("The connection to the system bus is lost")
                await daemon.ends()
            }
            #expect(code == 1)
        }
    }

    @Test func missingBusIsToldAndEndsTheDaemon() async throws {
        let code = try await RunningDaemon.run(
            [],
            environment: ["DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/bus"]
        ) { daemon in
            try await daemon.writes("kortvaktd could not start")
            await daemon.ends()
        }
        #expect(code == 1)
    }

    @Test func cardServiceMayComeLater() async throws {
        try await DaemonBench.run { bench in
            let elsewhere = ["PCSCLITE_CSOCK_NAME": bench.folder + "/later/pcscd.comm"]
            try await bench.daemon(environment: elsewhere) { daemon in
                try await daemon.writes("The card service is gone")
                unsafe mkdir(bench.folder + "/later", 0o700)
                try await DaemonBench.cardService(at: bench.folder + "/later") { service in
                    for line in DaemonBench.reader(0, "Reader A") { try await service.tell(line) }
                    try await bench.guards("[['3', 'Reader A']]")
                    try await service.tell("empty 0")
                    try await bench.signal("CardRemoved")
                    #expect(try await bench.asked("Lock", "3") == [1])
                }
            }
        }
    }
}
