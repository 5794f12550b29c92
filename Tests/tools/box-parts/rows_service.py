"""Rows about services that die, come back, or say no, and about the machine asleep."""
import os
import pathlib
import re
import signal
import time

import daemon
import machine
import readers
import sleeping
import usb
from machine import expect, run, say, wait_for
from rows import row
from scene import Scene

RULE = "/etc/polkit-1/rules.d/50-kortvakt.rules"


@row("pcscd is restarted, and killed, with the card in: nothing happens, and the card still guards")
def service_restarted():
    scene = Scene()
    card = scene.guarded()
    for word, action in [("restarted", readers.restart_service), ("killed", lambda: machine.kill("pcscd"))]:
        wait_for("the card identified", lambda: daemon.identified(scene.slots[0]))
        action()
        say(f"pcscd is {word}")
        wait_for("the card back", scene.slots[0].occupied)
        scene.stays_open(seconds=6)
        daemon.guards_begin(scene.alice, scene.slots[0])
    scene.still_guarded(card)


@row("pcscd is killed and the card pulled meanwhile: locked when the patience ends")
def service_killed():
    scene = Scene("[Lock]\nServicePatienceSec=2\n")
    card = scene.guarded()
    machine.kill("pcscd")
    when = card.pull()
    say("pcscd is killed, the card is pulled")
    scene.locks(when)
    took = time.monotonic() - when
    expect(f"not before the patience ends: {took:.1f} s", took > 1.8)


@row("pcscd is stopped for good: locked when the patience ends, and a card put in later guards again")
def service_stopped():
    scene = Scene("[Lock]\nServicePatienceSec=2\n")
    scene.guarded()
    when = time.monotonic()
    run("systemctl", "stop", "pcscd.socket", "pcscd.service")
    say("pcscd is stopped")
    scene.locks(when)
    expect("not before", time.monotonic() - when >= 2)
    run("systemctl", "start", "pcscd.socket", "pcscd.service")
    wait_for("the card back", scene.slots[0].occupied)
    scene.alice.unlock()
    daemon.guards_begin(scene.alice, scene.slots[0])


@row("kortvaktd is killed and the card pulled meanwhile: locked when it is back")
def daemon_killed():
    scene = Scene()
    card = scene.guarded()
    old = machine.main_pid("kortvaktd")
    # Held until the card is gone for everybody else, so that it cannot have seen it go.
    os.kill(old, signal.SIGSTOP)
    when = scene.pull(card)
    wait_for("an empty reader", lambda: not scene.slots[0].occupied())
    machine.kill("kortvaktd")
    say("kortvaktd is killed, and has not seen it")
    daemon.restarted(old)
    scene.locks(when)


@row("kortvaktd is killed with the card in: nothing happens, and the card still guards")
def daemon_killed_card_stays():
    scene = Scene()
    card = scene.guarded()
    wait_for("the card identified", lambda: daemon.identified(scene.slots[0]))
    daemon.killed()
    scene.stays_open(seconds=3)
    daemon.guards_begin(scene.alice, scene.slots[0])
    scene.still_guarded(card)


@row("kortvaktd is killed before logind could ask polkit whether it may lock: locked when it is back")
def daemon_killed_asking():
    scene = Scene()
    card = scene.guarded()
    polkit = machine.main_pid("polkit")
    os.kill(polkit, signal.SIGSTOP)
    when = scene.pull(card)
    wait_for("logind asked", lambda: (daemon.property("LastLock") or [""])[0] == scene.alice.id)
    old = machine.kill("kortvaktd")
    say("kortvaktd is killed, and has asked")
    os.kill(polkit, signal.SIGCONT)
    daemon.restarted(old)
    scene.locks(when)


@row("its state cannot be written, and it is killed: every session that could be guarded locks")
def state_full():
    scene = Scene()
    run("systemctl", "stop", "kortvaktd")
    run("mount", "-t", "tmpfs", "-o", "size=8k,mode=700,uid=kortvakt,gid=kortvakt", "tmpfs", "/run/kortvakt")
    run("systemctl", "start", "kortvaktd")
    scene.locks(scene.pull(scene.guarded()))
    filling = pathlib.Path("/run/kortvakt/filling")
    run("sh", "-c", f"cat /dev/zero >{filling}", check=False)
    scene.alice.unlock()
    scene.guarded()
    when = time.monotonic()
    machine.kill("kortvaktd")
    say("its folder is full, and kortvaktd is killed with the card in")
    scene.locks(when, times=2)


@row("kortvaktd is stopped on purpose: nothing is locked, and the journal has a warning")
def daemon_stopped():
    scene = Scene()
    card = scene.guarded()
    run("systemctl", "stop", "kortvaktd")
    scene.pull(card)
    scene.stays_open(seconds=2)
    expect("a warning in the journal", "7b7bca1450ba4606975d3b305283bf58" in [one.get("MESSAGE_ID") for one in daemon.entries("warning")])
    result = run("kortvakt", "lock", "status", check=False)
    expect(f"kortvakt lock status: exit code {result.returncode}, {result.stderr.strip()}", result.returncode == 14)


@row("its state cannot be read when it starts: every session that could be guarded locks")
def state_unreadable():
    scene = Scene()
    scene.guarded()
    machine.kill("kortvaktd")
    when = time.monotonic()
    for file in pathlib.Path("/run/kortvakt").iterdir():
        file.write_bytes(b"\0nonsense")
    scene.locks(when)


