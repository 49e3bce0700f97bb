/* menu_events.h - the bodies of menu and pop-up events as plain structs, and their bytes.
 *
 * Layer: sync/domain (pure). Bytes: docs/protocol.md, "Menu and pop-up". As order_events.h: texts
 * are borrowed, encoders trust their caller, decoders check every range and give 0, ERR_MALFORMED,
 * ERR_TOO_LARGE or ERR_TOO_MANY. One value out of its range makes the whole event void; a field
 * number that this software does not know is left out.
 */
#ifndef TRESTLE_SYNC_DOMAIN_MENU_EVENTS_H
#define TRESTLE_SYNC_DOMAIN_MENU_EVENTS_H

#include "sync/domain/menu.h"

enum {
    FIELD_VALUES_MAX = 32, /* in one event */
    MENU_NUMBER_MAX = 99999999,
    CURRENCY_BYTES = 3,
};

enum field_form {
    FIELD_UNKNOWN = 0,
    FIELD_TEXT,
    FIELD_NUMBER,
    FIELD_TRUTH,
    FIELD_OPTIONS, /* an encoded array, menu_options_decode() */
};

/* What a field may hold; one table row per field. */
struct field_rule {
    enum field_form form;
    int64_t min, max; /* of a number, or of a text's size in bytes */
};

/* The rule of an enum menu_field or enum popup_field; FIELD_UNKNOWN for any other number. */
struct field_rule menu_field_rule(uint32_t field);
struct field_rule popup_field_rule(uint32_t field);

/* One field with its new value: the member that its form names counts. */
struct field_value {
    uint32_t field;
    struct bytes text; /* FIELD_TEXT; FIELD_OPTIONS: the encoded array */
    int64_t number;
    bool truth;
};

/* The body of menu.set and of popup.set: each field at most once. */
struct field_values {
    uint32_t count;
    struct field_value values[FIELD_VALUES_MAX];
};

struct menu_available {
    bool is_available;
};

struct day_open {
    uint64_t n; /* 1..ORDER_DAY_MAX */
};

/* The option groups of an item: [[text group, min, max, [[text choice, int price], ...]], ...];
 * min <= max <= choices, and a group has a choice. */
struct menu_options {
    uint32_t count;
    struct menu_group groups[MENU_OPTION_GROUPS_MAX];
};

void menu_set_encode(const struct field_values *set, struct writer *writer);
void menu_available_encode(const struct menu_available *available, struct writer *writer);
void menu_options_encode(const struct menu_options *options, struct writer *writer);
void popup_set_encode(const struct field_values *set, struct writer *writer);
void day_open_encode(const struct day_open *open, struct writer *writer);

MUST_CHECK int menu_set_decode(struct bytes body, struct field_values *ret_set);
MUST_CHECK int menu_available_decode(struct bytes body, struct menu_available *ret_available);
MUST_CHECK int menu_options_decode(struct bytes value, struct menu_options *ret_options);
MUST_CHECK int popup_set_decode(struct bytes body, struct field_values *ret_set);
MUST_CHECK int day_open_decode(struct bytes body, struct day_open *ret_open);

#endif
