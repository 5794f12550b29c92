"""Rows about whose card it is, and about what is asked of the daemon while it runs."""
import json
import pathlib
import shutil
import subprocess

import daemon
import machine
import readers
from machine import expect, run, say, wait_for
from rows import row
from scene import Scene
from sessions import Session, all_untouched

OWNERS = pathlib.Path("/etc/kortvakt/owners")
TRUST = pathlib.Path("/etc/kortvakt/trust")


def call(user, member, *arguments):
    """What the daemon answers to a call of this user: nothing, or the error."""
    result = run("runuser", "-u", user, "--", "busctl", "call", "--auto-start=no", "--allow-interactive-authorization=no",
                 *daemon.OBJECT, member, *arguments, check=False)
    return result.stderr.strip()


def trust_the_issuers():
    TRUST.mkdir(parents=True)
    for name in ["root", "issuer"]:
        shutil.copy(machine.TREE / f"Fixtures/pki/certificates/{name}.der", TRUST)


def number_on(slot):
    """The HSA-id in the card's login certificate, as an administrator reads it."""
    text = run("kortvakt", "cert", "list", "--reader", slot.name, "--json", "--show-personal-data")
    return next(one["hsaID"] for one in json.loads(text)["certificates"] if one.get("hsaID"))


def nobodys_card(scene):
    """With the settings as they are now the card guards nothing."""
    run("systemctl", "reload", "kortvaktd")
    card = scene.slots[0].insert()
    wait_for("the card identified", lambda: daemon.identified(scene.slots[0]))
    daemon.guards_begin(scene.alice)
    scene.pull(card)
    all_untouched([scene.alice])


def card_of_alice():
    """Readers, and settings by which the card is hers; its number."""
    slots = readers.plug_in()
    machine.install()
    trust_the_issuers()
    card = slots[0].insert()
    number = number_on(slots[0])
    card.pull()
    OWNERS.write_text(f"[User alice]\nHSAID={number}\n")
    OWNERS.chmod(0o640)
    shutil.chown(OWNERS, "root", "kortvakt")
    return slots, number


@row("Bind=owner: a card guards its owner's session; another's card does not, and one that is not trusted does not")
def owner():
    slots, number = card_of_alice()
    scene = Scene("[Lock]\nBind=owner\n", slots=slots)
    card = scene.guarded()
    wait_for("the card identified", lambda: daemon.identified(slots[0]))
    daemon.guards_begin(scene.alice, slots[0])
    scene.locks(scene.pull(card))
    scene.alice.unlock()
    OWNERS.write_text(f"[User bob]\nHSAID={number}\n")
    nobodys_card(scene)
    OWNERS.write_text(f"[User alice]\nHSAID={number}\n")
    shutil.rmtree(TRUST)
    TRUST.mkdir()
    shutil.copy(next(pathlib.Path("/usr/share/ca-certificates/mozilla").glob("*.crt")), TRUST / "other.pem")
    nobodys_card(scene)
    expect("asked to lock once", len(scene.watch.locks()) == 1)


@row("Revocation=online: with the drop-in the daemon fetches revocation lists with curl, without it nothing")
def online():
    slots, _ = card_of_alice()
    server = subprocess.Popen(
        ["python3", "-I", machine.TREE / "Tests/CardTesting/Programs/server.py", machine.TREE / "Fixtures/pki", "", "responder"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    proxy = f"Environment=http_proxy=http://127.0.0.1:{server.stdout.readline().strip()}\n"
    cache = pathlib.Path("/var/cache/kortvakt/daemon")
    machine.drop_in("[Service]\nCacheDirectory=kortvakt/daemon\n" + proxy, "online")
    scene = Scene("[Lock]\nBind=owner\nRevocation=online\n", slots=slots)
    card = scene.guarded()
    wait_for("the card identified", lambda: daemon.identified(slots[0]))
    expect("nothing was fetched", not any(path.is_file() for path in cache.rglob("*")))
    scene.locks(scene.pull(card))
    scene.alice.unlock()
    machine.drop_in((machine.TREE / "systemd/kortvaktd-online.conf.example").read_text() + proxy, "online")
    machine.restart("kortvaktd")
    scene.guarded()
    wait_for("the card identified", lambda: daemon.identified(slots[0]))
    fetched = wait_for("revocation lists", lambda: [path for path in cache.rglob("*") if path.is_file()])
    say(f"{len(fetched)} files fetched")
    server.kill()


@row("Bind=explicit: only a card for which somebody asked guards, and only who may can ask")
def explicit():
    bob = Session("bob")
    scene = Scene("[Lock]\nBind=explicit\n")
    card = scene.slots[0].insert()
    wait_for("the card identified", lambda: daemon.identified(scene.slots[0]))
    expect("nobody is guarded", daemon.property("Guards") == [])
    said = call("bob", "GuardSession", "s", scene.alice.id)
    expect(f"bob may not ask for alice: {said}", said != "" and daemon.guards(scene.alice) == [])
    expect("alice may", call("alice", "GuardSession", "s", scene.alice.id) == "")
    daemon.guards_begin(scene.alice, scene.slots[0])
    scene.locks(scene.pull(card))
    all_untouched([bob])
    said = call("alice", "GuardSession", "s", scene.alice.id)
    expect(f"without a card: {said}", "no card" in said)


@row("LockNow locks the caller's own session; another's only with polkit's permission, and none that does not exist")
def lock_now():
    bob = Session("bob")
    scene = Scene()
    for session in [scene.alice.id, "nosuch", ""]:
        said = call("nobody", "LockNow", "s", session)
        expect(f"nobody asks for '{session}': {said}", said != "")
    said = call("bob", "LockNow", "s", scene.alice.id)
    expect(f"bob asks for alice: {said}", said != "")
    all_untouched([scene.alice, bob])
    expect("alice asks for herself", call("alice", "LockNow", "s", scene.alice.id) == "")
    scene.alice.is_locked()
    expect("root asks for bob", call("root", "LockNow", "s", bob.id) == "")
    bob.is_locked()
    text = run("journalctl", "--quiet", "--unit=kortvaktd", "--output=cat")
    expect("the journal says so", text.count("request") >= 2)


@row("settings with a fault are refused as a whole and the old ones stay; a reload takes those without")
def reloaded():
    scene = Scene("[Lock]\nAction=none\n")
    card = scene.guarded()
    machine.SETTINGS.write_text("[Lock]\nAction=lock\nGraceSecs=3\n")
    said = call("root", "Reload")
    expect(f"refused: {said}", "fault" in said)
    refused = [one for one in daemon.entries("err") if "KORTVAKT_KEY" in one][-1]
    say(f"journal: {refused['MESSAGE']}")
    expect("file, group, key and reason", (refused["KORTVAKT_FILE"], refused["KORTVAKT_GROUP"], refused["KORTVAKT_KEY"]) ==
           (str(machine.SETTINGS), "Lock", "GraceSecs") and refused["KORTVAKT_FAULT"] != "")
    run("systemctl", "reload", "kortvaktd")
    scene.pull(card)
    scene.stays_open()
    said = call("alice", "Reload")
    expect(f"alice may not: {said}", said != "")
    machine.SETTINGS.write_text("[Lock]\nAction=lock\n")
    expect("a reload without a fault", call("root", "Reload") == "")
    scene.locks(scene.pull(scene.guarded()))
