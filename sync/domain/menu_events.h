/* menu_events.h - the bodies of menu and pop-up events as plain structs, and their bytes.
 *
 * Layer: sync/domain (pure). Bytes: docs/protocol.md, "Menu and pop-up". As order_events.h: texts
 * are borrowed, encoders trust their caller, decoders check every range and give 0, ERR_MALFORMED,
 * ERR_TOO_LARGE or ERR_TOO_MANY.
 */
#ifndef TRESTLE_SYNC_DOMAIN_MENU_EVENTS_H
#define TRESTLE_SYNC_DOMAIN_MENU_EVENTS_H

#include "sync/domain/field_values.h"
#include "sync/domain/menu.h"

enum {
    MENU_NUMBER_MAX = 99999999,
    CURRENCY_BYTES = 3,
};

/* The rule of an enum menu_field or enum popup_field; FIELD_UNKNOWN for any other number. */
struct field_rule menu_field_rule(uint32_t field);
struct field_rule popup_field_rule(uint32_t field);

struct menu_available {
    bool is_available;
};

/* The choice of this name in the item's group of that name: by name, as an item's groups and
 * choices are written anew, in another order, while somebody says so. */
struct menu_choice_said {
    struct bytes group, choice;
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
void menu_choice_encode(const struct menu_choice_said *said, struct writer *writer);
void menu_options_encode(const struct menu_options *options, struct writer *writer);
void popup_set_encode(const struct field_values *set, struct writer *writer);
void day_open_encode(const struct day_open *open, struct writer *writer);

MUST_CHECK int menu_set_decode(struct bytes body, struct field_values *ret_set);
MUST_CHECK int menu_available_decode(struct bytes body, struct menu_available *ret_available);
MUST_CHECK int menu_choice_decode(struct bytes body, struct menu_choice_said *ret_said);
MUST_CHECK int menu_options_decode(struct bytes value, struct menu_options *ret_options);
MUST_CHECK int popup_set_decode(struct bytes body, struct field_values *ret_set);
MUST_CHECK int day_open_decode(struct bytes body, struct day_open *ret_open);

#endif
