"""Rows that need no daemon: that the box is what the others take it for, and what its parts do by themselves."""
import glob
import json
import os
import pathlib
import re
import subprocess
import time

import bus
import machine
import readers
import sessions
import sleeping
import usb
from machine import expect, run, say, wait_for
from rows import row
from sessions import Session

# The probe is a program, and starts others.
PROBE = f"[Service]\nExecStart=\nExecStart={machine.PARTS}/unit-probe {{}}\nNoExecPaths=\nExecPaths=\n"


@row("logind's Lock on one session locks that screen and no other")
def box_screens():
    sessions.second_seat()
    alice = Session("alice")
    others = [Session("bob", seat="seat1"), Session("carol", remote="192.0.2.7"), Session("dora", category="greeter"),
              Session("erik", kind="tty", locker=False)]
    carol, greeter = others[1:3]
    expect("carol's session is remote", carol.property("Remote") == "yes")
    expect("dora's is a greeter", greeter.property("Class") == "greeter")
    started = time.monotonic()
    run("loginctl", "lock-session", alice.id)
    alice.is_locked(since=started)
    sessions.all_untouched(others)
    alice.unlock()
    say("unlocked again")
    started = time.monotonic()
    run("loginctl", "lock-session", others[0].id)
    others[0].is_locked(since=started)
    sessions.all_untouched([alice])
    # What must never be used: it reaches sessions that nobody can unlock.
    run("loginctl", "lock-sessions")
    carol.is_locked()
    greeter.is_locked()


@row("Lock succeeds although no locker listens, and LockedHint stays no")
def box_no_locker():
    alice = Session("alice", locker=False)
    run("loginctl", "lock-session", alice.id)
    sessions.all_untouched([alice])


@row("of two users on a seat the later is in front, and the other can be brought there")
def box_switching():
    bob, alice = Session("bob"), Session("alice")
    expect("alice is in front, bob is not", alice.property("Active") == "yes" and bob.property("Active") == "no")
    bob.activate()
    expect("then bob is, and alice is not", alice.property("Active") == "no")


@row("a card that is put in and pulled is seen, and a card service that was killed comes back with it")
def box_cards():
    slots = readers.plug_in(pairs=2)
    machine.install_tool()
    card = slots[2].insert()
    seen = readers.status()
    expect(f"4 readers, one card: {seen[slots[2].name]['product']}",
           len(seen) == 4 and [name for name in seen if seen[name]] == [slots[2].name])
    number = seen[slots[2].name]["serialNumber"]
    old = machine.kill("pcscd")
    wait_for("the same card again", lambda: (readers.status().get(slots[2].name) or {}).get("serialNumber") == number)
    expect("pcscd was started anew by its socket", machine.main_pid("pcscd") not in (0, old))
    card.pull()
    wait_for("an empty reader", lambda: not slots[2].occupied())
    say("pulled")


@row("a card that another program keeps busy is seen leaving")
def box_busy():
    reader = readers.plug_in()[0]
    card = reader.insert()
    with readers.busy(reader):
        card.pull()
        wait_for("an empty reader", lambda: not reader.occupied())
    say("seen although a transaction was open")


@row("a USB reader that is unplugged takes its name along, and brings it back")
def box_unplug():
    reader = usb.plug_in()
    card = reader.insert()
    usb.unplug()
    wait_for("no reader", lambda: reader.name not in readers.names())
    say(f"{reader.name} is gone")
    usb.plug_in()
    wait_for("the card in it", reader.occupied)
    say("and back, with its card")
    card.pull()


@row("suspending tells everybody first, waits for who asked for it, and tells when it is over")
def box_sleep():
    sleeping.prepare()
    alice = Session("alice")
    watch = bus.Watch()
    with machine.process("systemd-inhibit", "--what=sleep", "--mode=delay", "--who=box", "--why=test", "sleep", "1"):
        wait_for("the inhibitor", lambda: "box" in run("systemd-inhibit", "--list"))
        sleeping.fall_asleep(watch)
    sleeping.wake(watch)
    expect(f"in this order: {', '.join(watch.sleep())}", watch.sleep() == ["about to sleep", "asleep", "awake"])
    told, slept = (message["timestamp-realtime"] / 1e6 for message in watch.messages[:2])
    expect(f"it waited {slept - told:.1f} s for an inhibitor", slept - told > 0.5)
    expect("nobody locks by itself", alice.untouched())


