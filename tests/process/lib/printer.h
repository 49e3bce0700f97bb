/* printer.h - a receipt printer: a thread with a TCP port on loopback that answers as a real one.
 *
 * One at a time, one connection after the other.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_PRINTER_H
#define TRESTLE_TESTS_PROCESS_LIB_PRINTER_H

#include <stdbool.h>
#include <stdint.h>

enum printer_manner {
    PRINTER_ANSWERS,
    PRINTER_MUTE,     /* prints, and answers no question */
    PRINTER_CHATTERS, /* says more than it was asked */
    PRINTER_HANGS_UP  /* as soon as it is spoken to */
};

void printer_start(enum printer_manner manner);
void printer_stop(void);
unsigned printer_port(void);

/* @is_swallowing: it takes some bytes, and then its paper is out. */
void printer_set_paper(bool is_out, bool is_swallowing);

/* How often @word was printed. */
uint32_t printed(const char *word);

#endif
