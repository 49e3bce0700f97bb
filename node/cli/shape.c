#include "node/cli/shape.h"

#include <stdio.h>
#include <string.h>

#include "node/json/schema_fields.h"
#include "sync/base/check.h"

/* As SCHEMA(), for this file alone. */
#define OWN_SCHEMA(suffix, name_, note_, ...)                                                      \
    static const struct schema_field fields_##suffix[] = {__VA_ARGS__};                            \
    static const struct schema schema_##suffix = {.name = (name_),                                 \
                                                  .note = (note_),                                 \
                                                  .count = sizeof fields_##suffix /                \
                                                           sizeof fields_##suffix[0],              \
                                                  .fields = fields_##suffix}

/* clang-format off */
WORDS(config_from, "place", "default", "file", "environment", "flag", "popup");

OWN_SCHEMA(shown_setting, "Setting", NULL,
    TEXT("name", 1, 64, NOTE("those of the pop-up begin with popup.")),
    TEXT("value", 0, 1024, OPTIONAL, NOTE("left out: it has none")),
    TEXT("without", 1, 128, OPTIONAL, NOTE("what holds then")),
    ENUM("from", config_from),
    TEXT("where", 1, 1100, NOTE("a file and line, a variable, a flag")));

OWN_SCHEMA(config_show, "ConfigShow", "What a start here would take, and the pop-up's settings.",
    OBJECT("settings", schema_shown_setting, MANY(1, 512)));

WORDS(test_words, "waits", "printed", "failed", "unsure");

OWN_SCHEMA(printer_row, "PrinterRow", NULL,
    POSITIVE("number"),
    TEXT("name", 0, NAME_BYTES_MAX),
    TEXT("driver", 0, NAME_BYTES_MAX),
    TEXT("address", 0, NOTE_BYTES_MAX),
    TEXT("stations", 0, NOTE_BYTES_MAX, NOTE("with commas between; empty = all")),
    TEXT("owner", 0, LOG_DIGITS, NOTE("the device that drives it; empty = none")),
    TEXT("owner_name", 0, NAME_BYTES_MAX),
    COUNT("backup", NOTE("printer that takes over; 0 = none")),
    BOOL("ready", OPTIONAL, NOTE("left out, with the next two: its device is not heard from")),
    TEXT("state", 1, NOTE_BYTES_MAX, OPTIONAL, NOTE("in words")),
    COUNT("waiting", OPTIONAL, NOTE("slips that its device holds for it")));

OWN_SCHEMA(printer_rows, "PrinterRows", NULL,
    OBJECT("printers", schema_printer_row, MANY(0, PRINTERS_MAX)));

OWN_SCHEMA(printer_told, "PrinterTold", "One printer.",
    TEXT("printer", 1, 300, NOTE("its number or address")),
    BOOL("ready"),
    TEXT("state", 1, NOTE_BYTES_MAX, NOTE("in words")),
    COUNT("waiting", NOTE("slips; of an address 0")),
    ENUM("test", test_words, OPTIONAL, NOTE("what became of the test slip")));
/* clang-format on */

static const struct shape shapes[] = {
    {"config.show", 1, &schema_config_show},     {"printer.list", 1, &schema_printer_rows},
    {"printer.status", 1, &schema_printer_told}, {"printer.test", 1, &schema_printer_told},
    {"printer.backup", 1, &schema_printer},      {"printer.reprint", 1, &schema_done},
};

const struct shape *shape_at(size_t at)
{
    return at < sizeof shapes / sizeof shapes[0] ? &shapes[at] : NULL;
}

const struct shape *shape_find(const char *name)
{
    const struct shape *shape;
    for (size_t at = 0; (shape = shape_at(at)) != NULL; at++) {
        if (strcmp(shape->name, name) == 0) {
            return shape;
        }
    }
    return NULL;
}

void shape_print(const char *name, const struct text *object)
{
    const struct shape *shape = shape_find(name);
    check(shape != NULL && object->size >= 2 && object->data[0] == '{');
    const bool is_empty = object->data[1] == '}';
    (void)printf("{\"schema\":\"%s/%u\"%s%.*s\n", shape->name, shape->version, is_empty ? "" : ",",
                 (int)object->size - 1, object->data + 1);
}