@row("logind is restarted: guards stay, and a session that was locked is not locked again")
def logind_restarted():
    scene = Scene()
    card = scene.guarded()
    machine.restart("systemd-logind")
    scene.stays_open(seconds=2)
    daemon.guards_begin(scene.alice, scene.slots[0])
    scene.locks(scene.pull(card))
    machine.restart("systemd-logind")
    # logind forgets LockedHint; the screen does not open for that.
    machine.stays("locked", scene.alice.covered, 2)
    expect("asked to lock once", scene.watch.locks() == [scene.alice.path])


@row("the machine sleeps with the card in: locked before it sleeps")
def sleep_with_card():
    sleeping.prepare()
    scene = Scene()
    card = scene.guarded()
    sleeping.fall_asleep(scene.watch)
    expect("locked when it fell asleep", scene.alice.locked())
    order = [message["member"] for message in scene.watch.messages]
    expect(f"asked before: {', '.join(order)}", "Lock" in order[:order.index("Asleep")])
    sleeping.wake(scene.watch)
    scene.alice.unlock()
    daemon.guards_begin(scene.alice, scene.slots[0])
    scene.locks(scene.pull(card), times=2)


@row("LockOnSleep=false, the card is pulled asleep: locked on waking; with the card in it stays open")
def sleep_without_card():
    sleeping.prepare()
    scene = Scene("[Lock]\nLockOnSleep=false\nServicePatienceSec=2\n")
    card = scene.guarded()
    sleeping.fall_asleep(scene.watch)
    sleeping.wake(scene.watch)
    scene.stays_open(seconds=3)
    daemon.guards_begin(scene.alice, scene.slots[0])
    sleeping.fall_asleep(scene.watch)
    # What sleeping is here is a pause; whoever sleeps in it is stopped.
    asleep = [machine.main_pid(unit) for unit in ["kortvaktd", "pcscd"]]
    for pid in asleep:
        os.kill(pid, signal.SIGSTOP)
    when = scene.pull(card)
    sleeping.wake(scene.watch)
    scene.stays_open(seconds=0.2)
    for pid in asleep:
        os.kill(pid, signal.SIGCONT)
    scene.locks(when)


@row("LockOnSleep=false, the reader drops while asleep and comes back with its card: stays open")
def sleep_reader_returns():
    sleeping.prepare()
    scene = Scene("[Lock]\nLockOnSleep=false\n", slots=[usb.plug_in()])
    card = scene.guarded()
    wait_for("the card identified", lambda: daemon.identified(scene.slots[0]))
    sleeping.fall_asleep(scene.watch)
    usb.unplug()
    sleeping.wake(scene.watch)
    usb.plug_in()
    wait_for("the card back", scene.slots[0].occupied)
    scene.stays_open(seconds=6)
    daemon.guards_begin(scene.alice, scene.slots[0])
    scene.still_guarded(card)


@row("no locker is running: it is asked, not believed, and said")
def no_locker():
    scene = Scene("[Lock]\nConfirmSec=1\n", locker=False)
    scene.pull(scene.guarded())
    wait_for("logind asked", lambda: scene.watch.locks(scene.alice))
    scene.fails("not-confirmed")
    expect("the session is still there", scene.alice.exists())


@row("no locker is running and Escalate=terminate: the session is ended")
def escalated():
    # Copied as its first lines say.
    pathlib.Path("/etc/polkit-1/rules.d/51-kortvakt-terminate.rules").write_text(
        (machine.TREE / "systemd/kortvakt-terminate.rules.example").read_text())
    scene = Scene("[Lock]\nConfirmSec=1\nEscalate=terminate\n", locker=False)
    scene.pull(scene.guarded())
    wait_for("the session gone", lambda: not scene.alice.exists())
    say(f"{scene.alice} is gone")


@row("Escalate=terminate without its polkit rule is refused by kortvaktd --check-config")
def rule_missing():
    machine.install()
    machine.settings("[Lock]\nEscalate=terminate\n")
    result = run("kortvaktd", "--check-config", check=False)
    expect(f"exit code {result.returncode}: {result.stderr.strip()}", result.returncode != 0)


@row("polkit refuses: it is said, others are not touched, and once the rule is back the session is locked")
def polkit_denies():
    scene = Scene("[Lock]\nConfirmSec=1\n")
    rule = pathlib.Path(RULE)
    text = rule.read_text()
    rule.unlink()
    machine.restart("polkit")
    scene.pull(scene.guarded())
    scene.fails("access-denied")
    scene.stays_open()
    rule.write_text(text)
    machine.restart("polkit")
    scene.locks(time.monotonic())
    scene.alice.unlock()
    scene.locks(scene.pull(scene.guarded()), times=2)


@row("polkit is away when the card is pulled: locked when it is back")
def polkit_away():
    scene = Scene("[Lock]\nConfirmSec=1\n")
    card = scene.guarded()
    run("systemctl", "mask", "--quiet", "--runtime", "polkit")
    run("systemctl", "stop", "polkit")
    when = scene.pull(card)
    wait_for("LockFailed", scene.watch.failures)
    run("systemctl", "unmask", "--quiet", "--runtime", "polkit")
    run("systemctl", "start", "polkit")
    scene.locks(when)


@row("the installed unit, running: systemd-analyze security says 1.5 or less, no core dumps")
def hardened():
    Scene()
    line = run("systemd-analyze", "security", "--no-pager", "kortvaktd").strip().splitlines()[-1]
    expect(line.strip("→ "), float(line.split(":")[1].split()[0]) <= 1.5)
    limits = pathlib.Path(f"/proc/{machine.main_pid('kortvaktd')}/limits").read_text()
    expect("no core dumps", re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE))
    started = run("systemctl", "cat", "kortvaktd")
    expect("without changes of ours", "/etc/systemd/system/kortvaktd.service.d" not in started)
