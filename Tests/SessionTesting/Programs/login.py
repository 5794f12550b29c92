"""python-dbusmock's logind on a private bus, told what to do by lines on standard input.

Each line is answered with a line: `done`, with what was asked for behind it, or `failed` and why.
"""
import json
import os
import shlex
import signal
import subprocess
import sys

import dbus
import dbus.lowlevel
import dbusmock

MOCK = dbusmock.MOCK_IFACE
NAME = 'org.freedesktop.login1'
MANAGER_PATH = '/org/freedesktop/login1'
MANAGER = NAME + '.Manager'
SESSION = NAME + '.Session'
PROPERTIES = 'org.freedesktop.DBus.Properties'

bus = dbusmock.DBusTestCase.get_dbus(True)
process = None


def start(*session):
    """With a session, as after a restart: it is there before anybody can ask."""
    global process
    # With the template as an argument it has its methods before anybody can call them, as logind has.
    words = [sys.executable, '-B', '-m', 'dbusmock', '--system', '--template']
    words += [os.path.dirname(__file__) + '/restarted.py', '-p', json.dumps({'session': session})] if session \
        else ['logind']
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    dbusmock.DBusTestCase.wait_for_bus_object(NAME, MANAGER_PATH, system_bus=True)


def stop():
    global process
    if process:
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGTERM)
        process.wait()
        process = None


def freeze():
    """From now on it answers nothing, and is there."""
    process.send_signal(signal.SIGSTOP)


def thaw():
    process.send_signal(signal.SIGCONT)


def mock(path):
    return dbus.Interface(bus.get_object(NAME, path, introspect=False), MOCK)


def path_of(session):
    return MANAGER_PATH + '/session/' + session


def dictionary(values):
    return dbus.Dictionary(values, signature='sv')


def value_of(name, text):
    if text.startswith('long:'):
        text = 'x' * int(text[5:])
    if name in ('Active', 'Remote', 'LockedHint'):
        return dbus.Boolean(text == 'yes')
    if name == 'User':
        return dbus.Struct((dbus.UInt32(int(text)), dbus.ObjectPath('/')), signature='uo')
    if name == 'Seat':
        return dbus.Struct((text, dbus.ObjectPath('/')), signature='so')
    return dbus.String(text)


def add(session, seat, uid, user, active, *properties):
    mock(MANAGER_PATH).AddSession(session, seat, dbus.UInt32(int(uid)), user, active == 'active')
    values = {'Type': 'x11'}
    for entry in properties:
        name, _, text = entry.partition('=')
        values[name] = value_of(name, text)
    mock(path_of(session)).UpdateProperties(SESSION, dictionary(values))


def many(count):
    for number in range(int(count)):
        add('m%d' % number, 'seat0', '1000', 'alice', 'inactive')


def announce(session):
    mock(MANAGER_PATH).EmitSignal(MANAGER, 'SessionNew', 'so', [session, dbus.ObjectPath(path_of(session))])


def remove(session):
    mock(MANAGER_PATH).RemoveObject(path_of(session))
    mock(MANAGER_PATH).EmitSignal(MANAGER, 'SessionRemoved', 'so', [session, dbus.ObjectPath(path_of(session))])


def vanish(session):
    mock(MANAGER_PATH).RemoveObject(path_of(session))


def change(session, name, text):
    mock(path_of(session)).UpdateProperties(SESSION, dictionary({name: value_of(name, text)}))


def quietly(session, name, text):
    """Changes a property without a word."""
    mock(path_of(session)).AddMethod(
        SESSION, 'Quietly', 'sv', '', 'self.props["%s"][args[0]] = args[1]' % SESSION)
    dbus.Interface(bus.get_object(NAME, path_of(session), introspect=False), SESSION).Quietly(
        name, value_of(name, text), signature='sv')


def mistype(session, name):
    """Gives a property a type that it does not have."""
    mock(path_of(session)).UpdateProperties(SESSION, dictionary({name: dbus.Int64(-1)}))


