#include "node/json/schema.h"

#include <string.h>

#include "node/access/sealed_pin.h"
#include "node/access/tickets.h"
#include "node/json/schema_fields.h"
#include "node/stream/teller.h"
#include "sync/base/err.h"
#include "sync/domain/blob.h"
#include "sync/domain/record.h"
#include "sync/domain/tip.h"
#include "sync/log/capability.h"
#include "sync/roster/roster.h"

#define X(name, number, text) text,
WORDS(role_words, ROLES(X));
WORDS(capability_words, CAPABILITIES(X));
#undef X
#define X(name, value, code, text) code,
WORDS(code_words, ERR_LIST(X));
#undef X

/* clang-format off */
SCHEMA(problem, "Problem", "RFC 9457 application/problem+json.",
    TEXT("type", 0, 200),
    TEXT("title", 0, 200, NOTE("what to do next, for a person")),
    INT("status", 400, 599),
    ENUM("code", code_words),
    TEXT("detail", 0, 400, NOTE("where: a JSON pointer and what is wrong there; may be empty")),
    INT("item", 1, MENU_NUMBERS_MAX, OPTIONAL, NOTE("that it is about: its number on the menu")),
    TEXT("item_name", 1, NAME_BYTES_MAX, OPTIONAL),
    TEXT("choice", 1, NAME_BYTES_MAX, OPTIONAL,
        NOTE("of that item, which is out; without it there may be some")),
    TEXT("station", 1, NAME_BYTES_MAX, OPTIONAL,
        NOTE("that makes it, and has too much to make for customers to order of it just now")),
    BOOL("away", OPTIONAL,
        NOTE("true: another device keeps the cart, and cannot be reached from this one")));

SCHEMA(health, "Health", NULL, BOOL("ok"));

SCHEMA(session, "Session", "Who is looking, at which device, and the pop-up's settings.",
    TEXT("popup", 0, NAME_BYTES_MAX, NOTE("its name")),
    COUNT("epoch", NOTE("ms since 1970; idempotency keys count seconds from it")),
    TEXT("currency", 3, 3, NOTE("ISO 4217")),
    INT("digits", 0, 4, NOTE("minor units per unit = 10^digits")),
    BOOL("prices_include_tax"),
    INT("cash_step", 1, 100000, NOTE("cash is rounded to multiples of this, minor units")),
    BOOL("pay_first"),
    INT("copies", 1, DEVICES_MAX, NOTE("k of \"on k devices\"")),
    INT("late_after_s", 1, 86400),
    INT("escalate_after_s", 0, 86400,
        NOTE("an order whose next tick takes longer is stuck; 0 = none is")),
    TEXT("address", 0, POPUP_ADDRESS_BYTES_MAX,
        NOTE("where customers' phones reach the pop-up: https://order.example.org; empty: nobody "
             "said")),
    TEXT("tips", 0, TIP_SHARES_BYTES_MAX,
        NOTE("percentages that customers may choose from as a tip: 5 10 15; empty: they are not "
             "asked")),
    BOOL("conflict", NOTE("a setting was made twice at once; say it again to settle it")),
    COUNT("day", NOTE("the trading day; 0 = none opened yet")),
    HEX("device", LOG_DIGITS),
    TEXT("device_name", 0, NAME_BYTES_MAX),
    ENUM("role", role_words, NOTE("of this session; none: nobody is signed in")),
    COUNT("staff", NOTE("number of the person who is signed in; 0 = nobody in particular")),
    TEXT("lane", 0, LANE_BYTES_MAX,
        NOTE("letters of the numbers that this device gives; may be empty")),
    HEX("log", LOG_DIGITS),
    ENUM("capabilities", capability_words, MANY(0, CAP_COUNT)),
    TEXT("version", 0, 80),
    TEXT("paused", 1, TOLD_BYTES_MAX, OPTIONAL,
        NOTE("why customers cannot order here just now, for a person; left out: they can")));

SCHEMA(ticket, "Ticket", "For one handshake of /ws, soon.",
    HEX("ticket", TICKET_TEXT_BYTES),
    COUNT("life_s", NOTE("for so long from now on")));

SCHEMA(sign_in, "SignIn", NULL,
    INT("staff", 1, RECORD_NUMBER_MAX),
    TEXT("pin", PIN_DIGITS_MIN, PIN_DIGITS_MAX, NOTE("digits")));

