/* record_fields.h - what each kind of record holds: the one table from which bytes, merges, JSON
 * and the document follow.
 *
 * Layer: sync/domain (pure).
 *
 * X(symbol, number, name, form, min, max, merge, default, note)
 *   number   in events for ever; never renumber. 1 to 3 are the same in every numbered record
 *   merge    of concurrent writes, sync/domain/fields.h; docs/merge-rules.md says why and what the
 *            person at the screen sees
 *   default  of a number or a truth that nobody wrote; texts and bytes are empty then
 */
#ifndef TRESTLE_SYNC_DOMAIN_RECORD_FIELDS_H
#define TRESTLE_SYNC_DOMAIN_RECORD_FIELDS_H

/* clang-format off */

/* The number is what people and other entities call the record by; its id is derived from it. */
#define NUMBERED_FIELDS(X, hidden_merge)                                                           \
    X(RECORD_NUMBER, 1, "number", NUMBER, 1, RECORD_NUMBER_MAX, MERGE_LOWEST, 0, NULL)             \
    X(RECORD_NAME, 2, "name", TEXT, 1, NAME_BYTES_MAX, MERGE_LATEST, 0, NULL)                      \
    X(RECORD_HIDDEN, 3, "hidden", TRUTH, 0, 1, hidden_merge, 0, "out of use; never deleted")

#define STALL_FIELDS(X)                                                                            \
    X(STALL_DESCRIPTION, 4, "description", TEXT, 0, NOTE_BYTES_MAX, MERGE_LATEST, 0, NULL)         \
    X(STALL_POSITION, 5, "position", NUMBER, 0, UINT32_MAX, MERGE_LATEST, 0, "order on screens")   \
    X(STALL_PICKUP, 6, "pickup", TEXT, 0, NAME_BYTES_MAX, MERGE_LATEST, 0,                         \
      "where its orders are collected")                                                            \
    X(STALL_PHOTO, 7, "photo", BYTES, 0, 32, MERGE_LATEST, 0, "hash of a blob, hex; empty = none")

/* A throttle of 1000 items in five minutes is none: no station reaches it. */
#define STATION_FIELDS(X)                                                                          \
    X(STATION_STALL, 4, "stall", NUMBER, 0, RECORD_NUMBER_MAX, MERGE_IDENTITY, 0, "0 = any")       \
    X(STATION_POSITION, 5, "position", NUMBER, 0, UINT32_MAX, MERGE_LATEST, 0, "order on screens") \
    X(STATION_PRINTER, 6, "printer", NUMBER, 0, RECORD_NUMBER_MAX, MERGE_IDENTITY, 0, "0 = none")  \
    X(STATION_THROTTLE, 7, "throttle", NUMBER, 1, STATION_THROTTLE_NONE, MERGE_LOWEST,             \
      STATION_THROTTLE_NONE, "items in 5 minutes; 1000 = no limit")

/* What station.busy says of a station. Concurrently said, the kitchen that is slower for longer is
 * believed: it ends by itself. */
#define STATION_BUSY_FIELDS(X)                                                                     \
    X(STATION_BUSY, 8, "busy", NUMBER, 0, BUSY_CLOSED, MERGE_HIGHEST, 0,                           \
      "a cook says so: minutes longer than usual; 1000 = customers order nothing of it")           \
    X(STATION_BUSY_UNTIL, 9, "busy_until", NUMBER, 0, INT64_MAX, MERGE_HIGHEST, 0,                 \
      "ms since 1970, by the clock of who looks; 0 = not said")

/* All that a station's record holds. */
#define STATION_ROWS(X) STATION_FIELDS(X) STATION_BUSY_FIELDS(X)

#define STAFF_FIELDS(X)                                                                            \
    X(STAFF_COLOUR, 4, "colour", NUMBER, 0, 0xffffff, MERGE_LATEST, 0, "0xrrggbb")                 \
    X(STAFF_PIN, 5, "pin", BYTES, 0, 32, MERGE_IDENTITY, 0,                                        \
      "hash of the blob that holds it, sealed for each device, hex; empty = none")

#define TAX_FIELDS(X)                                                                              \
    X(TAX_EAT_IN, 4, "eat_in", NUMBER, 0, 10000, MERGE_LOWEST, 0, "basis points")                  \
    X(TAX_TAKE_AWAY, 5, "take_away", NUMBER, 0, 10000, MERGE_LOWEST, 0, "basis points")

/* What an offer takes off is a percentage or an amount: whoever writes one writes both, and both
 * merge by the operation, so that they come from one hand. */
