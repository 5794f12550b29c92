// GLib's key files for Swift. No logic.
#ifndef KORTVAKT_CGLIB_H
#define KORTVAKT_CGLIB_H

#include <glib.h>

#endif
