/* Records, from the rows of sync/domain/record_fields.h. */
#include "node/json/schema_fields.h"
#include "sync/domain/record.h"

/* clang-format off */
#define SHOWN_TEXT(name, min, max, ...)   TEXT(name, 0, max, __VA_ARGS__)
#define SHOWN_NUMBER(name, min, max, ...) INT(name, 0, max, __VA_ARGS__)
#define SHOWN_TRUTH(name, min, max, ...)  BOOL(name, __VA_ARGS__)
#define SHOWN_BYTES(name, min, max, ...)  TEXT(name, 0, 2 * INT64_C(max), __VA_ARGS__)
#define ASKED_TEXT(name, min, max, ...)   TEXT(name, min, max, __VA_ARGS__)
#define ASKED_NUMBER(name, min, max, ...) INT(name, min, max, __VA_ARGS__)
#define ASKED_TRUTH(name, min, max, ...)  BOOL(name, __VA_ARGS__)
#define ASKED_BYTES(name, min, max, ...)                                                           \
    TEXT(name, 2 * INT64_C(min), 2 * INT64_C(max), __VA_ARGS__)
#define SHOWN(symbol, number, name, form, min, max, merge, otherwise, note_)                       \
    SHOWN_##form(name, min, max, .note = (note_)),
#define ASKED(symbol, number, name, form, min, max, merge, otherwise, note_)                       \
    ASKED_##form(name, min, max, .note = (note_), OPTIONAL),

#define RECORD_SCHEMAS(word, name_, path, fields, count)                                           \
    RECORD_SCHEMAS_OF(word, name_, path, fields, fields, count)
#define RECORD_SCHEMAS_OF(word, name_, path, fields, asked, count)                                 \
    SCHEMA(word, name_, NULL,                                                                      \
        HEX("id", ID_DIGITS),                                                                      \
        NUMBERED_FIELDS(SHOWN, MERGE_TRUE)                                                         \
        fields(SHOWN)                                                                              \
        BOOL("conflict", NOTE("a field was set twice at once; say it again to settle it")));       \
    SCHEMA(word##_list, name_ "List", NULL,                                                        \
        TEXT("cursor", 1, CURSOR_MAX),                                                             \
        OBJECT(path, schema_##word, MANY(0, count)));                                              \
    SCHEMA(word##_write, name_ "Write", "A new one needs a name; only a new one says a number.",   \
        NUMBERED_FIELDS(ASKED, MERGE_TRUE)                                                         \
        asked(ASKED))

RECORD_SCHEMAS(stall, "Stall", "stalls", STALL_FIELDS, STALLS_MAX);
RECORD_SCHEMAS_OF(station, "Station", "stations", STATION_ROWS, STATION_FIELDS, STATIONS_MAX);
RECORD_SCHEMAS(staff, "Staff", "staff", STAFF_FIELDS, STAFF_MAX);
RECORD_SCHEMAS(tax, "Tax", "taxes", TAX_FIELDS, TAXES_MAX);
RECORD_SCHEMAS(offer, "Offer", "offers", OFFER_FIELDS, OFFERS_MAX);
RECORD_SCHEMAS(printer, "Printer", "printers", PRINTER_FIELDS, PRINTERS_MAX);

SCHEMA(review, "Review", NULL,
    HEX("id", ID_DIGITS),
    REVIEW_FIELDS(SHOWN)
    MODERATION_FIELDS(SHOWN)
    BOOL("conflict", NOTE("a field was set twice at once; say it again to settle it")));
SCHEMA(review_list, "ReviewList", NULL,
    TEXT("cursor", 1, CURSOR_MAX),
    OBJECT("reviews", schema_review, MANY(0, REVIEWS_MAX)));
SCHEMA(review_write, "ReviewWrite", "The first time with a rating; what is left out stays.",
    INT("rating", 1, 5, OPTIONAL),
    TEXT("text", 0, REVIEW_BYTES_MAX, OPTIONAL),
    TEXT("photo", 0, 64, OPTIONAL, NOTE("hash of a blob, hex; empty = none")));
SCHEMA(review_hide, "ReviewHide", NULL,
    BOOL("hidden"),
    TEXT("reason", 0, REASON_BYTES_MAX, NOTE("wanted when hidden")));

SCHEMA(station_busy, "StationBusy",
    "What a cook says of a station: customers are told so many minutes more, or order nothing of "
    "it. It ends by itself.",
    INT("minutes", 0, BUSY_CLOSED,
        NOTE("1 to 60; 0 = as usual again; 1000 = customers order nothing of it")),
    COUNT("until",
        NOTE("ms since 1970, at most two hours ahead; with 0 minutes it does not count")));
/* clang-format on */
