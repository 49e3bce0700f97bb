#include "node/cli/print_address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/printer_told.h"
#include "node/print/device.h"
#include "node/print/slip.h"

enum { WIDTH_DEFAULT = 42 };

/* What is known of it: a status of 0 troubles is that nothing is wrong, or that it says nothing. */
static int conclude(const struct args *args, const char *address, unsigned troubles, bool is_test)
{
    const bool is_ready = (troubles & PRINTER_STOPS) == 0;
    const struct printer_told told = {.printer = address,
                                      .is_ready = is_ready,
                                      .state = printer_trouble_text(troubles),
                                      .test = !is_test   ? NULL
                                              : is_ready ? "printed"
                                                         : "failed"};
    const int status = printer_told_print(args, &told);
    return (troubles & PRINTER_NOT_ALLOWED) != 0 ? EXIT_USAGE : status;
}

/* Troubles; 0 = all of it left. */
static unsigned slip_write(const struct args *args, const char *address, struct device *device,
                           struct paper *paper, uint8_t *bytes)
{
    const char *page = args_flag(args, "codepage");
    const char *width = args_flag(args, "width");
    size_t sent = 0;
    slip_test(address, width == NULL ? WIDTH_DEFAULT : (uint32_t)strtoul(width, NULL, 10), paper);
    const struct codepage *codepage = codepage_find(bytes_of_text(page == NULL ? "" : page));
    return device_write(device, bytes, escpos_encode(paper, codepage, bytes), &sent);
}

int print_address_test(const struct args *args, const char *address)
{
    struct device device;
    struct paper *paper = calloc(1, sizeof *paper);
    uint8_t *bytes = malloc(ESCPOS_BYTES_MAX);
    if (paper == NULL || bytes == NULL) {
        free(paper);
        free(bytes);
        return tell_failure("printer", ERR_NO_MEMORY);
    }
    unsigned troubles = device_open(&device, address);
    if (troubles == 0) {
        troubles = slip_write(args, address, &device, paper, bytes);
        troubles = troubles == 0 ? device_status(&device) : troubles;
        device_close(&device);
    }
    free(paper);
    free(bytes);
    return conclude(args, address, troubles, true);
}

int print_address_status(const struct args *args, const char *address)
{
    struct device device;
    unsigned troubles = device_open(&device, address);
    if (troubles == 0) {
        troubles = device_status(&device);
        device_close(&device);
    }
    return conclude(args, address, troubles, false);
}
