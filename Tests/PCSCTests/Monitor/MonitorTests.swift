import Testing

/// The tests with a monitor in a process of its own, which starts a service too.
///
/// They wait more than they compute, so the suites run beside each other; the tests of each do not, because
/// some look at how long something takes.
@Suite(.timeLimit(.minutes(10)))
struct MonitorTests {}
