"""Rows about cards that come and go."""
import time

import daemon
import machine
import readers
import sessions
import usb
from machine import expect, run, say, wait_for
from rows import row
from scene import Scene
from sessions import Session


@row("the card is pulled: its session locks; a second user's, a remote one, a greeter and a text console do not")
def pulled():
    slot = readers.plug_in()[0]
    # The last to come is in front.
    others = [Session("bob"), Session("carol", remote="192.0.2.7"), Session("dora", category="greeter", seat="seat0"),
              Session("erik", kind="tty", locker=False)]
    scene = Scene(slots=[slot])
    card = scene.guarded()
    expect("nobody else is guarded", {name for name, _ in daemon.property("Guards")} == {scene.alice.id})
    scene.locks(scene.pull(card))
    sessions.all_untouched(others)
    print(f"locked={scene.alice.id} not_locked={','.join(one.id for one in others)}")


@row("two seats: a card guards only the session of its reader's seat")
def two_seats():
    sessions.second_seat()
    bob = Session("bob", seat="seat1")
    scene = Scene('[Reader "Box Reader 00 01"]\nSeat=seat1\n')
    first, second = scene.slots
    cards = [first.insert(), second.insert("piv")]
    daemon.guards_begin(scene.alice, first)
    daemon.guards_begin(bob, second)
    bob_pulled = cards[1].pull()
    bob.is_locked(bob_pulled)
    sessions.all_untouched([scene.alice])
    scene.alice.is_locked(cards[0].pull())
    expect("one request each", scene.watch.locks() == [bob.path, scene.alice.path])


@row("two cards, one pulled: locked, whichever it is")
def two_cards():
    scene = Scene()
    cards = [slot.insert(profile) for slot, profile in zip(scene.slots, ["siths", "piv"])]
    daemon.guards_begin(scene.alice, *scene.slots)
    scene.locks(scene.pull(cards[0]))
    cards[0] = scene.slots[0].insert()
    scene.alice.unlock()
    daemon.guards_begin(scene.alice, *scene.slots)
    scene.locks(scene.pull(cards[1]), times=2)


@row("another card in the same reader at once: locked, although there is a card all the time as far as the eye sees")
def swap():
    scene = Scene("[Lock]\nGraceSec=10\n")
    card = scene.guarded()
    wait_for("the card identified", lambda: daemon.identified(scene.slots[0]))
    when = scene.pull(card)
    scene.slots[0].insert("piv", seen=False)
    scene.locks(when)
    expect("without waiting for the first to come back", time.monotonic() - when < 9)


@row("the same card is back within GraceSec=: nothing happens; not back: locked at its end")
def grace():
    scene = Scene("[Lock]\nGraceSec=3\n")
    card = scene.guarded()
    wait_for("the card identified", lambda: daemon.identified(scene.slots[0]))
    scene.pull(card)
    wait_for("an empty reader", lambda: not scene.slots[0].occupied())
    card = scene.slots[0].insert()
    say("the same card is back")
    scene.stays_open(seconds=4)
    daemon.guards_begin(scene.alice, scene.slots[0])
    when = scene.pull(card)
    scene.locks(when)
    expect("not before the time was over", time.monotonic() - when >= 3)


@row("the reader is unplugged with the card in it: locked")
def unplugged():
    scene = Scene(slots=[usb.plug_in()])
    scene.guarded()
    when = time.monotonic()
    usb.unplug()
    say("the reader is unplugged")
    scene.locks(when)


@row("a card that never answers guards, and is missed")
def mute_card():
    scene = Scene()
    # Whoever else asks it something waits for ever.
    card = scene.guarded(0, "siths", "--fault", "mute:1", seen=False)
    machine.stays("not identified", lambda: not daemon.identified(scene.slots[0]), 1)
    scene.locks(scene.pull(card))


