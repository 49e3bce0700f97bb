/* Carts, and the tables where they are shared. */
#include "node/access/table_code.h"
#include "node/api/cart.h"
#include "node/json/json_cart.h"
#include "node/json/json_qr.h"
#include "node/json/schema_fields.h"
#include "sync/domain/cart.h"
#include "sync/domain/order.h"

/* clang-format off */

SCHEMA(cart_line_new, "CartLineNew", "One more line of the customer's cart.",
    INT("item", 1, MENU_NUMBERS_MAX, NOTE("its number on the menu")),
    INT("quantity", 1, ORDER_QUANTITY_MAX),
    OBJECT("options", schema_option_wanted, MANY(0, LINE_OPTIONS_MAX), OPTIONAL),
    TEXT("note", 0, NOTE_BYTES_MAX, OPTIONAL),
    TEXT("who", 0, NAME_BYTES_MAX, OPTIONAL,
         NOTE("whose it is, for the others at the table; it has room in one note with the note")));

SCHEMA(cart_line_set, "CartLineSet", "Changes to one line; what is left out stays.",
    INT("delta", -ORDER_QUANTITY_MAX, ORDER_QUANTITY_MAX, OPTIONAL,
        NOTE("added to the quantity; a line of which none is left goes")),
    TEXT("note", 0, NOTE_BYTES_MAX, OPTIONAL));

SCHEMA(cart_line, "CartLine", NULL,
    INT("id", 1, UINT32_MAX),
    TEXT("who", 0, NAME_BYTES_MAX),
    INT("item", 1, MENU_NUMBERS_MAX),
    INT("quantity", 1, ORDER_QUANTITY_MAX),
    OBJECT("options", schema_option_wanted, MANY(0, LINE_OPTIONS_MAX)),
    TEXT("note", 0, NOTE_BYTES_MAX));

SCHEMA(cart_placed, "CartPlaced", "The newest order that was made of a cart.",
    COUNT("round"),
    HEX("order", ID_DIGITS));

SCHEMA(cart, "Cart", "What is to be ordered, by all who hold a token of its session.",
    COUNT("version", NOTE("grows with each change; 0 = nothing was ever in it")),
    COUNT("round", NOTE("how many orders were made of it")),
    OBJECT("lines", schema_cart_line, MANY(0, CART_LINES_MAX)),
    OBJECT("placed", schema_cart_placed, OPTIONAL),
    BOOL("away", OPTIONAL,
         NOTE("true: another device keeps it, which this one asked; /ws here tells nothing of it, "
              "so ask again")));

SCHEMA(cart_opened, "CartOpened", "A customer's token that others share the cart of.",
    TEXT("token", 1, TOKEN_TEXT_MAX),
    COUNT("expires", NOTE("ms since 1970, by the clock of this device")),
    HEX("link", CART_LINK_DIGITS, NOTE("who has it may join")));

SCHEMA(cart_join, "CartJoin", NULL, HEX("link", CART_LINK_DIGITS));

SCHEMA(qr_wanted, "QrWanted", NULL, TEXT("text", 1, QR_TEXT_BYTES_MAX));

SCHEMA(qr, "Qr", "A QR code without its margin of four light modules; black on white.",
    INT("modules", 21, QR_WIDTH_MAX, NOTE("of a row, and rows")),
    TEXT("path", 1, QR_PATH_BYTES_MAX,
         NOTE("of SVG, to be stroked one wide: each run of dark modules as a line")));

SCHEMA(table_join, "TableJoin", NULL, TEXT("code", 1, TOKEN_TEXT_MAX, NOTE("of a table's sheet")));

SCHEMA(table_code, "TableCode", "What a table's sheet says; good until it is revoked.",
    INT("table", 1, TABLE_NUMBER_MAX),
    TEXT("code", 1, TABLE_CODE_DIGITS));

SCHEMA(table, "Table", "One that has codes, or had.",
    INT("number", 1, TABLE_NUMBER_MAX),
    BOOL("open", NOTE("its newest codes open it; false: they were revoked")));

SCHEMA(table_list, "TableList", "By number.",
    TEXT("cursor", 1, CURSOR_MAX),
    OBJECT("tables", schema_table, MANY(0, SHEETS_MAX)),
    TEXT("door", 1, DOOR_BYTES_MAX + 8, OPTIONAL,
        NOTE("where phones on this device's network order; left out: nowhere")));

SCHEMA(cart_seen, "CartSeen", "The customer's cart, as it was seen.",
    COUNT("round"),
    COUNT("version"));

/* clang-format on */