def peer(process):
    """The unique name of the connection of this process, which has one."""
    driver = dbus.Interface(bus.get_object(dbus.BUS_DAEMON_NAME, dbus.BUS_DAEMON_PATH), dbus.BUS_DAEMON_IFACE)
    for name in bus.list_names():
        if name.startswith(':') and driver.GetConnectionUnixProcessID(name) == int(process):
            return name


def owner():
    return bus.get_name_owner(NAME)


def invalidate(session, name):
    mock(path_of(session)).EmitSignal(
        PROPERTIES, 'PropertiesChanged', 'sa{sv}as',
        dbus.Array([SESSION, dictionary({}), dbus.Array([name], signature='s')], signature='v'))


def flood(session, count):
    """That many changes in one go, the last of which says `LockedHint=no`."""
    mock(path_of(session)).AddMethod(SESSION, 'Flood', 'u', '', '''
for number in range(args[0]):
    self.EmitSignal("%s", "PropertiesChanged", "sa{sv}as",
                    ["%s", {"LockedHint": dbus.Boolean(number %% 2 == 0)}, dbus.Array([], signature="s")])
''' % (PROPERTIES, SESSION))
    dbus.Interface(bus.get_object(NAME, path_of(session), introspect=False), SESSION).Flood(dbus.UInt32(int(count)))


def sleep(begins):
    mock(MANAGER_PATH).EmitSignal(MANAGER, 'PrepareForSleep', 'b', [begins == 'yes'])


def method(session, name, code):
    """What a method of a session does from now on."""
    mock(path_of(session)).AddMethod(SESSION, name, '', '', code)


def locker(session):
    """Something that locks the session when it is asked to."""
    method(session, 'Lock', 'self.UpdateProperties("%s", {"LockedHint": dbus.Boolean(True)})' % SESSION)


def manager(name, arguments, result, code):
    mock(MANAGER_PATH).AddMethod(MANAGER, name, arguments, result, code)


def calls(session, name):
    return len(mock(path_of(session)).GetMethodCalls(name))


def inhibitors():
    found = dbus.Interface(bus.get_object(NAME, MANAGER_PATH, introspect=False), MANAGER).ListInhibitors()
    return ' '.join('/'.join(str(part) for part in entry[:4:3]) + ':' + str(entry[1]) for entry in found)


def forge(destination, path, interface, member, *arguments):
    """A signal that looks like logind's and is not, to one receiver."""
    message = dbus.lowlevel.SignalMessage(path, interface, member)
    message.set_destination(destination)
    if member == 'PropertiesChanged':
        message.append(SESSION, {arguments[0]: value_of(arguments[0], arguments[1])}, dbus.Array([], signature='s'),
                       signature='sa{sv}as')
    elif member == 'PrepareForSleep':
        message.append(True)
    elif member == 'NameOwnerChanged':
        message.append(*arguments)
    else:
        message.append(arguments[0], dbus.ObjectPath(arguments[1]))
    bus.send_message(message)
    bus.flush()


COMMANDS = {
    'start': start, 'stop': stop, 'freeze': freeze, 'thaw': thaw, 'locker': locker, 'add': add, 'many': many, 'announce': announce, 'remove': remove, 'vanish': vanish,
    'set': change, 'quietly': quietly, 'invalidate': invalidate, 'flood': flood, 'sleep': sleep, 'method': method,
    'manager': manager, 'calls': calls, 'inhibitors': inhibitors, 'forge': forge,
    'mistype': mistype, 'peer': peer, 'owner': owner,
}

print('ready', flush=True)
try:
    for line in sys.stdin:
        words = shlex.split(line)
        try:
            result = COMMANDS[words[0]](*words[1:])
            print('done' if result is None else 'done %s' % result, flush=True)
        except Exception as error:
            print('failed %s' % str(error).replace('\n', ' '), flush=True)
finally:
    stop()
