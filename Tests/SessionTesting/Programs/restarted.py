"""A template of python-dbusmock: logind with a session from its first moment, as after a restart.

The parameter `session` has its id, seat, user's number and name.
"""
import dbus
from dbusmock import mockobject
from dbusmock.templates import logind
from dbusmock.templates.logind import *  # noqa: F401, F403


def load(mock, parameters):
    session, seat, uid, user = parameters['session']
    logind.load(mock, parameters)
    mock.AddSession(session, seat, dbus.UInt32(int(uid)), user, True)
    mockobject.objects[logind.MAIN_OBJ + '/session/' + session].props[logind.MAIN_IFACE.replace('Manager', 'Session')]['Type'] = 'x11'
