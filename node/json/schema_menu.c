/* The menu and what there is of it. */
#include "node/json/schema_fields.h"
#include "node/stream/teller.h"
#include "sync/domain/menu.h"
#include "sync/domain/record.h"
#include "sync/domain/tip.h"

WORDS(stock_words, "off", "warn", "strict");
WORDS(allergen_words, "gluten", "crustaceans", "eggs", "fish", "peanuts", "soybeans", "milk",
      "nuts", "celery", "mustard", "sesame", "sulphites", "lupin", "molluscs");
WORDS(diet_words, "vegetarian", "vegan", "halal", "kosher");

/* clang-format off */
SCHEMA(choice, "Choice", NULL,
    TEXT("name", 1, NAME_BYTES_MAX),
    MONEY("price", NOTE("added to the item's price")),
    BOOL("out", OPTIONAL,
        NOTE("true: there is none of it now. Told; POST /api/menu/{number}/choice says so")));

SCHEMA(group, "Group", "Options of an item: between min and max of the choices.",
    TEXT("name", 1, NAME_BYTES_MAX),
    INT("min", 0, MENU_CHOICES_MAX),
    INT("max", 0, MENU_CHOICES_MAX),
    OBJECT("choices", schema_choice, MANY(1, MENU_CHOICES_MAX)));

/* What a menu item holds, but its number and what follows from it. @o makes each optional. */
#define MENU_ITEM_REST(o) \
    TEXT("category", 0, NAME_BYTES_MAX, o), \
    INT("position", 0, UINT32_MAX, o), \
    INT("stall", 0, RECORD_NUMBER_MAX, NOTE("number of its stall; 0 = none"), o), \
    INT("tax", 0, RECORD_NUMBER_MAX, \
        NOTE("number of a tax, whose rates count; 0 = the item's own"), o), \
    INT("tax_eat_in", 0, RATE_BP_MAX, NOTE("basis points"), o), \
    INT("tax_take_away", 0, RATE_BP_MAX, NOTE("basis points"), o), \
    TEXT("station", 0, SHORT_MAX, NOTE("empty = any"), o), \
    ENUM("allergens", allergen_words, MANY(0, 14), o), \
    ENUM("diet", diet_words, MANY(0, 4), o), \
    TEXT("description", 0, DESCRIPTION_MAX, o), \
    OBJECT("groups", schema_group, MANY(0, MENU_OPTION_GROUPS_MAX), o), \
    BOOL("hidden", o), \
    ENUM("stock_policy", stock_words, \
         NOTE("off: not counted; warn: sold all the same; strict: from rights only"), o)
#define REQUIRED .is_optional = false

SCHEMA(stock, "Stock", "Of an item that is counted; zeros where it is off.",
    COUNT("here", NOTE("units that this device may sell without asking")),
    COUNT("all", NOTE("units that all devices may sell, as far as is known here")),
    COUNT("oversold", NOTE("units that were sold without a right and not covered since")));

SCHEMA(stock_write, "StockWrite", "Either of them.",
    INT("add", -1000000, 1000000, OPTIONAL, NOTE("units more; negative: fewer")),
    INT("counted", 0, 1000000, OPTIONAL, NOTE("what lies there; what differs is corrected")));

SCHEMA(menu_item, "MenuItem", NULL,
    INT("number", 1, MENU_NUMBERS_MAX),
    TEXT("name", 0, NAME_BYTES_MAX),
    MONEY("price"),
    MENU_ITEM_REST(REQUIRED),
    BOOL("available",
        NOTE("false also when it is strict and nobody has any left, its stall is out of use, or "
             "fewer choices of a group are left than have to be chosen")),
    OBJECT("stock", schema_stock),
    TEXT("photo", 0, 64, NOTE("hash of its bytes, hex: GET /api/photos/{hash}; empty = none")),
    BOOL("price_conflict",
        NOTE("two prices were set at once; the lower is charged until it is set again")),
    BOOL("conflict", NOTE("another field was set twice at once")));

SCHEMA(menu, "Menu", NULL,
    TEXT("cursor", 1, CURSOR_MAX),
    OBJECT("items", schema_menu_item, MANY(0, MENU_ITEMS_MAX)));

SCHEMA(page_item, "PageItem", "An item as customers see it.",
    INT("number", 1, MENU_NUMBERS_MAX),
    TEXT("name", 0, NAME_BYTES_MAX),
    TEXT("category", 0, NAME_BYTES_MAX),
    INT("position", 0, UINT32_MAX),
    MONEY("price"),
    ENUM("allergens", allergen_words, MANY(0, 14)),
    ENUM("diet", diet_words, MANY(0, 4)),
    TEXT("description", 0, DESCRIPTION_MAX),
    OBJECT("groups", schema_group, MANY(0, MENU_OPTION_GROUPS_MAX)),
    BOOL("available"),
    TEXT("photo", 64, 64, OPTIONAL,
        NOTE("as a MenuItem's; left out also while its bytes are not here")),
    COUNT("left", OPTIONAL, NOTE("of what is counted")));

SCHEMA(page_card, "PageCard", "Where customers pay by card.",
    TEXT("script", 1, 300, NOTE("URL of the provider's script")),
    BOOL("practice", NOTE("no real money moves")));

SCHEMA(page_messages, "PageMessages", "Where customers who went away are told of their order.",
    TEXT("push_key", 87, 87, OPTIONAL,
         NOTE("base64url of the key of Web Push; left out: it is not offered")),
    BOOL("sms", OPTIONAL, NOTE("true, or left out")));

SCHEMA(order_page, "OrderPage", "What the customers' page begins with.",
    TEXT("popup", 0, NAME_BYTES_MAX, NOTE("its name")),
    COUNT("epoch", NOTE("ms since 1970; idempotency keys count seconds from it")),
    TEXT("currency", 3, 3, NOTE("ISO 4217")),
    INT("digits", 0, 4, NOTE("minor units per unit = 10^digits")),
    BOOL("prices_include_tax"),
    TEXT("tips", 1, TIP_SHARES_BYTES_MAX, OPTIONAL,
        NOTE("percentages to choose from as a tip: 5 10 15; left out: nobody is asked")),
    OBJECT("items", schema_page_item, MANY(0, MENU_ITEMS_MAX),
        NOTE("none that is hidden, or of a stall that is")),
    OBJECT("card", schema_page_card, OPTIONAL, NOTE("left out: pay at the counter")),
    OBJECT("messages", schema_page_messages, OPTIONAL, NOTE("left out: nobody is told from here")),
    TEXT("paused", 1, TOLD_BYTES_MAX, OPTIONAL, NOTE("why customers cannot order just now")));

SCHEMA(menu_new, "MenuNew", "A new item.",
    INT("number", 1, MENU_NUMBERS_MAX),
    TEXT("name", 1, NAME_BYTES_MAX),
    INT("price", 0, MONEY_MAX),
    MENU_ITEM_REST(OPTIONAL));

SCHEMA(menu_write, "MenuWrite", "Fields to change; what is left out stays. `available` alone.",
    TEXT("name", 1, NAME_BYTES_MAX, OPTIONAL),
    INT("price", 0, MONEY_MAX, OPTIONAL),
    MENU_ITEM_REST(OPTIONAL),
    TEXT("photo", 0, 0, OPTIONAL, NOTE("empty: the item has none any more")),
    BOOL("available", OPTIONAL));

SCHEMA(choice_write, "ChoiceWrite", "Whether a choice of an item is to be had; by their names.",
    TEXT("group", 1, NAME_BYTES_MAX),
    TEXT("choice", 1, NAME_BYTES_MAX),
    BOOL("available"));
/* clang-format on */
