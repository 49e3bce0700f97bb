#include "tests/process/lib/printer.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/print/escpos.h"
#include "tests/lib/test.h"

/* Of the printer below; what it printed is asked for also after it was stopped. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

enum { PAPER_BYTES_MAX = 64 * 1024 };

static struct printer {
    pthread_t thread;
    int listener;
    uint16_t port;
    bool is_out_of_paper, is_swallowing; /* takes bytes, then its paper is out */
    enum printer_manner manner;
    size_t size;
    uint8_t bytes[PAPER_BYTES_MAX]; /* all but the questions */
} printer;

static void printer_answer(int fd, uint8_t question)
{
    static const uint8_t chatter[] = {0xff, 0x00, 0x81};
    const bool is_out = printer.is_out_of_paper;
    uint8_t answer = 0x12;
    if (printer.manner == PRINTER_MUTE) {
        return;
    }
    if (printer.manner == PRINTER_CHATTERS) {
        (void)send(fd, chatter, sizeof chatter, MSG_NOSIGNAL);
    }
    if (is_out && question == ESCPOS_ASK_PRINTER) {
        answer |= 0x08;
    } else if (is_out && question == ESCPOS_ASK_PAPER) {
        answer |= 0x60;
    }
    (void)send(fd, &answer, 1, MSG_NOSIGNAL); /* who asked may be gone by now */
}

static size_t matched; /* of a question on this connection */

/* DLE EOT n is a question wherever it stands; what we print never holds a DLE. */
static void printer_hear(int fd, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (matched == 2) {
            printer_answer(fd, bytes[i]);
            matched = 0;
        } else if (bytes[i] == (matched == 0 ? 0x10 : 0x04)) {
            matched++;
        } else {
            matched = 0;
            assert_true(printer.size < PAPER_BYTES_MAX);
            printer.bytes[printer.size++] = bytes[i];
            printer.is_out_of_paper |= printer.is_swallowing;
        }
    }
}

static void printer_serve(int fd)
{
    uint8_t bytes[4096];
    ssize_t size = 0;
    matched = 0;
    while ((size = read(fd, bytes, sizeof bytes)) > 0) {
        (void)pthread_mutex_lock(&lock);
        printer_hear(fd, bytes, (size_t)size);
        (void)pthread_mutex_unlock(&lock);
    }
    (void)close(fd);
}

/* After the first byte, so that what comes next is refused. */
static void printer_hang_up(int fd)
{
    const struct linger linger = {.l_onoff = 1};
    uint8_t first;
    (void)!read(fd, &first, 1);
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    (void)close(fd);
}

static void *printer_run(void *unused)
{
    struct pollfd waiting = {.fd = printer.listener, .events = POLLIN};
    (void)unused;
    while (poll(&waiting, 1, -1) == 1) {
        const int fd = accept(printer.listener, NULL, NULL);
        if (fd < 0) {
            break; /* shut down */
        }
        if (printer.manner == PRINTER_HANGS_UP) {
            printer_hang_up(fd);
        } else {
            printer_serve(fd);
        }
    }
    return NULL;
}

void printer_start(enum printer_manner manner)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    printer = (struct printer){.manner = manner};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    printer.listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(printer.listener >= 0);
    assert_int_equal(bind(printer.listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(printer.listener, 4), 0);
    assert_int_equal(getsockname(printer.listener, (struct sockaddr *)&address, &size), 0);
    printer.port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&printer.thread, NULL, printer_run, NULL), 0);
}

void printer_stop(void)
{
    (void)shutdown(printer.listener, SHUT_RDWR);
    assert_int_equal(pthread_join(printer.thread, NULL), 0);
    (void)close(printer.listener);
}

void printer_set_paper(bool is_out, bool is_swallowing)
{
    (void)pthread_mutex_lock(&lock);
    printer.is_out_of_paper = is_out;
    printer.is_swallowing = is_swallowing;
    (void)pthread_mutex_unlock(&lock);
}

uint32_t printed(const char *word)
{
    const size_t size = strlen(word);
    uint32_t count = 0;
    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i + size <= printer.size; i++) {
        count += memcmp(printer.bytes + i, word, size) == 0;
    }
    (void)pthread_mutex_unlock(&lock);
    return count;
}

unsigned printer_port(void)
{
    return printer.port;
}
