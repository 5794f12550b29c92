"""What others' programs do in the cases of the comparison: each case prints what happened, for each program."""
import os
import random
import signal
import time

import bus
import desk
import machine
import peers
import quick
import sleeping
from machine import wait_for
from sessions import Session

CASES = {}
# OpenSC knows both without being told to; one of its programs counts only cards that it knows.
FIRST, SECOND = "piv", "gids"
# Longer than every interval at which one of them looks.
ENOUGH = 4.0


def case(function):
    CASES[function.__name__.replace("_", "-")] = function
    return function


class Stage:
    """Two readers, and all the programs."""

    def __init__(self, count=2):
        self.slots = quick.plug_in(count)
        self.peers = peers.everyone(self.slots[0], FIRST)
        self.paths = {peer.name: peer.session.path for peer in self.peers}
        self.ear = quick.bus_ear()
        self.bare = quick.bare_wait()
        # One of them passes over the first insertion that there is.
        time.sleep(ENOUGH / 2)
        card = self.slots[0].insert(FIRST)
        time.sleep(ENOUGH / 2)
        card.pull()
        time.sleep(ENOUGH / 2)

    def insert(self, slot=0, profile=FIRST):
        card = self.slots[slot].insert(profile)
        # Whether they say so or not: by then they have looked.
        time.sleep(ENOUGH / 2)
        return card

    def mark(self):
        return len(self.ear.entries)

    def locked(self, name, since):
        return bool(self.ear.times(self.paths[name], since))

    def heard(self, what, since):
        """Says what came of it."""
        time.sleep(ENOUGH)
        for peer in self.peers:
            state = "" if peer.running() else f"; it has ended, exit code {peer.child.returncode}"
            tell(peer.name, what, ("locks" if self.locked(peer.name, since) else "nothing") + state)


def tell(name, what, result):
    print(f"  {name:<17}{what}: {result}", flush=True)


@case
def decides_by():
    """Eight removals at any moment."""
    stage = Stage(1)
    delays = {peer.name: [] for peer in stage.peers}
    for _ in range(8):
        card = stage.insert()
        time.sleep(random.uniform(0, 1))
        since, noted = stage.mark(), len(stage.bare.entries)
        card.pull()
        gone = stage.bare.wait_for(f"out {stage.slots[0].name}", noted)
        for name, path in stage.paths.items():
            when = stage.ear.wait_for(path, since, ENOUGH)
            if when is not None:
                delays[name].append((when - gone) / 1e6)
    for name, values in delays.items():
        tell(name, "8 cards pulled at any moment",
             f"locks {min(values):.0f} to {max(values):.0f} ms after the card service knew ({len(values)} of 8)"
             if values else "nothing")


@case
def two_cards():
    """Two cards, and each is pulled while the other one stays."""
    stage = Stage()
    cards = [stage.insert(0), stage.insert(1, SECOND)]
    since = stage.mark()
    cards[0].pull()
    stage.heard("the first of two cards pulled", since)
    cards[0] = stage.insert(0)
    since = stage.mark()
    cards[1].pull()
    stage.heard("the second of two cards pulled", since)
    since = stage.mark()
    cards[0].pull()
    stage.heard("then the other one too", since)


@case
def swap():
    """Another card in the same reader as soon as it is empty; then the same in one step, as far as the program sees."""
    stage = Stage(1)
    card, times = stage.insert(), 6
    for stopped in [False, True]:
        seen = dict.fromkeys(stage.paths, 0)
        for number in range(times):
            time.sleep(random.uniform(0, 1))
            since, noted = stage.mark(), len(stage.bare.entries)
            # A busy machine does not let each program run at each moment.
            if stopped:
                for peer in stage.peers:
                    peer.signal(signal.SIGSTOP)
            card.pull()
            card = stage.slots[0].insert(FIRST if number % 2 else SECOND, seen=False)
            stage.bare.wait_for(f"in {stage.slots[0].name}", noted)
            if stopped:
                for peer in stage.peers:
                    peer.signal(signal.SIGCONT)
            time.sleep(ENOUGH)
            for name in seen:
                seen[name] += stage.locked(name, since)
        for name, count in seen.items():
            what = f"another card {'between two looks' if stopped else 'at once'}, {times} times"
            tell(name, what, f"locks {count} times" + (f" (it was the login's {times // 2} times)"
                                                       if name == peers.Gnome.NAME else ""))


@case
def service_dies():
    """pcscd is killed with the card in, comes back, and then the card is pulled."""
    stage = Stage(1)
    card = stage.insert()
    since = stage.mark()
    machine.kill("pcscd")
    stage.heard("pcscd killed, card in", since)
    wait_for("the card back", stage.slots[0].occupied)
    time.sleep(ENOUGH / 2)
    since = stage.mark()
    card.pull()
    stage.heard("pcscd back, card pulled", since)


