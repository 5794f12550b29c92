"""Suspend and resume: everything of it but the hardware."""
import pathlib

import bus
import machine
from machine import run, wait_for


def prepare(seconds=2):
    """Makes logind believe that this machine can sleep, and lets sleeping be a pause of so many seconds."""
    # In a container /sys is a small file system that holds parts of the real one; a folder can be added.
    run("mount", "-o", "remount,rw", "/sys")
    pathlib.Path("/sys/power").mkdir(exist_ok=True)
    pathlib.Path("/sys/power/state").write_text("freeze mem\n")
    machine.drop_in(f"[Service]\nExecStart=\nExecStart=busctl emit / {bus.BOX} Asleep\nExecStart=sleep {seconds}\n",
                    unit="systemd-suspend")
    machine.restart("systemd-logind")


def fall_asleep(watch):
    """Suspends, and answers when the machine is asleep."""
    run("systemctl", "suspend")
    wait_for("the machine asleep", lambda: watch.sleep()[-1:] == ["asleep"])


def wake(watch):
    wait_for("the machine awake", lambda: watch.sleep()[-1:] == ["awake"])