@row("hostile cards guard like others, hurt nothing, and are missed")
def hostile_card():
    scene = Scene()
    pid = machine.main_pid("kortvaktd")
    faults = [["siths", "--fault", "truncate-files:1"], ["siths", "--fault", "unknown"], ["piv", "--fault", "mute:2"],
              ["siths", "--fault", "remove-after:1"]]
    for times, options in enumerate(faults, 1):
        say(" ".join(options))
        if options[-1].startswith("remove"):
            # It leaves by itself, in the middle of being asked who it is.
            scene.slots[0].insert(*options, seen=False, once=True)
            when = time.monotonic()
        else:
            when = scene.pull(scene.guarded(0, *options))
        scene.locks(when, times)
        scene.alice.unlock()
    expect("the daemon has been running all the time", machine.main_pid("kortvaktd") == pid)


@row("another program keeps one card busy for 60 s: another card's removal locks at once, and so does the busy one's")
def busy_card():
    scene = Scene()
    kept = scene.slots[1].insert("piv")
    with readers.busy(scene.slots[1], seconds=60):
        # The program that is asked whether there is a card would wait for the busy one.
        card = scene.slots[0].insert(seen=False)
        daemon.guards_begin(scene.alice, *scene.slots)
        scene.locks(scene.pull(card), seconds=5)
        scene.alice.unlock()
        daemon.guards_begin(scene.alice, scene.slots[1])
        scene.locks(scene.pull(kept), times=2, seconds=5)


@row("the card is pulled as the session is unlocked, before it could be identified: locked again")
def pulled_at_unlock():
    scene = Scene()
    scene.locks(scene.pull(scene.guarded()))
    for times in range(2, 7):
        # Each answer takes half a second: nobody knows yet whose it is.
        card = scene.slots[0].insert("siths", "--delay", "500")
        # As a person would see it: the locker goes, and then the card is pulled, at different moments.
        run("loginctl", "unlock-session", scene.alice.id)
        wait_for("the screen open", lambda: not scene.alice.hint())
        time.sleep(0.01 * (times - 2))
        scene.locks(scene.pull(card), times)


@row("a session that is not in front keeps its guards, and is locked for them")
def switched():
    bob = Session("bob")
    scene = Scene()
    card = scene.guarded()
    bob.activate()
    say("bob is in front")
    when = scene.pull(card)
    # Both may be guarded by then: bob's session became active while the card was there.
    scene.alice.is_locked(when)
    expect(f"each at most once: {', '.join(scene.watch.locks())}", len(set(scene.watch.locks())) == len(scene.watch.locks()))


@row("RequireCardSec=: a session that is open without a card is locked")
def card_required():
    scene = Scene("[Lock]\nRequireCardSec=2\n")
    scene.locks(time.monotonic())


@row("Action=none: it is said and nothing is done; readers that are ignored do not guard")
def observed():
    scene = Scene('[Lock]\nAction=none\nIgnoreReaders=*00 01\n')
    ignored = scene.slots[1].insert("piv")
    card = scene.guarded()
    ignored.pull()
    scene.pull(card)
    scene.stays_open(seconds=2)


@row("the journal and the bus name no person, no card number and no code")
def nothing_personal():
    scene = Scene()
    card = scene.guarded()
    wait_for("the card identified", lambda: daemon.identified(scene.slots[0]))
    shown = readers.status(personal=True)[scene.slots[0].name]
    scene.locks(scene.pull(card))
    words = {shown["serialNumber"], "246810", "135790", "13572468"}
    for certificate in shown["certificates"]:
        words |= {certificate[name] for name in ["subject", "hsaID", "cardNumber", "serialNumber"]}
        # Names and numbers stand in the parts of a subject.
        words |= {part.split("=")[-1].strip() for part in (certificate["subject"] or "").split(",")}
    words = {word for word in words if word and len(word) > 3}
    text = run("journalctl", "--quiet", "--output=export", "_SYSTEMD_UNIT=kortvaktd.service")
    text += run("busctl", "call", "--json=short", *daemon.OBJECT[:2], "org.freedesktop.DBus.Properties", "GetAll", "s",
                daemon.NAME)
    found = [word for word in words if word in text]
    expect(f"none of {len(words)} words is in it {found}", not found)
    expect("the journal has message ids", any("MESSAGE_ID" in entry for entry in daemon.entries()))
