/* bare_wait: waits for readers and cards with SCardGetStatusChange and nothing else, and tells when it returned.
 *
 * One line for each reader that changed: nanoseconds of CLOCK_MONOTONIC at the return, `in` or `out`, the reader's name.
 * This is what any program on this machine can know of a removal, and when.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <winscard.h>

enum { MOST = 16 };

int main(void) {
    SCARDCONTEXT context;
    SCARD_READERSTATE states[MOST];
    char names[MOST * (MAX_READERNAME + 1) + 1];
    DWORD length = sizeof names, count = 0;
    memset(states, 0, sizeof states);
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != SCARD_S_SUCCESS
        || SCardListReaders(context, NULL, names, &length) != SCARD_S_SUCCESS)
        return 1;
    for (char *name = names; *name && count < MOST; name += strlen(name) + 1) states[count++].szReader = name;
    for (int first = 1;; first = 0) {
        LONG code = SCardGetStatusChange(context, INFINITE, states, count);
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (code != SCARD_S_SUCCESS) return 1;
        for (DWORD index = 0; index < count; index++) {
            int before = (states[index].dwCurrentState & SCARD_STATE_PRESENT) != 0;
            int after = (states[index].dwEventState & SCARD_STATE_PRESENT) != 0;
            if (after != before)
                printf("%lld %s %s\n", now.tv_sec * 1000000000LL + now.tv_nsec, after ? "in" : "out",
                       states[index].szReader);
            states[index].dwCurrentState = states[index].dwEventState;
        }
        if (first) puts("waiting");
        fflush(stdout);
    }
}
