/// How long to wait before the service is tried again.
struct BackOff {
    let first: Duration
    let longest: Duration
    private var next: Duration

    init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
        next = first
    }

    /// The pause after one more failed attempt: twice the one before, at most `longest`.
    ///
    /// Five times, where the service was reached and failed: an attempt may have started it, and systemd
    /// refuses more than five starts in ten seconds (DefaultStartLimitBurst= in systemd-system.conf(5)), for
    /// everybody.
    mutating func pause(after error: PCSCError) -> Duration {
        let pause = next
        next = min(next * (error == .serviceNotRunning ? 2 : 5), longest)
        return pause
    }

    /// Begins anew.
    mutating func reset() { next = first }
}
