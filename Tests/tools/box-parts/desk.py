"""What measurements are taken of: somebody's session, and the daemon that guards it.

There is no screen: the measurement is the locker, so that no other program's time is in it.
"""
import dbus

import daemon
import machine
import quick
from machine import Failure, wait_for
from sessions import Session

PROPERTIES = "org.freedesktop.DBus.Properties"


def has_daemon():
    return (machine.BUILD / "release/kortvaktd").exists()


class Desk:
    def __init__(self, count=1, settings="", others=0, with_daemon=True):
        self.slots = quick.plug_in(count)
        # Nothing guards these: they come from another machine.
        self.others = [Session(f"other{number}", kind="tty", remote="192.0.2.7", locker=False) for number in range(others)]
        self.alice = Session("alice", locker=False)
        self.bus = dbus.SystemBus()
        self.session = dbus.Interface(self.bus.get_object("org.freedesktop.login1", self.alice.path),
                                      "org.freedesktop.login1.Session")
        self.ear, self.bare = quick.bus_ear(), quick.bare_wait()
        self.daemon = None
        if with_daemon:
            daemon.start(settings)
            self.daemon = dbus.Interface(self.bus.get_object(daemon.OBJECT[0], daemon.OBJECT[1], introspect=False),
                                         PROPERTIES)

    def locked(self, hint):
        """Tells logind that the screen is locked, or open again, as a locker does."""
        self.session.SetLockedHint(hint)

    def _property(self, name):
        return self.daemon.Get(daemon.NAME, name)

    def guarded_by(self, *slots):
        """Waits until these readers' cards guard the session, and no others."""
        names = sorted(slot.name for slot in slots)
        wait_for(f"guarded by {', '.join(names) or 'nothing'}",
                 lambda: sorted(reader for _, reader in self._property("Guards")) == names)

    def knows(self, *slots):
        """Waits until the daemon says that there are cards in these readers, and in no others."""
        names = sorted(slot.name for slot in slots)
        wait_for(f"cards in {', '.join(names) or 'no reader'}",
                 lambda: sorted(reader for reader, there, *_ in self._property("Cards") if there) == names)

    def identified(self, slot):
        wait_for("the card identified", lambda: any(
            reader == slot.name and there and known for reader, there, _, known, _ in self._property("Cards")))

    def last_reason(self):
        return str(self._property("LastLock")[2])

    def last_times(self):
        """From the event to the request to logind, and to its answer, in ms."""
        return [int(value) / 1000 for value in self._property("LastLock")[4:6]]

    def is_asked(self, since, seconds=10.0):
        """Waits until logind's Lock for the session is on the bus, after the entry with that number."""
        when = self.ear.wait_for(self.alice.path, since, seconds)
        if when is None:
            raise Failure(f"after {seconds:g} s: {self.alice} was not asked to lock")
        return when
