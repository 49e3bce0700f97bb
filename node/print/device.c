#include "node/print/device.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "node/os/clock.h"

enum { ANSWER_MS = 500 };

/* --- opening --- */

static bool is_printer_path(const char *path)
{
    static const char *const beginnings[] = {"/dev/usb/lp", "/dev/lp", "/dev/ttyUSB", "/dev/ttyACM",
                                             "/dev/ttyS"};
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        const size_t size = strlen(beginnings[i]);
        if (strncmp(path, beginnings[i], size) == 0 && strspn(path + size, "0123456789") > 0 &&
            path[size + strspn(path + size, "0123456789")] == '\0') {
            return true;
        }
    }
    return false;
}

/* A serial port passes bytes as they are, and takes none of the printer's answers for a line that
 * somebody types, to be echoed onto the paper. Speed, parity and flow control stay as they are set:
 * no answer of a printer's looks like XOFF. */
static bool make_raw(int fd)
{
    struct termios line;
    if (tcgetattr(fd, &line) != 0) {
        /* /dev/usb/lp0 and /dev/lp0 are none, each in its words, and raw anyway. */
        return errno == ENOTTY || errno == EINVAL;
    }
    line.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL);
    line.c_oflag &= ~(tcflag_t)OPOST;
    line.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    line.c_cflag |= CLOCAL | CREAD; /* a cable of three wires has no carrier */
    line.c_cc[VMIN] = 1;
    line.c_cc[VTIME] = 0;
    return tcsetattr(fd, TCSANOW, &line) == 0;
}

static unsigned open_path(struct device *device, const char *path)
{
    struct stat status;
    if (!is_printer_path(path)) {
        return PRINTER_NOT_ALLOWED;
    }
    const int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return PRINTER_UNREACHABLE;
    }
    if (fstat(fd, &status) != 0 || !S_ISCHR(status.st_mode)) {
        (void)close(fd);
        return PRINTER_NOT_ALLOWED;
    }
    if (!make_raw(fd)) {
        (void)close(fd);
        return PRINTER_UNREACHABLE;
    }
    device->fd = fd;
    return 0;
}

static bool is_ready(int fd, short events, int timeout_ms)
{
    struct pollfd waiting = {.fd = fd, .events = events};
    int count = 0;
    do {
        count = poll(&waiting, 1, timeout_ms);
    } while (count < 0 && errno == EINTR);
    return count == 1 && (waiting.revents & events) != 0;
}

/* A connected socket, or -1. */
static int connect_to(const struct addrinfo *address)
{
    int error = 0;
    socklen_t size = sizeof error;
    const int fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (fd < 0) {
        return -1;
    }
    const bool is_set = fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
    if (is_set && (connect(fd, address->ai_addr, address->ai_addrlen) == 0 ||
                   (errno == EINPROGRESS && is_ready(fd, POLLOUT, DEVICE_CONNECT_MS) &&
                    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0))) {
        return fd;
    }
    (void)close(fd);
    return -1;
}

static unsigned open_tcp(struct device *device, const char *host, const char *port)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, port, &hints, &found) != 0) {
        return PRINTER_UNREACHABLE;
    }
    for (const struct addrinfo *at = found; at != NULL && device->fd < 0; at = at->ai_next) {
        device->fd = connect_to(at);
    }
    freeaddrinfo(found);
    return device->fd < 0 ? PRINTER_UNREACHABLE : 0;
}

unsigned device_open(struct device *device, const char *address)
{
    char host[DEVICE_ADDRESS_BYTES_MAX];
    const char *colon = strrchr(address, ':');
    *device = (struct device){.fd = -1};
    if (address[0] == '/') {
        return open_path(device, address);
    }
    if (colon == NULL || (size_t)(colon - address) >= sizeof host) {
        return PRINTER_NOT_ALLOWED;
    }
    memcpy(host, address, (size_t)(colon - address));
    host[colon - address] = '\0';
    return open_tcp(device, host, colon + 1);
}

unsigned device_open_file(struct device *device, const char *path)
{
    *device = (struct device){.fd = -1, .is_file = true};
    if (path[0] == '\0') {
        return PRINTER_NOT_ALLOWED; /* no print-folder is set */
    }
    device->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    return device->fd < 0 ? PRINTER_UNREACHABLE : 0;
}

void device_close(struct device *device)
{
    if (device->fd >= 0) {
        (void)close(device->fd);
    }
    device->fd = -1;
}

/* --- asking and writing --- */

/* Bytes that are no answer are skipped: some printers talk unasked. */
static bool ask(const struct device *device, enum escpos_question question, unsigned *troubles)
{
    uint8_t request[ESCPOS_REQUEST_BYTES];
    escpos_ask(question, request);
    if (!is_ready(device->fd, POLLOUT, ANSWER_MS) ||
        write(device->fd, request, sizeof request) != (ssize_t)sizeof request) {
        return false;
    }
    const uint64_t until_ms = clock_mono_ms() + ANSWER_MS;
    for (uint64_t now_ms = clock_mono_ms(); now_ms < until_ms; now_ms = clock_mono_ms()) {
        uint8_t answer = 0;
        if (!is_ready(device->fd, POLLIN, (int)(until_ms - now_ms)) ||
            read(device->fd, &answer, 1) != 1) {
            return false;
        }
        if (escpos_answer(question, answer, troubles) == 0) {
            return true;
        }
    }
    return false;
}

unsigned device_status(struct device *device)
{
    static const enum escpos_question questions[] = {ESCPOS_ASK_PRINTER, ESCPOS_ASK_OFFLINE,
                                                     ESCPOS_ASK_ERROR, ESCPOS_ASK_PAPER};
    unsigned troubles = 0;
    if (device->is_file) {
        return 0;
    }
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        if (!ask(device, questions[i], &troubles)) {
            break; /* who does not answer the first is not asked more */
        }
    }
    return troubles;
}

static ssize_t write_some(const struct device *device, const uint8_t *bytes, size_t size)
{
    const ssize_t sent = device->is_file ? write(device->fd, bytes, size)
                                         : send(device->fd, bytes, size, MSG_NOSIGNAL);
    return sent < 0 && errno == ENOTSOCK ? write(device->fd, bytes, size) : sent;
}

unsigned device_write(struct device *device, const uint8_t *bytes, size_t size, size_t *ret_sent)
{
    const uint64_t until_ms = clock_mono_ms() + DEVICE_WRITE_MS;
    *ret_sent = 0;
    while (*ret_sent < size) {
        const uint64_t now_ms = clock_mono_ms();
        if (now_ms >= until_ms || !is_ready(device->fd, POLLOUT, (int)(until_ms - now_ms))) {
            return PRINTER_UNREACHABLE;
        }
        const ssize_t sent = write_some(device, bytes + *ret_sent, size - *ret_sent);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            return PRINTER_UNREACHABLE;
        }
        *ret_sent += sent > 0 ? (size_t)sent : 0;
    }
    return 0;
}
