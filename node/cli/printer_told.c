#include "node/cli/printer_told.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/cli/reply.h"
#include "node/cli/shape.h"

enum { NUMBER_BYTES_MAX = 48 };

static void print_json(const struct printer_told *told)
{
    char waiting[NUMBER_BYTES_MAX];
    struct text json = {0};
    text_append_text(&json, "{\"printer\":");
    text_append_json(&json, told->printer);
    text_append_text(&json,
                     told->is_ready ? ",\"ready\":true,\"state\":" : ",\"ready\":false,\"state\":");
    text_append_json(&json, told->state);
    (void)snprintf(waiting, sizeof waiting, ",\"waiting\":%" PRId64, told->waiting);
    text_append_text(&json, waiting);
    if (told->test != NULL) {
        text_append_text(&json, ",\"test\":");
        text_append_json(&json, told->test);
    }
    text_append_text(&json, "}");
    shape_print(told->test == NULL ? "printer.status" : "printer.test", &json);
    text_close(&json);
}

/* What a person does about a test slip that did not simply come out. */
static const char *advice(const char *test)
{
    static const struct {
        const char *test, *advice;
    } rows[] = {{"waits", "; the test slip comes out once that is put right"},
                {"failed", "; nothing was printed"},
                {"unsure", "; a part of the test slip may have come out"}};
    for (size_t i = 0; test != NULL && i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].test, test) == 0) {
            return rows[i].advice;
        }
    }
    return "";
}

int printer_told_print(const struct args *args, const struct printer_told *told)
{
    const bool is_good =
        told->is_ready && (told->test == NULL || strcmp(told->test, "printed") == 0);
    if (args_has(args, "json")) {
        print_json(told);
    }
    if (!is_good) {
        tell("%s: %s%s", told->printer, told->state, advice(told->test));
        return EXIT_UNAVAILABLE;
    }
    if (!args_has(args, "json")) {
        (void)printf("%s\n", told->test != NULL ? "printed" : told->state);
    }
    return EXIT_DONE;
}
