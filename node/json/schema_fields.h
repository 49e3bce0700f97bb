/* schema_fields.h - what the tables of schemas are written with: schema.c and schema_*.c alone.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_API_SCHEMA_FIELDS_H
#define TRESTLE_NODE_API_SCHEMA_FIELDS_H

#include "node/json/schema.h"
#include "sync/base/crypto.h"
#include "sync/base/id.h"
#include "sync/base/limits.h"

enum {
    ID_DIGITS = 2 * ENTITY_ID_BYTES,
    HASH_DIGITS = 2 * HASH_BYTES,
    LOG_DIGITS = 16,
    POPUP_DIGITS = 2 * POPUP_ID_BYTES,
    SIGNATURE_DIGITS = 2 * SIGNATURE_BYTES,
    SHORT_MAX = 40, /* names of categories, stations, methods */
    DESCRIPTION_MAX = NOTE_BYTES_MAX,
    CURSOR_MAX = 64,
    ORDERS_MAX = 500,
    RATE_BP_MAX = 10000,
    MENU_NUMBERS_MAX = 99999999, /* as sync/domain/menu_events.h */
    DAY_MAX = 1000000,           /* as sync/domain/order_events.h */
};

/* The words of an enumeration. */
#define WORDS(symbol, ...)                                                                         \
    static const char *const symbol##_list[] = {__VA_ARGS__};                                      \
    static const struct schema_words symbol = {sizeof symbol##_list / sizeof symbol##_list[0],     \
                                               symbol##_list}

/* The last argument takes further designated members with it: C11 wants no empty "...". */
#define TEXT(name_, min_, ...)                                                                     \
    {                                                                                              \
        .name = (name_), .type = SCHEMA_TEXT, .min = (min_), .max = __VA_ARGS__                    \
    }
#define INT(name_, min_, ...)                                                                      \
    {                                                                                              \
        .name = (name_), .type = SCHEMA_INT, .min = (min_), .max = __VA_ARGS__                     \
    }
#define COUNT(...)                                                                                 \
    {                                                                                              \
        .type = SCHEMA_INT, .min = 0, .max = INT64_MAX, .name = __VA_ARGS__                        \
    }
#define MONEY(...)                                                                                 \
    {                                                                                              \
        .type = SCHEMA_INT, .min = -MONEY_MAX, .max = MONEY_MAX, .name = __VA_ARGS__               \
    }
#define POSITIVE(...)                                                                              \
    {                                                                                              \
        .type = SCHEMA_INT, .min = 1, .max = MONEY_MAX, .name = __VA_ARGS__                        \
    }
#define BOOL(...)                                                                                  \
    {                                                                                              \
        .type = SCHEMA_BOOL, .name = __VA_ARGS__                                                   \
    }
#define HEX(name_, ...)                                                                            \
    {                                                                                              \
        .name = (name_), .type = SCHEMA_HEX, .max = __VA_ARGS__                                    \
    }
#define ENUM(name_, ...)                                                                           \
    {                                                                                              \
        .name = (name_), .type = SCHEMA_ENUM, .words = &__VA_ARGS__                                \
    }
#define OBJECT(name_, ...)                                                                         \
    {                                                                                              \
        .name = (name_), .type = SCHEMA_OBJECT, .object = &__VA_ARGS__                             \
    }
#define OPTIONAL         .is_optional = true
#define MANY(min_, max_) .is_array = true, .items_min = (min_), .items_max = (max_)
#define NOTE(text)       .note = (text)
#define WANTED_TIP                                                                                 \
    INT("tip", 0, MONEY_MAX, OPTIONAL, NOTE("on top, an amount: at most what the order costs")),   \
        INT("tip_bp", 1, 10000, OPTIONAL, NOTE("on top, a share of that, in basis points"))
#define LINE_IDS INT("lines", 1, UINT32_MAX, MANY(1, ORDER_LINES_MAX), OPTIONAL)

#define SCHEMA(suffix, name_, note_, ...)                                                          \
    static const struct schema_field fields_##suffix[] = {__VA_ARGS__};                            \
    const struct schema schema_##suffix = {.name = (name_),                                        \
                                           .note = (note_),                                        \
                                           .count =                                                \
                                               sizeof fields_##suffix / sizeof fields_##suffix[0], \
                                           .fields = fields_##suffix}

#endif
