/* trestle print: try a printer from this machine, whether or not a node runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/cli.h"
#include "node/print/device.h"
#include "node/print/slip.h"

enum { WIDTH_DEFAULT = 42 };

static int tell_trouble(const char *address, unsigned troubles)
{
    tell("%s: %s", address, printer_trouble_text(troubles));
    return (troubles & PRINTER_NOT_ALLOWED) != 0 ? EXIT_USAGE : EXIT_UNAVAILABLE;
}

static int print_status(const char *address, struct device *device)
{
    const unsigned troubles = device_status(device);
    if ((troubles & PRINTER_STOPS) != 0) {
        return tell_trouble(address, troubles);
    }
    (void)printf("%s\n", printer_trouble_text(troubles));
    return EXIT_DONE;
}

static int print_test(const struct args *args, const char *address, struct device *device)
{
    struct paper *paper = calloc(1, sizeof *paper);
    uint8_t *bytes = malloc(ESCPOS_BYTES_MAX);
    const char *page = args_flag(args, "codepage");
    const char *width = args_flag(args, "width");
    unsigned troubles = 0;
    if (paper == NULL || bytes == NULL) {
        free(paper);
        free(bytes);
        return tell_failure("print", ERR_NO_MEMORY);
    }
    slip_test(address, width == NULL ? WIDTH_DEFAULT : (uint32_t)strtoul(width, NULL, 10), paper);
    const struct codepage *codepage = codepage_find(bytes_of_text(page == NULL ? "" : page));
    const size_t size = escpos_encode(paper, codepage, bytes);
    size_t sent = 0;
    troubles = device_write(device, bytes, size, &sent);
    free(paper);
    free(bytes);
    return troubles != 0 ? tell_trouble(address, troubles) : print_status(address, device);
}

int command_print(const struct args *args)
{
    const char *address = args->words[1];
    struct device device;
    const bool is_test = strcmp(args->words[0], "test") == 0;
    if (!is_test && strcmp(args->words[0], "status") != 0) {
        tell("print %s: say print test or print status", args->words[0]);
        return EXIT_USAGE;
    }
    const unsigned troubles = device_open(&device, address);
    if (troubles != 0) {
        return tell_trouble(address, troubles);
    }
    const int status =
        is_test ? print_test(args, address, &device) : print_status(address, &device);
    device_close(&device);
    return status;
}
