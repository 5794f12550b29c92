/// What somebody says line by line, kept, and taken one by one.
package actor Heard {
    /// Everything so far.
    package private(set) var all: [String] = []
    private var next = 0
    package private(set) var hasEnded = false
    private var waiting: CheckedContinuation<Void, Never>?

    package init() {}

    package func append(_ line: String) {
        all.append(line)
        wake()
    }

    /// Nothing comes any more.
    package func end() {
        hasEnded = true
        wake()
    }

    /// The next line with `text` in it, which and all before it are taken; waits for it, for one caller at a time.
    ///
    /// Throws where it does not come any more.
    @discardableResult
    package func wait(for text: String) async throws -> String {
        while true {
            while next < all.count {
                let line = all[next]
                next += 1
                if line.contains(text) { return line }
            }
            guard !hasEnded else { throw Missing(text: text, said: all) }
            await withCheckedContinuation { waiting = $0 }
        }
    }

    private func wake() {
        waiting?.resume()
        waiting = nil
    }

    package struct Missing: Error {
        package let text: String
        package let said: [String]

        package init(text: String, said: [String]) { (self.text, self.said) = (text, said) }
    }
}