#define OFFER_FIELDS(X)                                                                            \
    X(OFFER_PERCENT, 4, "percent_bp", NUMBER, 0, 10000, MERGE_IDENTITY, 0, "basis points")         \
    X(OFFER_AMOUNT, 5, "amount", NUMBER, 0, MONEY_MAX, MERGE_IDENTITY, 0, "minor units")           \
    X(OFFER_REASON, 6, "reason", TEXT, 0, REASON_BYTES_MAX, MERGE_LATEST, 0, "on the receipt")     \
    X(OFFER_MANAGER, 7, "manager", TRUTH, 0, 1, MERGE_TRUE, 0, "only a manager may tap it")

/* Who drives a printer and how is said by one hand too: a device that owns it at another's address
 * would print nothing. */
#define PRINTER_FIELDS(X)                                                                          \
    X(PRINTER_DRIVER, 4, "driver", TEXT, 1, NAME_BYTES_MAX, MERGE_IDENTITY, 0, "escpos, text")     \
    X(PRINTER_OWNER, 5, "owner", BYTES, 0, 8, MERGE_IDENTITY, 0,                                   \
      "id of the device that drives it, hex; empty = none")                                        \
    X(PRINTER_ADDRESS, 6, "address", TEXT, 0, PRINTER_ADDRESS_BYTES_MAX, MERGE_IDENTITY, 0,        \
      "host:port, or a device's path on its owner")                                                \
    X(PRINTER_STATIONS, 7, "stations", TEXT, 0, NOTE_BYTES_MAX, MERGE_IDENTITY, 0,                 \
      "names of stations, with commas between; empty = all")                                       \
    X(PRINTER_WIDTH, 8, "width", NUMBER, 24, 96, MERGE_LOWEST, 42, "columns")                      \
    X(PRINTER_CODEPAGE, 9, "codepage", TEXT, 0, 16, MERGE_IDENTITY, 0,                             \
      "as its driver calls it; empty = the driver's own")                                          \
    X(PRINTER_BACKUP, 10, "backup", NUMBER, 0, RECORD_NUMBER_MAX, MERGE_IDENTITY, 0,               \
      "printer that takes over; 0 = none")

/* One per order and customer, whose hash gives the entity's id. Only older software writes a text
 * in clear: who writes one writes both, so a text that is not empty is the later word. */
#define REVIEW_FIELDS(X)                                                                           \
    X(REVIEW_ORDER, 4, "order", BYTES, 12, 12, MERGE_IDENTITY, 0, NULL)                            \
    X(REVIEW_CUSTOMER, 5, "customer", BYTES, 16, 16, MERGE_IDENTITY, 0, "a hash; names nobody")    \
    X(REVIEW_RATING, 6, "rating", NUMBER, 1, 5, MERGE_LATEST, 0, NULL)                             \
    X(REVIEW_TEXT, 7, "text", TEXT, 0, REVIEW_BYTES_MAX, MERGE_LATEST, 0, NULL)                    \
    X(REVIEW_PHOTO, 8, "photo", BYTES, 0, 32, MERGE_LATEST, 0,                                     \
      "hash of a blob, hex; empty = none")                                                         \
    X(REVIEW_WORDS, 10, "words", BYTES, 0, 32, MERGE_LATEST, 0,                                    \
      "hash of the blob that holds the text, hex; empty = none")

/* What review.hide says of a review. */
#define MODERATION_FIELDS(X)                                                                       \
    X(RECORD_HIDDEN, 3, "hidden", TRUTH, 0, 1, MERGE_TRUE, 0, "a manager took it off the screens") \
    X(REVIEW_REASON, 9, "reason", TEXT, 0, REASON_BYTES_MAX, MERGE_LATEST, 0, "why it was hidden")

/* X(kind, word, path, fields, event type, how many of it, merge of hidden)
 * Concurrently hidden and shown, most stay hidden; a station or printer stays in use, because a
 * ticket too many is seen and one too few is not. */
#define NUMBERED_RECORDS(X)                                                                        \
    X(KIND_STALL, stall, "stalls", STALL_FIELDS, EVENT_STALL_SET, STALLS_MAX, MERGE_TRUE)          \
    X(KIND_STATION, station, "stations", STATION_ROWS, EVENT_STATION_SET, STATIONS_MAX,            \
      MERGE_FALSE)                                                                                 \
    X(KIND_STAFF, staff, "staff", STAFF_FIELDS, EVENT_STAFF_SET, STAFF_MAX, MERGE_TRUE)            \
    X(KIND_TAX, tax, "taxes", TAX_FIELDS, EVENT_TAX_SET, TAXES_MAX, MERGE_TRUE)                    \
    X(KIND_OFFER, offer, "offers", OFFER_FIELDS, EVENT_OFFER_SET, OFFERS_MAX, MERGE_TRUE)          \
    X(KIND_PRINTER, printer, "printers", PRINTER_FIELDS, EVENT_PRINTER_SET, PRINTERS_MAX,          \
      MERGE_FALSE)

/* clang-format on */

#endif