@row("the unit's sandbox lets through what the daemon needs and nothing else, at a security level of 1.5 or less")
def box_unit():
    readers.plug_in()[0].insert(seen=False)
    alice = Session("alice")
    machine.install()
    pathlib.Path("/etc/kortvakt").mkdir(exist_ok=True)
    machine.drop_in(PROBE.format(alice.path))
    run("systemctl", "start", "kortvaktd")
    found = json.loads(pathlib.Path("/run/kortvakt/probe.json").read_text())

    analysis = run("systemd-analyze", "security", "--no-pager", "kortvaktd")
    level = float(re.search(r"kortvaktd\.service: ([0-9.]+)", analysis)[1])
    expect(f"systemd-analyze security: {level}", level <= 1.5)
    names = [reader["name"] for reader in json.loads(found["card service"]["output"])["readers"]]
    expect(f"the card service: {', '.join(names)}", found["card service"]["code"] == 0)
    expect("logind's sessions", found["sessions"]["code"] == 0 and alice.path in found["sessions"]["output"])
    expect("Lock on a session of another user", found["lock"]["code"] == 0)
    alice.is_locked()
    expect(f"not Terminate: {found['terminate']['error']}", found["terminate"]["code"] != 0 and alice.exists())
    expect("a delay inhibitor", found["inhibitor"]["code"] == 0)
    expect("not a blocking one", found["blocking inhibitor"]["code"] != 0)
    expect("the journal, with fields",
           found["journal"] == "allowed" and "was here" in run("journalctl", "--quiet", "--output=cat", "UNIT_PROBE=yes"))
    expect("the configuration", found["configuration"] == "allowed")
    expect("a folder of its own, mode 700",
           (found["runtime directory"], found["runtime directory mode"]) == ("allowed", "0o700"))
    for name in ["write /etc", "write /var", "read /home", "network", "write and execute", "namespace"]:
        expect(f"not {name}: {found[name]}", found[name] != "allowed")
    own = {name: os.readlink(f"/proc/self/ns/{name}") for name in found["namespaces"]}
    expect(f"apart from others: {', '.join(own)}", not own.items() & found["namespaces"].items())
    expect("no process but its own", not found["processes of others"])
    expect("no core dumps, no backtraces", found["core size"] == [0, 0] and found["core filter"] == 0
           and found["backtrace"] == "enable=no")
    expect("no capabilities", set(found["capabilities"]) == {"0" * 16})

    pid = machine.kill("kortvaktd", "SEGV")
    wait_for("the daemon running again", lambda: machine.main_pid("kortvaktd") not in (0, pid))
    expect("restarted after a crash, its folder kept", pathlib.Path("/run/kortvakt/file").read_text() == "kept")
    expect("no core file", not glob.glob("/core*") and not glob.glob("/var/lib/systemd/coredump/*"))


@row("the unit starts no program; with the drop-in for online checks, curl alone")
def box_programs():
    machine.install()
    online = pathlib.Path(machine.TREE / "systemd/kortvaktd-online.conf.example").read_text()

    def may_start(program):
        machine.drop_in(f"[Service]\nType=oneshot\nRestart=no\nExecStart=\nExecStart={program} --version\n", "program")
        run("systemctl", "start", "kortvaktd", check=False)
        # 203: systemd's own, where it cannot execute what it should.
        return run("systemctl", "show", "--property=ExecMainStatus", "--value", "kortvaktd").strip() != "203"

    for program in ["/usr/bin/curl", "/usr/bin/true", "/bin/sh"]:
        expect(f"not {program}", not may_start(program))
    machine.drop_in(online, "online")
    expect("with the drop-in curl", may_start("/usr/bin/curl"))
    for program in ["/usr/bin/true", "/bin/sh"]:
        expect(f"and not {program}", not may_start(program))


@row("with the polkit rule the daemon's user may lock, without it or as another user not")
def box_polkit():
    machine.install()
    machine.user("mallory")
    alice = Session("alice")

    def lock_as(user):
        words = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "busctl", "call",
                 "--allow-interactive-authorization=no", sessions.LOGIND[0], alice.path, "org.freedesktop.login1.Session",
                 "Lock"]
        return subprocess.run(words, text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=20)

    refused = lock_as("mallory")
    expect(f"mallory may not: {refused.stderr.strip()}", refused.returncode != 0)
    sessions.all_untouched([alice])
    expect("kortvakt may", lock_as("kortvakt").returncode == 0)
    alice.is_locked()
    alice.unlock()
    pathlib.Path("/etc/polkit-1/rules.d/50-kortvakt.rules").unlink()
    machine.restart("polkit")
    refused = lock_as("kortvakt")
    expect(f"without the rule kortvakt may not either: {refused.stderr.strip()}", refused.returncode != 0)
    sessions.all_untouched([alice])


@row("the bus starts the daemon only where it is enabled")
def box_activation():
    alice = Session("alice")
    machine.install()
    machine.drop_in(PROBE.format(alice.path))
    call = ["busctl", "call", "--timeout=3", "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
            "StartServiceByName", "su", "org.kortvakt.Kortvakt1", "0"]
    result = run(*call, check=False)
    expect(f"not enabled: {result.stderr.strip()}", result.returncode != 0 and not machine.main_pid("kortvaktd"))
    run("systemctl", "enable", "kortvaktd")
    # The probe takes no name on the bus, so that the call itself fails; that systemd was asked to start it is what counts.
    run(*call, check=False)
    wait_for("the unit running", lambda: machine.main_pid("kortvaktd"))
    say("enabled: started")
