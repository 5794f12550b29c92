"""The machine inside the box: its services, its journal, and the installed programs."""
import contextlib
import glob
import os
import pathlib
import shutil
import subprocess
import time

# Where the box puts the source tree and the build folder.
TREE, BUILD = pathlib.Path("/tree"), pathlib.Path("/build")
PARTS = TREE / "Tests/tools/box-parts"
SETTINGS = pathlib.Path("/etc/kortvakt/kortvakt.conf.d/box.conf")


class Failure(Exception):
    """The row has shown something else than it should."""


class Skipped(Exception):
    """What the row needs is not there."""


def run(*command, check=True, timeout=60, **options):
    """Runs a program and answers what it printed; a failure carries what it said."""
    result = subprocess.run([str(word) for word in command], text=True, timeout=timeout, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    if check and result.returncode != 0:
        said = f"{result.stdout}{result.stderr}".strip()
        raise Failure(f"{' '.join(map(str, command))}: exit code {result.returncode}\n{said}")
    return result if not check else result.stdout


def wait_for(what, condition, seconds=10.0):
    """Waits until `condition` answers something true, and answers that; fails with `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() > deadline:
            raise Failure(f"after {seconds:g} s: not {what}")
        time.sleep(0.005)


def stays(what, condition, seconds):
    """Fails when `condition` stops holding within so many seconds; for what must not happen, no event can be waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not condition():
            raise Failure(f"within {seconds:g} s: no longer {what}")
        time.sleep(0.02)


def say(text):
    print(f"  {text}", flush=True)


def expect(what, condition):
    """Says what was seen, or fails."""
    if not condition:
        raise Failure(f"not so: {what}")
    say(what)


def boot():
    """Starts what every row needs; the box comes up with nothing."""
    # What this machine has set up for itself is not what is tried here.
    for path in glob.glob("/etc/kortvakt") + glob.glob("/etc/reader.conf.d/*") + glob.glob("/etc/systemd/system/kortvaktd*"):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.remove(path)
    # systemd-user-sessions ends the time in which nobody but root may log in (/run/nologin).
    run("systemctl", "start", "dbus.socket", "polkit", "systemd-user-sessions", "pcscd.socket")


def restart(unit):
    run("systemctl", "restart", unit)


def main_pid(unit):
    return int(run("systemctl", "show", "--property=MainPID", "--value", unit))


def kill(unit, signal="KILL"):
    """Kills the unit's main process alone, as a crash would, and answers its number."""
    pid = main_pid(unit)
    if not pid:
        raise Failure(f"{unit} is not running")
    os.kill(pid, {"KILL": 9, "SEGV": 11, "ABRT": 6}[signal])
    return pid


def journal(unit="kortvaktd", since=None):
    """The unit's journal entries as text, one a line."""
    words = ["journalctl", "--quiet", "--no-pager", "--output=cat", f"--unit={unit}"]
    return run(*words, *(["--since", since] if since else []))


def built(*names):
    """Goes no further where these programs are not built."""
    for name in names:
        if not (BUILD / "release" / name).exists():
            raise Skipped(f"{name} is not built: make build")


def install_tool():
    built("kortvakt", "kortvakt-card")
    run("make", "-C", TREE, f"BUILD={BUILD}", "PACKAGES=", "install-tool", timeout=120)


def install():
    """Installs the built programs, as an administrator would."""
    built("kortvakt", "kortvakt-card", "kortvaktd")
    run("make", "-C", TREE, f"BUILD={BUILD}", "PACKAGES=", "install", timeout=120)
    run("systemd-sysusers")
    run("systemd-tmpfiles", "--create", "kortvakt.conf")
    run("systemctl", "daemon-reload")
    # Both watch their folders, but tell nobody when they have read them.
    run("busctl", "call", "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ReloadConfig")
    restart("polkit")


def drop_in(text, name="box", unit="kortvaktd"):
    folder = pathlib.Path(f"/etc/systemd/system/{unit}.service.d")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.conf").write_text(text)
    run("systemctl", "daemon-reload")


def settings(text):
    """What the administrator has set; each row has its own."""
    SETTINGS.parent.mkdir(parents=True, exist_ok=True)
    SETTINGS.write_text(text)


def user(name):
    """Makes the user where there is none."""
    if run("getent", "passwd", name, check=False).returncode != 0:
        run("useradd", "--create-home", "--shell", "/bin/bash", name)
    return name


@contextlib.contextmanager
def process(*command, **options):
    """A program that runs beside, and is ended afterwards."""
    child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, **options)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
        child.wait(timeout=10)
