"""What a program does while nothing happens."""
import pathlib
import time

import desk
import machine
import peers
from measures import check, measure

WAKE_UPS, PROCESSOR, MEMORY = 10, 0.02, 15_000_000  # times, seconds, bytes
# pcscd switches an unused card off, and programs finish what they do when a card is new.
SETTLE = 20


def switches(pid):
    """How often each thread has gone to sleep, which it does once after each time that it woke up, and how often it had to
    make room for others (proc(5), /proc/PID/task/TID/status)."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        rows = dict(row.split(":", 1) for row in (task / "status").read_text(encoding="ascii").splitlines())
        found[task.name] = [int(rows["voluntary_ctxt_switches"]), int(rows["nonvoluntary_ctxt_switches"])]
    return found


def more(before, after):
    return [sum(counts[index] - before.get(thread, [0, 0])[index] for thread, counts in after.items()) for index in range(2)]


def processor(pid):
    """Seconds of processor time of all its threads, also those that have ended (CPUCLOCK_SCHED, clock_getcpuclockid(3))."""
    return time.clock_gettime(~pid << 3 | 2)


@measure
def idle(name="kortvaktd", seconds=300):
    """Wake-ups, processor time and memory of one program while a card lies in the reader."""
    ours = name == "kortvaktd"
    if ours and not desk.has_daemon():
        raise machine.Skipped("kortvaktd is not built")
    scene = desk.Desk(with_daemon=ours)
    # What listens for measurements is not part of the quiet.
    scene.bare.end()
    scene.ear.end()
    peer = None if ours else peers.Peer(name)
    time.sleep(2.5)
    scene.slots[0].insert("piv")
    if ours:
        scene.guarded_by(scene.slots[0])
        scene.identified(scene.slots[0])
    time.sleep(SETTLE)
    pid = machine.main_pid("kortvaktd") if ours else peer.child.pid
    before, used = switches(pid), processor(pid)
    time.sleep(seconds)
    after, used = switches(pid), processor(pid) - used
    asleep, interrupted = more(before, after)
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    memory = int(status.split("VmRSS:")[1].split()[0]) * 1024
    ended = set(before) - set(after)
    print(f"  {name:<18}{asleep:9}{interrupted:13}{used:12.4f}{memory / 1e6:12.1f}{len(after):9}"
          + (" threads ended meanwhile" if ended else ""))
    if not ours:
        return
    problems = []
    # Each time that a thread goes to sleep of itself it has woken up, be it for an answer a fraction of a millisecond later.
    if asleep > WAKE_UPS or ended:
        problems.append(f"more than {WAKE_UPS} wake-ups, or not all known")
    if used >= PROCESSOR:
        problems.append(f"not under {PROCESSOR} s of processor time")
    if memory >= MEMORY:
        problems.append("not under 15 MB")
    check(problems)
