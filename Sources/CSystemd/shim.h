// libsystemd for Swift: the rows of an object's table are macros, which the importer drops. No logic.
#ifndef KORTVAKT_CSYSTEMD_H
#define KORTVAKT_CSYSTEMD_H

#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <systemd/sd-journal.h>

// Every string must outlive the table. `names` are those of the arguments, then of the results, each ended by a NUL.

static inline sd_bus_vtable kv_vtable_start(void) { return (sd_bus_vtable)SD_BUS_VTABLE_START(0); }
static inline sd_bus_vtable kv_vtable_method(const char *member, const char *signature, const char *result,
                                             const char *names, sd_bus_message_handler_t handler) {
    return (sd_bus_vtable){
        .type = _SD_BUS_VTABLE_METHOD,
        .flags = SD_BUS_VTABLE_UNPRIVILEGED,
        .x.method = {.member = member, .signature = signature, .result = result, .handler = handler, .names = names},
    };
}
static inline sd_bus_vtable kv_vtable_signal(const char *member, const char *signature, const char *names) {
    return (sd_bus_vtable)SD_BUS_SIGNAL_WITH_NAMES(member, signature, names, 0);
}
static inline sd_bus_vtable kv_vtable_property(const char *member, const char *signature, sd_bus_property_get_t get,
                                               int is_constant) {
    return (sd_bus_vtable)SD_BUS_PROPERTY(member, signature, get, 0,
                                          is_constant ? SD_BUS_VTABLE_PROPERTY_CONST
                                                      : SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE);
}
static inline sd_bus_vtable kv_vtable_end(void) { return (sd_bus_vtable)SD_BUS_VTABLE_END; }

#endif
