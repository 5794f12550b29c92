/* A driver of virtual readers for pcscd that tells of a card at once, as a USB reader does by interrupt.
 *
 * Debian's virtual reader (vpcd) is looked at every 400 ms; thousands of insertions, and swaps between two looks of a
 * program, need a reader that is not. It speaks the same protocol, so that the same software cards go into it: a TCP
 * connection is a card, messages have a length of two bytes before them, one-byte messages switch power or ask for the ATR.
 *
 * One slot a reader. DEVICENAME in reader.conf ends with a colon and the TCP port. Only for machines with a network of
 * their own: whoever reaches the port inserts a card.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ifdhandler.h>
#include <reader.h>

enum { READERS = 16, LONGEST = 65535 };
/* What vpcd's one-byte messages mean. */
enum { POWER_OFF = 0, POWER_ON = 1, RESET = 2, SEND_ATR = 4 };

struct reader {
    int listener, card, stop;
    /* Held while the card is spoken to; the connection ends only when it is not. */
    pthread_mutex_t talking;
    size_t atr_length;
    unsigned char atr[MAX_ATR_SIZE];
};

static struct reader readers[READERS];

static struct reader *reader_of(DWORD lun) {
    return (lun >> 16) < READERS && (lun & 0xFFFF) == 0 ? &readers[lun >> 16] : NULL;
}

static int send_message(struct reader *reader, const unsigned char *data, size_t length) {
    unsigned char message[2 + LONGEST] = {(unsigned char)(length >> 8), (unsigned char)length};
    memcpy(message + 2, data, length);
    return send(reader->card, message, length + 2, MSG_NOSIGNAL) == (ssize_t)(length + 2);
}

static int receive(struct reader *reader, unsigned char *data, size_t length) {
    return length == 0 || recv(reader->card, data, length, MSG_WAITALL) == (ssize_t)length;
}

/* The length of the card's answer, or -1. */
static ssize_t receive_message(struct reader *reader, unsigned char *data, size_t room) {
    unsigned char header[2];
    if (!receive(reader, header, 2)) return -1;
    size_t length = (size_t)header[0] << 8 | header[1];
    return length <= room && receive(reader, data, length) ? (ssize_t)length : -1;
}

/* Returns after one change, or after so many milliseconds. pcscd calls it in turn with IFDHICCPresence, in one thread, so
 * that it sees each change. */
