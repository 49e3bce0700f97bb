/* menu.h - an item of the menu, and the pop-up's settings: registers that merge field by field.
 *
 * Layer: sync/domain (pure). Each field is a multi-value register over the history: the value of
 * the maximal writes. Of concurrent writes the safer one counts (docs/merge-rules.md): the lower
 * price, sold out (of the item and of each choice), hidden, every allergen named, only the diets
 * that both claim; where neither is safer, the later t when it is cosmetic, the smaller operation
 * when it decides money. `has_conflict` stays until somebody who has seen both writes again.
 */
#ifndef TRESTLE_SYNC_DOMAIN_MENU_H
#define TRESTLE_SYNC_DOMAIN_MENU_H

#include "sync/domain/history.h"

/* X(name, number, text). Numbers are in events: never renumber. */
#define MENU_FIELDS(X)                                                                             \
    X(MENU_NAME, 1, "name")             /* text */                                                 \
    X(MENU_CATEGORY, 2, "category")     /* text */                                                 \
    X(MENU_POSITION, 3, "position")     /* uint: order on screens, by category then position */    \
    X(MENU_PRICE, 4, "price")           /* int, minor units */                                     \
    X(MENU_TAX_EAT_IN, 5, "tax_eat_in") /* uint, basis points */                                   \
    X(MENU_TAX_TAKE_AWAY, 6, "tax_take_away")                                                      \
    X(MENU_STATION, 7, "station")     /* text: grill, bar; "" = any */                             \
    X(MENU_ALLERGENS, 8, "allergens") /* uint: bits of the 14 EU allergens, docs/protocol.md */    \
    X(MENU_DIET, 9, "diet")           /* uint: bits vegetarian 0, vegan 1, halal 2, kosher 3 */    \
    X(MENU_DESCRIPTION, 10, "description") /* text */                                              \
    X(MENU_OPTIONS, 11,                                                                            \
      "options") /* [[text group, min, max, [[text choice, int price], ...]], ...] */              \
    X(MENU_HIDDEN, 12, "hidden") /* bool: off the menu */                                          \
    X(MENU_NUMBER, 13,                                                                             \
      "number") /* uint: the item's number, 1 and up; the entity's id is derived from it */        \
    X(MENU_STOCK, 14, "stock") /* uint: an enum stock_policy */                                    \
    X(MENU_STALL, 15, "stall") /* uint: number of a stall; 0 = none */                             \
    X(MENU_TAX, 16, "tax")     /* uint: number of a tax, whose rates count; 0 = its own */         \
    X(MENU_PHOTO, 17, "photo") /* bin32: hash of the blob that shows it; empty = none */

enum menu_field {
#define X(name, number, text) name = (number),
    MENU_FIELDS(X)
#undef X
};

struct menu_choice {
    struct bytes name;
    int64_t price_minor;
};

struct menu_group {
    struct bytes name;
    uint32_t choices_min, choices_max;
    uint32_t choices_count;
    struct menu_choice choices[MENU_CHOICES_MAX];
    bool is_out[MENU_CHOICES_MAX]; /* by choice: menu.choice says that there is none of it now */
    bool is_disputed[MENU_CHOICES_MAX]; /* by choice: some who knew nothing of it say otherwise */
};

/* One choice of an item, by its place. */
struct choice_place {
    bool is_one; /* otherwise there is none */
    uint8_t group, choice;
};

/* What selling an item that is counted needs. Values are in events; the higher is the stricter. */
enum stock_policy {
    STOCK_OFF = 0,    /* it is not counted */
    STOCK_WARN = 1,   /* sold also without a right, and shown */
    STOCK_STRICT = 2, /* sold from rights only, unless staff say otherwise */
};

struct menu_item {
    uint64_t number;
    struct bytes name, category, station, description;
    uint64_t position;
    int64_t price_minor;
    uint32_t tax_eat_in_bp, tax_take_away_bp;
    uint64_t stall, tax; /* numbers of records; 0 = none */
    uint32_t allergens, diet;
    uint32_t groups_count;
    struct menu_group groups[MENU_OPTION_GROUPS_MAX];
    enum stock_policy stock;
    struct bytes photo; /* the hash of a blob, or empty */
    bool is_hidden;
    bool is_available;
    bool has_price_conflict;
    bool has_conflict;
    bool is_opaque;
};

/* @ret_item borrows from @history. Never fails. */
void menu_derive(const struct history *history, struct menu_item *ret_item);

/* The first group of which fewer choices are left than have to be chosen, so that the item cannot
 * be had; NULL = none. Borrowed from @item. */
const struct menu_group *menu_lacking(const struct menu_item *item);

/* Keep only what can still matter: the maximal writes of each field. */
void menu_prune(struct history *history);

/* X(name, number, text) of the pop-up's own settings (popup.set). */
#define POPUP_FIELDS(X)                                                                            \
    X(POPUP_NAME, 1, "name")              /* text */                                               \
    X(POPUP_CURRENCY, 2, "currency")      /* text, ISO 4217 */                                     \
    X(POPUP_CURRENCY_DIGITS, 3, "digits") /* uint: minor units per unit = 10^digits */             \
    X(POPUP_PRICES_INCLUDE_TAX, 4, "prices_include_tax") /* bool */                                \
    X(POPUP_CASH_STEP, 5, "cash_step")                   /* uint, minor units; 1 = none */         \
    X(POPUP_PAY_FIRST, 6, "pay_first")           /* bool: kitchens never see an unpaid order */    \
    X(POPUP_COPIES, 7, "copies")                 /* uint: k of "on k devices" */                   \
    X(POPUP_LATE_AFTER, 8, "late_after")         /* uint, s: amber; red at twice that */           \
    X(POPUP_ESCALATE_AFTER, 9, "escalate_after") /* uint, s without the next tick; 0 = never */    \
    X(POPUP_ADDRESS, 10, "address")              /* text: where customers' phones reach it */      \
    X(POPUP_TIPS, 11, "tips")                    /* text: the shares that customers are offered */

enum popup_field {
#define X(name, number, text) name = (number),
    POPUP_FIELDS(X)
#undef X
};

struct popup {
    struct bytes name, currency;
    uint32_t currency_digits;
    bool prices_include_tax;
    uint32_t cash_step_minor;
    bool is_pay_first;
    uint32_t copies;
    uint32_t late_after_s;
    uint32_t escalate_after_s;
    struct bytes address; /* an origin, see popup_address_is_sound(); empty = none */
    struct bytes tips;    /* "5 10 15": see tip_shares_are_sound(); empty = they are not asked */
    uint64_t day;         /* the trading day: each from 1 to it was opened; 0 = none */
    bool has_conflict;
};

/* Whether @address can stand on a poster: https://HOST or, within a network of its own
 * (192.168.1.5, fd00::1, stall.local), http://HOST; a port may follow, and nothing else: no user,
 * path, query or fragment. */
bool popup_address_is_sound(struct bytes address);

/* Defaults: "", EUR, 2 digits, inclusive, step 1, pay later, 2 copies, 300 s, 20 s. */
void popup_derive(const struct history *history, struct popup *ret_popup);
void popup_prune(struct history *history);

#endif
