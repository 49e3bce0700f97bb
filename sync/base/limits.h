/* limits.h - every cap in one page, with its reason.
 *
 * Layer: sync/base. Whatever a stranger, a peer or a person can make us hold has its bound here;
 * long-lived memory is sized from these once at start.
 */
#ifndef TRESTLE_SYNC_BASE_LIMITS_H
#define TRESTLE_SYNC_BASE_LIMITS_H

#include <stdint.h>

enum {
    /* Bytes on the wire and on disk. */
    EVENT_BYTES_MAX = 16 * 1024,         /* one event; larger things travel as blobs by hash */
    EVENT_SALVAGE_BYTES_MAX = 60 * 1024, /* wraps one whole run (48 KiB) and its proof */
    RUN_BYTES_MAX = 48 * 1024,           /* event bytes under one signature */
    RUN_EVENTS_MAX = 768, /* the hashes of two such runs, which prove a fork, fit one event */
    MESSAGE_BYTES_MAX = 256 * 1024,     /* one frame between peers */
    TURN_REMOTE_BYTES_MAX = 256 * 1024, /* remote input in a turn while commands wait */
    VALUE_DEPTH_MAX = 8,                /* nesting of any msgpack value from outside */
    VALUE_ITEMS_MAX = 16384,            /* in one array: a run of RUN_EVENTS_MAX, and heads */
    STORE_KEY_BYTES_MAX = 511,          /* LMDB's own bound */

    /* The mesh. */
    DEVICES_MAX = 64,   /* on the roster; 64 heard in full is what the gossip was modelled for */
    LOGS_MAX = 256,     /* incarnations: 64 devices, each restored or re-joined three times */
    LINKS_MAX = 64,     /* one live link per device */
    CERT_CHAIN_MAX = 2, /* device certificate, admin certificate: delegation depth 1 */
    CERT_BYTES_MAX = 512,
    LINK_OUTBOX_BYTES_MAX = 1024 * 1024, /* beyond it the queue is dropped and a pull repairs */
    LINK_CREDIT_BYTES = 256 * 1024,      /* one pull's window */

    /* An entity. */
    PARENTS_MAX = 8,                 /* foreign heads an event names */
    ENTITY_LOGS_MAX = 16,            /* that wrote to it; further ones (by id) are void there */
    ENTITY_EVENTS_PER_LOG_MAX = 256, /* by one log on one entity; later ones are void there */
    ENTITY_EVENTS_MAX = ENTITY_LOGS_MAX * ENTITY_EVENTS_PER_LOG_MAX, /* in one fold */
    /* On what lasts (an item, the pop-up, a record), of which only what still matters is kept: a
     * day opened and closed 8,192 times; forty changes a day for a year. */
    LASTING_EVENTS_PER_LOG_MAX = 16384,
    LASTING_EVENTS_MAX = 65536,
    TRADING_DAYS_MAX = 16384, /* that are looked at */

    /* An order. 64 lines is a large family at a food stall; 99 of a thing is a catering order. */
    ORDER_LINES_MAX = 64,
    ORDER_QUANTITY_MAX = 999,
    ORDER_PAYMENTS_MAX = 32,
    ORDER_DISCOUNTS_MAX = 32,
    ORDER_RECEIPTS_MAX = 8,
    ORDER_NUMBERS_MAX = 4,
    LINE_OPTIONS_MAX = 16,
    ORDER_INTENTS_MAX = 16, /* attempts to pay with the provider */
    ORDER_PROVIDER_REFUNDS_MAX = 32,
    ORDER_DISPUTES_MAX = 8,
    ORDER_WISHES_MAX = 16,       /* for a refund */
    WISH_UNITS_MAX = 256,        /* that one wish names */
    PROVIDER_ID_BYTES_MAX = 255, /* the provider's own bound */
    CURRENCY_BYTES_MAX = 8,
    NAME_BYTES_MAX = 80,
    POPUP_ADDRESS_BYTES_MAX = 120, /* with a table's code it fits a QR code of 251 bytes */
    NOTE_BYTES_MAX = 280,          /* 140 characters of two bytes */
    REASON_BYTES_MAX = 140,
    REFERENCE_BYTES_MAX = 64, /* a slip number, a provider's id */

    /* The menu. */
    MENU_ITEMS_MAX = 500,
    MENU_OPTION_GROUPS_MAX = 8,
    MENU_CHOICES_MAX = 16,
    LANE_BYTES_MAX = 3,

    /* Records: what a market of forty stalls has, and room. */
    STALLS_MAX = 64,
    STATIONS_MAX = 64,
    STAFF_MAX = 200,
    TAXES_MAX = 32,
    OFFERS_MAX = 64,
    PRINTERS_MAX = 32,
    DRAWERS_MAX = 500,       /* that are listed */
    DRAWER_NUMBER_MAX = 999, /* people paint it on the till */
    DRAWER_MOVES_MAX = 128,  /* one every few minutes, all day */
    DRAWER_COUNTS_MAX = 8,
    SHEETS_MAX = 500,  /* tables that have codes */
    REVIEWS_MAX = 500, /* that are listed; the oldest first */
    REVIEW_BYTES_MAX = 1000,
    REVIEW_SAYS_MAX = 16, /* by a customer, at one device: strangers write little that lasts */
    PRINTER_ADDRESS_BYTES_MAX = 120, /* a host and port, a path under /dev */
    /* Blobs: photos, and what is known of guests. A photo of a dish fits a quarter of the first;
     * 4096 of them all would be 4 GiB, so the bytes have a bound of their own. */
    BLOB_BYTES_MAX = 1024 * 1024,
    PHOTO_BYTES_MAX = 64 * 1024, /* of an item: what a phone loads for each dish that it shows */
    BLOB_CHUNK_BYTES_MAX = 48 * 1024, /* in one frame: as a run, so that no frame waits long */
    BLOBS_MAX =
        32 * 1024, /* that a device keeps: a name for 8,000 orders a day of four, in 128 MiB */
    BLOBS_BYTES_MAX = 512 * 1024 * 1024,
};

/* Money: |amount| in minor units. 10^12 cents is ten thousand million: no order reaches it, no sum
 * of 2^20 of them leaves 64 bits. */
#define MONEY_MAX INT64_C(1000000000000)

#define SEQ_MAX ((UINT64_C(1) << 40) - 1) /* five bytes in keys */

#endif
