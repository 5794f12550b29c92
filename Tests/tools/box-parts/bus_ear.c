/* bus_ear: listens on the system bus as a locker does, and tells when logind's Lock signal arrives.
 *
 * One line for each: nanoseconds of CLOCK_MONOTONIC when it was read, and the session's object path.
 */
#include <stdio.h>
#include <time.h>

#include <systemd/sd-bus.h>

static int heard(sd_bus_message *message, void *data, sd_bus_error *error) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    (void)data, (void)error;
    printf("%lld %s\n", now.tv_sec * 1000000000LL + now.tv_nsec, sd_bus_message_get_path(message));
    fflush(stdout);
    return 0;
}

int main(void) {
    sd_bus *bus = NULL;
    if (sd_bus_open_system(&bus) < 0
        || sd_bus_match_signal(bus, NULL, "org.freedesktop.login1", NULL, "org.freedesktop.login1.Session", "Lock", heard,
                               NULL) < 0)
        return 1;
    puts("listening");
    fflush(stdout);
    for (;;) {
        int code = sd_bus_process(bus, NULL);
        if (code < 0 || (code == 0 && sd_bus_wait(bus, UINT64_MAX) < 0)) return 1;
    }
}
