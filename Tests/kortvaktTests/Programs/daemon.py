"""A system bus of its own, and on it something that has the daemon's name: as it should be, or hostile.

The first line says where the bus is. Then lines on standard input say what to do, each answered with `done` or `failed`.
Written against org.kortvakt.Kortvakt1.xml, and not with the daemon's own code.
"""
import json
import os
import subprocess
import sys
import tempfile
import threading

import dbus
import dbus.bus
import dbus.lowlevel
import dbus.mainloop.glib
from gi.repository import GLib

NAME, PATH = 'org.kortvakt.Kortvakt1', '/org/kortvakt/Kortvakt1'
PROPERTIES = 'org.freedesktop.DBus.Properties'
SIGNATURES = {'Version': 's', 'Readers': 'as', 'Cards': 'a(sbsbb)', 'Sessions': 'a(sb)', 'Guards': 'a(ss)',
              'LastLock': '(ssstxxx)'}
CONFIGURATION = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type><auth>EXTERNAL</auth><listen>unix:path=%s/bus</listen>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/><allow receive_type="method_return"/>
    <allow receive_type="error"/><allow receive_type="signal"/>
    %s
  </policy>
</busconfig>'''
DENIED = '<deny send_destination="%s"/>' % NAME

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
folder = tempfile.mkdtemp(prefix='kortvakt-bus-')
os.chmod(folder, 0o755)
with open(folder + '/config', 'w') as file:
    file.write(CONFIGURATION % (folder, DENIED if 'denied' in sys.argv else ''))
daemon = subprocess.Popen(['dbus-daemon', '--config-file=' + folder + '/config', '--nofork', '--print-address'],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
address = daemon.stdout.readline().strip()

connection = None
stranger = dbus.bus.BusConnection(address)
state = {'Version': '1.2.3', 'Readers': [], 'Cards': [], 'Sessions': [], 'Guards': [],
         'LastLock': ['', '', '', 0, 0, 0, 0]}
reading, locking = ['honest'], ['done']
asked = []


def structure(values, signature):
    return dbus.Struct(values, signature=signature)


def variant(name, value):
    signature = SIGNATURES[name]
    if name == 'LastLock':
        # In a variant each value says its own type.
        return dbus.Struct(tuple(dbus.String(text) for text in value[:3]) + (dbus.UInt64(value[3]),) +
                           tuple(dbus.Int64(number) for number in value[4:]))
    if signature.startswith('a('):
        inner = signature[2:-1]
        return dbus.Array([structure(row, inner) for row in value], signature='(%s)' % inner)
    return dbus.Array(value, signature='s') if name == 'Readers' else dbus.String(value)


def dictionary(names):
    return dbus.Dictionary({name: variant(name, state[name]) for name in names}, signature='sv')


def signal_of(member, interface, signature, *arguments):
    message = dbus.lowlevel.SignalMessage(PATH, interface, member)
    message.append(*arguments, signature=signature)
    return message


def send(message, to=None):
    (to or connection).send_message(message)
    (to or connection).flush()


def read(message):
    mode = reading[0]
    if mode == 'never':
        return
    if mode == 'die':
        return stop()
    reply = dbus.lowlevel.MethodReturnMessage(message)
    if mode == 'text':
        reply.append('no dictionary', signature='s')
    elif mode == 'nothing':
        pass
    elif mode == 'types':
        reply.append(dbus.Dictionary({name: dbus.Int64(-1) for name in SIGNATURES}, signature='sv'), signature='a{sv}')
    elif mode == 'huge':
        state['Sessions'] = [['s%d' % number, False] for number in range(20000)]
        reply.append(dictionary(SIGNATURES), signature='a{sv}')
    elif mode == 'long':
        state['Version'] = 'x' * 1000000
        reply.append(dictionary(SIGNATURES), signature='a{sv}')
    else:
        reply.append(dictionary(SIGNATURES), signature='a{sv}')
    send(reply)


def lock(message):
    session = str(message.get_args_list()[0])
    asked.append(session)
    mode = locking[0]
    if mode == 'never':
        return
    if mode == 'die':
        return stop()
    if mode == 'denied':
        send(signal_of('LockFailed', NAME, 'ss', session, 'access-denied'))
        return send(dbus.lowlevel.ErrorMessage(message, NAME + '.Error.LockFailed', 'said so'))
    if mode.startswith('org.'):
        return send(dbus.lowlevel.ErrorMessage(message, mode, 'said so'))
    session = session or '3'
    state['LastLock'] = [session, '', 'request', 1795000000000000, 100, 200, -1]
    send(dbus.lowlevel.MethodReturnMessage(message))
    if mode == 'locked':
        send(signal_of('SessionLocked', NAME, 'sss', session, '', 'request'))
    elif mode == 'state':
        state['Sessions'] = [[session, True]]
        changed(['Sessions'])
    elif mode == 'other':
        send(signal_of('SessionLocked', NAME, 'sss', 'other', '', 'request'))
    elif mode in ('not-confirmed', 'access-denied', 'logind-failed'):
        send(signal_of('LockFailed', NAME, 'ss', session, mode))
    elif mode == 'gone':
        stop()


def called(_, message):
    if message.get_type() != dbus.lowlevel.MESSAGE_TYPE_METHOD_CALL or message.get_path() != PATH:
        return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED
    {'GetAll': read, 'LockNow': lock}[message.get_member()](message)
    return dbus.lowlevel.HANDLER_RESULT_HANDLED


def changed(names):
    send(signal_of('PropertiesChanged', PROPERTIES, 'sa{sv}as', NAME, dictionary(names),
                   dbus.Array([], signature='s')))


def start():
    global connection
    connection = dbus.bus.BusConnection(address)
    connection.set_exit_on_disconnect(False)
    connection.add_message_filter(called)
    connection.request_name(NAME)


def stop():
    global connection
    connection.close()
    connection = None


def show(text):
    """Changes properties and tells which."""
    new = json.loads(text)
    state.update(new)
    if connection:
        changed(list(new))


def quietly(text):
    state.update(json.loads(text))


def emit(text):
    member, *arguments = json.loads(text)
    send(signal_of(member, NAME, 's' * len(arguments), *arguments))


def forge(text):
    """The same from somebody else, to everybody and to each by name, and a change of the name's owner."""
    member, *arguments = json.loads(text)
    listeners = [name for name in stranger.list_names() if name.startswith(':')]
    for listener in [None] + listeners:
        for message in (signal_of(member, NAME, 's' * len(arguments), *arguments),
                        signal_of('PropertiesChanged', PROPERTIES, 'sa{sv}as', NAME,
                                  dbus.Dictionary({'Sessions': dbus.Array([], signature='(sb)')}, signature='sv'),
                                  dbus.Array([], signature='s'))):
            if listener:
                message.set_destination(listener)
            send(message, stranger)


def mistyped(_):
    """A change whose value has another type than its name says, and one with other arguments."""
    send(signal_of('PropertiesChanged', PROPERTIES, 'sa{sv}as', NAME,
                   dbus.Dictionary({'Sessions': dbus.String('none')}, signature='sv'), dbus.Array([], signature='s')))
    send(signal_of('PropertiesChanged', PROPERTIES, 'ss', NAME, 'none'))
    send(signal_of('SessionLocked', NAME, 'x', dbus.Int64(1)))
    send(signal_of('LockFailed', NAME, 's', 'x' * 100000))


def heard(_):
    return json.dumps(asked)


def kill(_):
    daemon.kill()
    daemon.wait()


COMMANDS = {
    'start': lambda _: start(), 'stop': lambda _: stop(), 'show': show, 'quietly': quietly, 'emit': emit,
    'forge': forge, 'mistyped': mistyped, 'heard': heard, 'kill': kill,
    'reading': lambda mode: reading.__setitem__(0, mode), 'locking': lambda mode: locking.__setitem__(0, mode),
}


def obey(line):
    word, _, rest = line.strip().partition(' ')
    try:
        answer = COMMANDS[word](rest)
        print('done' if answer is None else 'done ' + answer, flush=True)
    except Exception as error:
        print('failed %r' % error, flush=True)


def listen():
    for line in sys.stdin:
        GLib.idle_add(obey, line)
    GLib.idle_add(loop.quit)


stranger.set_exit_on_disconnect(False)
loop = GLib.MainLoop()
threading.Thread(target=listen, daemon=True).start()
print('ready ' + address, flush=True)
try:
    loop.run()
finally:
    daemon.kill()
    daemon.wait()
    subprocess.run(['rm', '-rf', folder])
