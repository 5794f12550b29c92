import Testing

/// The tests with a monitor in a process of its own, one after the other, because each starts a service too.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct MonitorTests {}
