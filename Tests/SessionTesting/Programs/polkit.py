"""A polkit that answers as it is told by lines on standard input: yes, no, challenge, never.

`asked` tells what it was asked last: subject, whether its name is that of a connection, action, details, flags.
"""
import sys
import threading

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

NAME = 'org.freedesktop.PolicyKit1'

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SystemBus()
loop = GLib.MainLoop()
answers = {'yes': (True, False), 'no': (False, False), 'challenge': (False, True)}


class Authority(dbus.service.Object):
    mode = 'no'
    asked = 'nothing'

    @dbus.service.method(NAME + '.Authority', in_signature='(sa{sv})sa{ss}us', out_signature='(bba{ss})',
                         async_callbacks=('reply', 'fail'))
    def CheckAuthorization(self, subject, action, details, flags, cancellation, reply, fail):
        named = str(subject[1].get('name', '')).startswith(':')
        Authority.asked = '%s %s %s %d %d' % (subject[0], named, action, len(details), flags)
        if self.mode in answers:
            reply(answers[self.mode] + (dbus.Dictionary({}, signature='ss'),))


authority = Authority(bus, '/org/freedesktop/PolicyKit1/Authority')
name = dbus.service.BusName(NAME, bus)


def obey(line):
    word = line.strip()
    if word == 'asked':
        print('done ' + Authority.asked, flush=True)
    else:
        Authority.mode = word
        Authority.asked = 'nothing'
        print('done', flush=True)


def listen():
    for line in sys.stdin:
        GLib.idle_add(obey, line)
    GLib.idle_add(loop.quit)


threading.Thread(target=listen, daemon=True).start()
print('ready', flush=True)
loop.run()
