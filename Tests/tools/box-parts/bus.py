"""What goes over the system bus, as a bystander sees it."""
import json
import subprocess
import threading

LOGIN = "org.freedesktop.login1"
DAEMON = "org.kortvakt.Kortvakt1"
# The pause that stands for sleep says on the bus that it has begun, so that it stands in one order with logind's signals.
BOX = "org.kortvakt.Box"


class Watch:
    """Notes logind's requests to lock, its announcements of sleep, what the daemon says, and what the box does."""

    MATCHES = [f"type='signal',interface='{LOGIN}.Session',member='Lock'",
               f"type='signal',interface='{LOGIN}.Manager',member='PrepareForSleep'",
               f"type='signal',interface='{DAEMON}'",
               f"type='signal',interface='{BOX}'"]

    def __init__(self):
        self.messages = []
        words = ["busctl", "monitor", "--json=short", *(f"--match={match}" for match in self.MATCHES)]
        self.child = subprocess.Popen(words, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE)
        # It says so when the bus has made it a monitor.
        self.child.stderr.readline()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            self.messages.append(json.loads(line))

    def locks(self, session=None):
        """The paths of the sessions that were asked to lock, in order; or how often this one was."""
        paths = [message["path"] for message in self.messages if message["member"] == "Lock"]
        return paths if session is None else paths.count(session.path)

    def sleep(self):
        """What was said of sleep, in order."""
        words = {"PrepareForSleep": lambda message: "about to sleep" if message["payload"]["data"][0] else "awake",
                 "Asleep": lambda message: "asleep"}
        return [words[message["member"]](message) for message in self.messages if message["member"] in words]

    def failures(self):
        """The sessions of which the daemon says that they are not locked, and why."""
        return [message["payload"]["data"] for message in self.messages if message["member"] == "LockFailed"]