static RESPONSECODE wait_for_change(DWORD lun, int timeout) {
    struct reader *reader = reader_of(lun);
    int empty = reader->card < 0;
    struct pollfd waiting[2] = {{empty ? reader->listener : reader->card, empty ? POLLIN : POLLRDHUP, 0},
                                {reader->stop, POLLIN, 0}};
    uint64_t count;
    if (poll(waiting, 2, timeout) <= 0) return IFD_SUCCESS;
    if (waiting[1].revents && read(reader->stop, &count, sizeof count) != sizeof count) return IFD_COMMUNICATION_ERROR;
    if (waiting[0].revents == 0) return IFD_SUCCESS;
    int card = empty ? accept4(reader->listener, NULL, NULL, SOCK_CLOEXEC) : -1;
    if (empty && card < 0) return IFD_SUCCESS;
    if (empty) setsockopt(card, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    pthread_mutex_lock(&reader->talking);
    if (!empty) close(reader->card);
    reader->card = card;
    reader->atr_length = 0;
    pthread_mutex_unlock(&reader->talking);
    return IFD_SUCCESS;
}

/* Called when pcscd closes the reader, and whenever it wants its thread to look at the reader's state anew. */
static RESPONSECODE stop_waiting(DWORD lun) {
    uint64_t one = 1;
    return write(reader_of(lun)->stop, &one, sizeof one) == sizeof one ? IFD_SUCCESS : IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR name) {
    struct reader *reader = reader_of(lun);
    const char *colon = strrchr(name, ':');
    if (!reader || !colon) return IFD_COMMUNICATION_ERROR;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 0)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    reader->card = -1;
    reader->stop = eventfd(0, EFD_CLOEXEC);
    reader->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(reader->listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    pthread_mutex_init(&reader->talking, NULL);
    if (reader->stop < 0 || bind(reader->listener, (struct sockaddr *)&address, sizeof address) != 0
        || listen(reader->listener, 16) != 0)
        return IFD_COMMUNICATION_ERROR;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel) {
    (void)lun, (void)channel;
    return IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHCloseChannel(DWORD lun) {
    struct reader *reader = reader_of(lun);
    if (!reader) return IFD_COMMUNICATION_ERROR;
    if (reader->card >= 0) close(reader->card);
    close(reader->listener);
    close(reader->stop);
    return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value) {
    struct reader *reader = reader_of(lun);
    RESPONSECODE (*function)() = tag == TAG_IFD_POLLING_THREAD_WITH_TIMEOUT ? (RESPONSECODE(*)())wait_for_change
        : tag == TAG_IFD_STOP_POLLING_THREAD ? (RESPONSECODE(*)())stop_waiting : NULL;
    if (function) {
        if (*length < sizeof function) return IFD_ERROR_INSUFFICIENT_BUFFER;
        *length = sizeof function;
        memcpy(value, &function, sizeof function);
        return IFD_SUCCESS;
    }
    if ((tag == TAG_IFD_ATR || tag == SCARD_ATTR_ATR_STRING) && reader && *length >= reader->atr_length) {
        *length = reader->atr_length;
        memcpy(value, reader->atr, reader->atr_length);
        return IFD_SUCCESS;
    }
    if (*length < 1) return IFD_ERROR_INSUFFICIENT_BUFFER;
    *length = 1;
    switch (tag) {
    case TAG_IFD_SIMULTANEOUS_ACCESS: *value = READERS; return IFD_SUCCESS;
    case TAG_IFD_SLOTS_NUMBER: case TAG_IFD_THREAD_SAFE: *value = 1; return IFD_SUCCESS;
    default: return IFD_ERROR_TAG;
    }
}

RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, PUCHAR value) {
    (void)lun, (void)tag, (void)length, (void)value;
    return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR flags, UCHAR pts1, UCHAR pts2, UCHAR pts3) {
    (void)lun, (void)protocol, (void)flags, (void)pts1, (void)pts2, (void)pts3;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD length) {
    struct reader *reader = reader_of(lun);
    if (!reader) return IFD_COMMUNICATION_ERROR;
    unsigned char orders[2] = {action == IFD_POWER_DOWN ? POWER_OFF : action == IFD_RESET ? RESET : POWER_ON, SEND_ATR};
    *length = 0;
    pthread_mutex_lock(&reader->talking);
    int done = reader->card >= 0 && send_message(reader, orders, 1);
    if (done && action != IFD_POWER_DOWN) {
        ssize_t count = send_message(reader, orders + 1, 1) ? receive_message(reader, reader->atr, MAX_ATR_SIZE) : -1;
        done = count > 0;
        reader->atr_length = done ? (size_t)count : 0;
        memcpy(atr, reader->atr, reader->atr_length);
        *length = reader->atr_length;
    }
    pthread_mutex_unlock(&reader->talking);
    return done || action == IFD_POWER_DOWN ? IFD_SUCCESS : IFD_ERROR_POWER_ACTION;
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER to, PUCHAR command, DWORD length, PUCHAR answer, PDWORD room,
                               PSCARD_IO_HEADER from) {
    struct reader *reader = reader_of(lun);
    if (!reader || length < 2 || length > LONGEST) return IFD_COMMUNICATION_ERROR;
    pthread_mutex_lock(&reader->talking);
    ssize_t count = reader->card >= 0 && send_message(reader, command, length)
        ? receive_message(reader, answer, *room) : -1;
    pthread_mutex_unlock(&reader->talking);
    *room = count < 0 ? 0 : (DWORD)count;
    if (from) from->Protocol = to.Protocol;
    return count < 0 ? IFD_COMMUNICATION_ERROR : IFD_SUCCESS;
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR in, DWORD in_length, PUCHAR out, DWORD room, LPDWORD length) {
    (void)lun, (void)code, (void)in, (void)in_length, (void)out, (void)room;
    *length = 0;
    return IFD_ERROR_NOT_SUPPORTED;
}

RESPONSECODE IFDHICCPresence(DWORD lun) {
    struct reader *reader = reader_of(lun);
    return reader && reader->card >= 0 ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
}
