"""The programs of others that do something when a card goes, each set up to lock one session."""
import os
import pathlib
import re
import shutil
import signal
import subprocess

import machine
import readers
from machine import run
from sessions import Session

UNPACKED = machine.BUILD / "peers"
FOLDER = pathlib.Path("/run/box-peers")
DATABASE = pathlib.Path("/etc/pki/nssdb")
SCHEMAS = pathlib.Path("/usr/share/glib-2.0/schemas")


def module():
    found = next(iter(pathlib.Path("/usr/lib").glob("*/opensc-pkcs11.so")), None)
    if found is None:
        raise machine.Skipped("OpenSC's PKCS#11 module is not installed")
    return found


class Peer:
    """pam_pkcs11's programs. They run as root outside of every session, as from an rc file."""

    # The package's examples, but for what is done.
    SETTINGS = {"card_eventmgr": "timeout = 1000;",
                "pkcs11_eventmgr": "polling_time = 1; expire_time = 0; pkcs11_module = {module};"}

    def __init__(self, name, action=None):
        self.name, self.child = name, None
        self.program = UNPACKED / ("usr/libexec" if name == "gsd-smartcard" else "usr/bin") / name
        if not self.program.exists():
            raise machine.Skipped(f"{name} is not unpacked: Tests/tools/fetch-peers")
        self.session = None if action else self.own_session()
        self.action = action or f"loginctl lock-session {self.session.id}"
        FOLDER.mkdir(exist_ok=True)
        self.inserted = FOLDER / f"{name}.inserted"
        self.prepare()
        self.start()

    def own_session(self):
        """A session of its own to lock, so that it is known who asked; from another machine, so that nothing guards it."""
        return Session(self.name.split("_")[0], kind="tty", remote="192.0.2.7", locker=False)

    def prepare(self):
        actions = {"card_insert": f"touch {self.inserted}", "card_remove": self.action}
        events = "".join(f'event {event} {{ on_error = ignore; action = "{what}"; }}\n' for event, what in actions.items())
        block = self.SETTINGS[self.name].format(module=module())
        (FOLDER / f"{self.name}.conf").write_text(f"{self.name} {{\n{block}\n{events}}}\n")

    def command(self):
        # What they see and do goes into the journal, as they have no terminal.
        return [self.program, "debug", "nodaemon", f"config_file={FOLDER / self.name}.conf"], None

    def start(self):
        words, environment = self.command()
        self.child = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, start_new_session=True, env=environment)

    def said(self):
        """What it wrote into the journal, one a line."""
        return run("journalctl", "--quiet", "--output=cat", f"_PID={self.child.pid}").splitlines()

    def sees_a_card(self):
        return self.inserted.exists()

    def forget(self):
        self.inserted.unlink(missing_ok=True)

    def running(self):
        return self.child.poll() is None

    def signal(self, number):
        """To it and what it has started."""
        os.killpg(self.child.pid, number)

    def end(self):
        if self.running():
            self.signal(signal.SIGKILL)
        self.child.wait(10)


class Gnome(Peer):
    """GNOME's gsd-smartcard, with a stand-in for the rest of GNOME.

    It locks when the token goes with which its user has logged in, which pam_pkcs11 tells by name in the environment.
    """

    NAME = "gsd-smartcard"

    def __init__(self, token, action=None):
        self.token = token
        super().__init__(self.NAME, action)

    def own_session(self):
        # With a screen, without which it does not start; it asks for its own session.
        return Session("gnome", locker=False)

    def prepare(self):
        missing = re.findall(r"(\S+) => not found", run("ldd", self.program, env=self.environment()))
        if missing:
            raise machine.Skipped(f"{self.name} needs {', '.join(missing)}")
        DATABASE.mkdir(parents=True, exist_ok=True)
        where = ["-d", f"sql:{DATABASE}"]
        run(UNPACKED / "usr/bin/certutil", "-N", *where, "--empty-password")
        # It takes the module's name for the driver's.
        with open(DATABASE / "pkcs11.txt", "a", encoding="ascii") as modules:
            modules.write(f"library={module()}\nname=OpenSC\n\n")
        for file in (UNPACKED / "usr/share/glib-2.0/schemas").glob("*.xml"):
            shutil.copy(file, SCHEMAS)
        (SCHEMAS / "99_box.gschema.override").write_text(
            "[org.gnome.settings-daemon.peripherals.smartcard]\nremoval-action='lock-screen'\n")
        run("glib-compile-schemas", SCHEMAS)

    def environment(self):
        values = {"GSETTINGS_BACKEND": "memory", "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1", "HOME": "/root",
                  "LD_LIBRARY_PATH": str(next(UNPACKED.glob("usr/lib/gnome-settings-daemon-*"))),
                  "PKCS11_LOGIN_TOKEN_NAME": self.token}
        return os.environ | values | ({"DISPLAY": f":{self.session.display}"} if self.session else {})

    def command(self):
        words = ["dbus-run-session", "--", machine.PARTS / "gnome-stand-in", self.program, *self.action.split()]
        return words, self.environment()


def token(card):
    """The name that OpenSC gives to this card, the only one that is in."""
    machine.wait_for("the card in", card.reader.occupied)
    found = re.search(r"token label +: (.*)", run("pkcs11-tool", "--list-slots", check=False).stdout)
    return found[1].strip() if found else ""


def everyone(slot, profile):
    """All that can be run, each with a session of its own; `profile` is whose token GNOME's user has logged in with.

    Says which cannot.
    """
    found = [Peer(name) for name in Peer.SETTINGS]
    card = readers.Card(slot, profile, [], True, False)
    name = token(card)
    card.pull()
    try:
        found.append(Gnome(name))
    except machine.Skipped as reason:
        print(f"  {Gnome.NAME:<17}not run: {reason}", flush=True)
    return found
