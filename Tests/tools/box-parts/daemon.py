"""kortvaktd, installed and started as an administrator does, and what it says of itself."""
import json

import machine
from machine import run, wait_for

NAME = "org.kortvakt.Kortvakt1"
OBJECT = [NAME, "/org/kortvakt/Kortvakt1", NAME]


def start(settings=""):
    """Installs and starts it with these settings; Type=notify tells when it is ready."""
    machine.install()
    machine.settings(settings or "[Lock]\n")
    # What an administrator does first.
    run("kortvaktd", "--check-config")
    run("systemctl", "enable", "--quiet", "--now", "kortvaktd")


def property(name):
    result = run("busctl", "get-property", "--json=short", "--auto-start=no", *OBJECT, name, check=False)
    # Not there, for example while it is restarted.
    return json.loads(result.stdout)["data"] if result.returncode == 0 else None


def guards(session):
    """The names of the readers whose cards guard the session."""
    return sorted(reader for name, reader in property("Guards") or [] if name == session.id)


def guards_begin(session, *slots):
    """Waits until these readers' cards guard the session, and no others."""
    wait_for(f"{session} guarded by {', '.join(slot.name for slot in slots) or 'nothing'}",
             lambda: guards(session) == sorted(slot.name for slot in slots))
    machine.say(f"{session} is guarded by " + ", ".join(slot.name for slot in slots))


def identified(slot):
    """Whether it knows whose card is in there."""
    return any(name == slot.name and there and known for name, there, _, known, _ in property("Cards") or [])


def killed():
    """Kills it, and answers when systemd has started it anew."""
    old = machine.kill("kortvaktd")
    restarted(old)


def restarted(old):
    wait_for("kortvaktd running again", lambda: machine.main_pid("kortvaktd") not in (0, old)
             and run("systemctl", "is-active", "kortvaktd", check=False).stdout.strip() == "active")


def entries(priority="debug"):
    """What it wrote into the journal at this priority or a graver one: the fields of each entry."""
    text = run("journalctl", "--quiet", "--output=json", f"--priority={priority}", "_SYSTEMD_UNIT=kortvaktd.service")
    return [json.loads(line) for line in text.splitlines()]

