"""Login sessions with real PAM, real logind and a real locker on a screen in memory."""
import itertools
import pathlib
import struct
import subprocess
import time

import machine
from machine import Failure, run, wait_for

LOGIND = ["org.freedesktop.login1", "/org/freedesktop/login1"]
FOLDER = pathlib.Path("/run/box-sessions")
LOCK_COLOUR = bytes.fromhex("8b0000")
displays = itertools.count(70)


def second_seat():
    """Makes a seat1, which has a screen of its own. Before logind starts.

    logind takes its seats from udev's database: any device that is marked as a seat's master will do, here /dev/null
    (character device 1:3). `Q` and `V` are how systemd from 247 notes current tags.
    """
    folder = pathlib.Path("/run/udev/data")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "c1:3").write_text("E:ID_SEAT=seat1\nG:seat\nG:master-of-seat\nQ:seat\nQ:master-of-seat\nV:1\n")
    for tag in ["seat", "master-of-seat"]:
        tags = pathlib.Path(f"/run/udev/tags/{tag}")
        tags.mkdir(parents=True, exist_ok=True)
        (tags / "c1:3").touch()
    machine.restart("systemd-logind")
    wait_for("a second seat", lambda: "seat1" in run("loginctl", "--no-legend", "list-seats").split())


class Session:
    """A login session; graphical, local and with a locker unless said otherwise."""

    def __init__(self, user, seat="seat0", kind="x11", category="user", remote=None, locker=True):
        machine.user(user)
        self.user, self.display = user, next(displays)
        self.screen = pathlib.Path(f"~{user}").expanduser() / "Xvfb_screen0" if kind == "x11" else None
        FOLDER.mkdir(mode=0o1777, exist_ok=True)
        FOLDER.chmod(0o1777)
        if self.screen and self.screen.exists():
            # One session a user: a second would share the file of the screen.
            raise Failure(f"{user} has a screen already")
        values = [f"XDG_SESSION_TYPE={kind}", f"XDG_SESSION_CLASS={category}"]
        values += ["--remote", remote] if remote else [f"XDG_SEAT={seat}"]
        words = [machine.PARTS / "pam-session", user, *values, "--",
                 machine.PARTS / "desktop-session", self.display, "yes" if locker else "no"]
        self.child = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL)
        name = FOLDER / str(self.display)
        wait_for(f"a session of {user}", lambda: name.exists() and name.read_text().strip())
        self.id = name.read_text().strip()
        answer = run("busctl", "call", *LOGIND, "org.freedesktop.login1.Manager", "GetSession", "s", self.id)
        self.path = answer.split('"')[1]
        if self.screen:
            wait_for(f"{user}'s screen", lambda: self.screen.exists() and len(self.colours()) > 1)
            if locker:
                wait_for(f"{user}'s locker", self._locker_listens)

    def _locker_listens(self):
        """Whether somebody waits for this session's signals: the bus knows (dbus-daemon's debugging statistics)."""
        rules = run("busctl", "call", "org.freedesktop.DBus", "/org/freedesktop/DBus",
                    "org.freedesktop.DBus.Debug.Stats", "GetAllMatchRules")
        return f"interface=\\'org.freedesktop.login1.Session\\',path=\\'{self.path}\\'" in rules

    def __str__(self):
        return f"session {self.id} ({self.user})"

    def property(self, name):
        return run("loginctl", "show-session", self.id, f"--property={name}", "--value").strip()

    def exists(self):
        return run("loginctl", "show-session", self.id, check=False).returncode == 0

    def hint(self):
        """Whether logind has been told that it is locked."""
        return self.property("LockedHint") == "yes"

    def colours(self):
        """The colours on the screen, as bytes of red, green and blue; two at most, then nobody needs to look on.

        The file is an X window dump (XWDFile.h): a header of 4-byte numbers, of which the first is its length and the
        twentieth the number of 12-byte colour entries that follow; then the pixels: blue, green, red, and a byte to spare.
        """
        data = self.screen.read_bytes()
        if len(data) < 80:
            return set()
        header = struct.unpack(">20I", data[:80])
        pixels = data[header[0] + 12 * header[19]:]
        first = pixels[:4]
        if pixels == first * (len(pixels) // 4):
            found = {first} if first else set()
        else:
            found = {first, next(pixels[i:i + 4] for i in range(0, len(pixels), 4) if pixels[i:i + 4] != first)}
        return {pixel[2::-1] for pixel in found}

    def covered(self):
        """Whether the locker's colour, and no other, is on the screen."""
        return self.screen is not None and self.colours() == {LOCK_COLOUR}

    def locked(self):
        return self.hint() and self.covered()

    def untouched(self):
        """Whether neither logind nor the screen knows of a lock."""
        return not self.hint() and not self.covered()

    def is_locked(self, since=None, seconds=10.0):
        """Waits until it is locked; with `since`, says how long it took from then."""
        wait_for(f"{self} locked", self.locked, seconds)
        took = "" if since is None else f", {1000 * (time.monotonic() - since):.0f} ms after"
        machine.say(f"{self}: LockedHint yes, screen one colour{took}")

    def unlock(self):
        """What entering the password does, in the locker's place: the locker goes, and logind is told."""
        run("loginctl", "unlock-session", self.id)
        wait_for(f"{self} unlocked", self.untouched)

    def activate(self):
        run("loginctl", "activate", self.id)
        wait_for(f"{self} in front", lambda: self.property("Active") == "yes")

    def log_out(self):
        run("loginctl", "terminate-session", self.id)
        wait_for(f"{self} gone", lambda: not self.exists())


def all_untouched(sessions, seconds=1.0):
    """Nothing happens to these: looked at for a while, because no event tells of what does not come."""
    machine.stays("unlocked: " + ", ".join(map(str, sessions)), lambda: all(one.untouched() for one in sessions), seconds)
    for one in sessions:
        machine.say(f"{one}: untouched")
