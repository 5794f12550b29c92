"""What most rows begin with: somebody works with a card, and others are there too."""
import bus
import daemon
import machine
import readers
import sessions
from machine import Failure, expect, say, wait_for
from sessions import Session


class Scene:
    """Readers, people, the daemon, and an ear on the bus."""

    def __init__(self, settings="", pairs=1, locker=True, slots=None):
        machine.built("kortvaktd")
        self.slots = slots or readers.plug_in(pairs)
        self.alice = Session("alice", locker=locker)
        self.watch = bus.Watch()
        daemon.start(settings)

    def guarded(self, slot=0, profile="siths", *options, **more):
        """Puts a card in and waits until it guards alice's session."""
        card = self.slots[slot].insert(profile, *options, **more)
        daemon.guards_begin(self.alice, self.slots[slot])
        return card

    def locks(self, since, times=1, seconds=10.0):
        """alice's session locks, and was asked to as often as it should be."""
        self.alice.is_locked(since, seconds)
        locks = self.watch.locks()
        if locks != [self.alice.path] * times:
            raise Failure(f"asked to lock: {', '.join(locks)}; not {self.alice.path} {times} times")
        say(f"logind's Lock was sent {times} time{'s' if times > 1 else ''} in all, to no other session")

    def stays_open(self, seconds=1.0):
        sessions.all_untouched([self.alice], seconds)
        expect("nobody was asked to lock", not self.watch.locks())

    def pull(self, card):
        when = card.pull()
        say("the card is pulled")
        return when

    def fails(self, reason):
        """The daemon says on the bus and in the journal that alice's session is not locked."""
        wait_for(f"LockFailed {reason}", lambda: [self.alice.id, reason] in self.watch.failures())
        warnings = wait_for("a warning in the journal", lambda: daemon.entries("warning"))
        say(f"LockFailed {reason}; journal: {warnings[-1]['MESSAGE']}")

    def still_guarded(self, card):
        """What proves that it is: the card is pulled."""
        self.locks(self.pull(card))