@case
def restarted():
    """The program is killed, the card pulled meanwhile, and the program started again."""
    stage = Stage(1)
    card = stage.insert()
    for peer in stage.peers:
        peer.end()
    card.pull()
    wait_for("an empty reader", lambda: not stage.slots[0].occupied())
    since = stage.mark()
    for peer in stage.peers:
        peer.start()
    stage.heard("killed, card pulled, started again", since)
    for peer in stage.peers:
        peer.end()
    card = stage.slots[0].insert(FIRST)
    for peer in stage.peers:
        peer.start()
    time.sleep(ENOUGH / 2)
    since = stage.mark()
    card.pull()
    stage.heard("started with the card in, card pulled", since)


@case
def suspend():
    """The machine sleeps with the card in; then again, and the card is pulled asleep."""
    # Before sessions are: logind is restarted for it.
    sleeping.prepare()
    stage = Stage(1)
    card = stage.insert()
    for what in ["asleep with the card in", "the card pulled asleep, awake again"]:
        watch, since = bus.Watch(), stage.mark()
        sleeping.fall_asleep(watch)
        asleep = {peer.name: stage.locked(peer.name, since) for peer in stage.peers}
        # What does not run while the machine sleeps does run here; so they are stopped.
        for peer in stage.peers:
            peer.signal(signal.SIGSTOP)
        if "pulled" in what:
            card.pull()
        sleeping.wake(watch)
        for peer in stage.peers:
            peer.signal(signal.SIGCONT)
        if "pulled" in what:
            stage.heard(what, since)
        else:
            for name, locked in asleep.items():
                tell(name, what, "locked" if locked else "not locked")


@case
def which_session():
    """Whose screens the commands reach that are written into their settings."""
    slots = quick.plug_in(1)
    sessions = [Session("bob", locker=False), Session("carol", kind="tty", remote="192.0.2.7", locker=False),
                Session("dora", category="greeter", locker=False), Session("alice", locker=False)]
    names = {session.path: session.user for session in sessions}
    what = {"bob": "bob (in the background)", "carol": "carol (remote)", "dora": "the greeter", "alice": "alice (in front)"}
    ear = quick.bus_ear()
    card = slots[0].insert(FIRST)
    token = peers.token(card)
    card.pull()
    actions = [f"loginctl lock-session {sessions[0].id}", "loginctl lock-session", "loginctl lock-sessions"]
    for name in peers.Peer.SETTINGS:
        for action in actions:
            peer = peers.Peer(name, action)
            since = pulled(slots[0], ear)
            reached = sorted({what[names[path]] for _, path in ear.entries[since:]})
            tell(name, f"alice's card pulled, action `{action.replace(sessions[0].id, 'BOB')}`",
                 f"locks {', '.join(reached)}" if reached else "nothing")
            peer.end()
    try:
        peer = peers.Gnome(token)
    except machine.Skipped as reason:
        tell(peers.Gnome.NAME, "not run", reason)
        return
    names[peer.session.path] = what[peer.session.path] = "its own"
    what["its own"] = "its own user's session"
    since = pulled(slots[0], ear)
    reached = sorted({what[names[path]] for _, path in ear.entries[since:]})
    tell(peer.name, "the card of the login pulled", f"locks {', '.join(reached)}" if reached else "nothing")


def pulled(slot, ear):
    """A card goes in and is pulled, twice; answers what had been heard before the second time."""
    time.sleep(ENOUGH / 2)
    for _ in range(2):
        card = slot.insert(FIRST)
        time.sleep(ENOUGH / 2)
        since = len(ear.entries)
        card.pull()
        time.sleep(ENOUGH / 2)
    return since


@case
def sure():
    """No locker is running."""
    slots = quick.plug_in(1)
    ear = quick.bus_ear()
    for peer in peers.everyone(slots[0], FIRST):
        since = pulled(slots[0], ear)
        time.sleep(ENOUGH)
        asked = [path for _, path in ear.entries[since:]].count(peer.session.path)
        said = next((line for line in reversed(peer.said()) if line.startswith("Action")), "nothing")
        tell(peer.name, "no locker, card pulled", f"asks {asked} times; LockedHint {peer.session.property('LockedHint')}; "
             f"all it says: {said.replace(peer.session.id, 'ID')}")


@case
def kortvaktd_swap():
    """What `swap` does, done to the daemon: another card between two looks."""
    if not desk.has_daemon():
        raise machine.Skipped("kortvaktd is not built")
    scene, times, seen = desk.Desk(), 6, 0
    slot, pid = scene.slots[0], machine.main_pid("kortvaktd")
    card = slot.insert(FIRST)
    for number in range(times):
        scene.guarded_by(slot)
        since, noted = len(scene.ear.entries), len(scene.bare.entries)
        os.kill(pid, signal.SIGSTOP)
        card.pull()
        card = slot.insert(FIRST if number % 2 else SECOND, seen=False)
        scene.bare.wait_for(f"in {slot.name}", noted)
        os.kill(pid, signal.SIGCONT)
        time.sleep(ENOUGH)
        seen += len(scene.ear.times(scene.alice.path, since)) == 1
        scene.locked(True)
        scene.guarded_by()
        scene.locked(False)
    tell("kortvaktd", f"another card between two looks, {times} times", f"locks {seen} times")
    if seen != times:
        raise machine.Failure(f"{times - seen} exchanges did not lock once")