SCHEMA(signed_in, "SignedIn", "Send it with each request: Authorization: Bearer TOKEN.",
    TEXT("token", 1, TOKEN_TEXT_MAX),
    COUNT("expires", NOTE("ms since 1970, by the clock of this device")),
    COUNT("staff", NOTE("0 = a customer")),
    ENUM("role", role_words),
    ENUM("capabilities", capability_words, MANY(0, CAP_COUNT)));

SCHEMA(staff_pin, "StaffPin", NULL,
    TEXT("pin", 0, PIN_DIGITS_MAX, NOTE("4 to 12 digits; empty: none any more")));

SCHEMA(popup_write, "PopupWrite", "Settings to change; what is left out stays.",
    TEXT("name", 1, NAME_BYTES_MAX, OPTIONAL),
    TEXT("currency", 3, 3, OPTIONAL),
    INT("digits", 0, 4, OPTIONAL),
    BOOL("prices_include_tax", OPTIONAL),
    INT("cash_step", 1, 100000, OPTIONAL),
    BOOL("pay_first", OPTIONAL),
    INT("copies", 1, DEVICES_MAX, OPTIONAL),
    INT("late_after_s", 1, 86400, OPTIONAL),
    INT("escalate_after_s", 0, 86400, OPTIONAL),
    TEXT("address", 0, POPUP_ADDRESS_BYTES_MAX, OPTIONAL,
        NOTE("https://HOST, within a network of its own also http://HOST; a port may follow; "
             "empty: none any more")),
    TEXT("tips", 0, TIP_SHARES_BYTES_MAX, OPTIONAL,
        NOTE("whole percentages from 1 to 100 that customers may choose from as a tip, each larger "
             "than the one before, with one space between; at most 6; empty: they are not asked")));

SCHEMA(day_open, "DayOpen", NULL, INT("day", 1, DAY_MAX));

SCHEMA(reason, "Reason", NULL, TEXT("reason", 1, REASON_BYTES_MAX));

SCHEMA(contact, "Contact", "Lies in an erasable file, not in the journal.",
    TEXT("name", 0, NAME_BYTES_MAX, OPTIONAL),
    TEXT("phone", 0, SHORT_MAX, OPTIONAL),
    TEXT("address", 0, NOTE_BYTES_MAX, OPTIONAL),
    TEXT("note", 0, NOTE_BYTES_MAX, OPTIONAL));

SCHEMA(blob, "Blob", NULL,
    HEX("hash", HASH_DIGITS),
    COUNT("size"),
    TEXT("media", 1, MEDIA_BYTES_MAX));

SCHEMA(day, "Day", NULL,
    COUNT("day"),
    BOOL("closed"),
    COUNT("closes", NOTE("by how many devices or times; what counts is all that any of them held")),
    COUNT("closed_at", NOTE("0 = not yet")),
    TEXT("missing", 0, NAME_BYTES_MAX, MANY(0, DEVICES_MAX),
        NOTE("devices that are out of reach or have more than this one; none that was revoked or "
             "retired")));

SCHEMA(done, "Done", NULL,
    HEX("id", ID_DIGITS),
    HEX("log", LOG_DIGITS),
    COUNT("seq"),
    COUNT("events", NOTE("how many were written; 0 = it was so already")));
/* clang-format on */

/* The body `{}`: an empty array of fields is not C. */
const struct schema schema_nothing = {.name = "Nothing", .note = "{}"};

#define X(suffix, name) &schema_##suffix,
const struct schema *const schemas[] = {SCHEMAS(X)};
#undef X
const size_t schemas_count = sizeof schemas / sizeof schemas[0];

const struct schema_field *schema_field_find(const struct schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->count; i++) {
        if (strcmp(schema->fields[i].name, name) == 0) {
            return &schema->fields[i];
        }
    }
    return NULL;
}

static bool field_is_sound(const struct schema_field *field)
{
    return (field->type == SCHEMA_ENUM) == (field->words != NULL) &&
           (field->type == SCHEMA_OBJECT) == (field->object != NULL) && field->min <= field->max &&
           (!field->is_array || (field->items_max > 0 && field->items_min <= field->items_max));
}

const char *schema_mistake(const struct schema *schema)
{
    for (size_t i = 0; i < schema->count; i++) {
        if (!field_is_sound(&schema->fields[i]) ||
            schema_field_find(schema, schema->fields[i].name) != &schema->fields[i]) {
            return schema->fields[i].name;
        }
    }
    return NULL;
}

const char *schemas_mistake(void)
{
    const char *mistake = NULL;
    for (size_t i = 0; i < schemas_count && mistake == NULL; i++) {
        mistake = schema_mistake(schemas[i]);
    }
    return mistake;
}
