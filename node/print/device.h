/* device.h - the way to one printer: TCP, a character device, or a file that stands for paper.
 *
 * Layer: node. Blocks, within its timeouts: only a spool's own thread calls it.
 *
 *   driver "escpos"   "host:port" (9100 is usual), or "/dev/usb/lp0", "/dev/lp0", "/dev/ttyUSB0"
 * ... driver "text"     appends to <folder>/printer-<number>.txt, where the settings name a folder
 *
 * The address is a record that others may write: no other file than a printer's device is opened.
 */
#ifndef TRESTLE_NODE_PRINT_DEVICE_H
#define TRESTLE_NODE_PRINT_DEVICE_H

#include "node/print/escpos.h"

enum { DEVICE_ADDRESS_BYTES_MAX = 280, DEVICE_CONNECT_MS = 3000, DEVICE_WRITE_MS = 10000 };

struct device {
    int fd; /* -1 = closed */
    bool is_file;
};

/* Open @address. 0, or what is in the way (enum printer_trouble). */
MUST_CHECK unsigned device_open(struct device *device, const char *address);

/* Open or make the file @path, to append; "" = the settings name no folder for it. */
MUST_CHECK unsigned device_open_file(struct device *device, const char *path);

/* What it says of itself; 0 when it is well, or does not answer although it takes bytes: many USB
 * printers say nothing. */
unsigned device_status(struct device *device);

/* All of it, within DEVICE_WRITE_MS. 0 or a trouble; @ret_sent: bytes that left before. */
MUST_CHECK unsigned device_write(struct device *device, const uint8_t *bytes, size_t size,
                                 size_t *ret_sent);

void device_close(struct device *device);

#endif
