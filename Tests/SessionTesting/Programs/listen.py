"""Prints every signal of the daemon's object that arrives here, one a line, as Python's dbus understands it."""
import sys
import threading

import dbus
import dbus.mainloop.glib
from gi.repository import GLib

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SystemBus()
loop = GLib.MainLoop()


def plain(value):
    if isinstance(value, dbus.Boolean):
        return bool(value)
    if isinstance(value, (dbus.Array, dbus.Struct, list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {plain(key): plain(part) for key, part in value.items()}
    if isinstance(value, int):
        return int(value)
    return str(value)


def heard(*arguments, member):
    print('done', member, plain(arguments), flush=True)


bus.add_signal_receiver(heard, path='/org/kortvakt/Kortvakt1', member_keyword='member')


def listen():
    sys.stdin.read()
    GLib.idle_add(loop.quit)


threading.Thread(target=listen, daemon=True).start()
print('ready', flush=True)
loop.run()
