/* routes.h - the one table of routes: method, path, right, shapes, what a second request does,
 * how many there may be, and what to do.
 *
 * Layer: node. The router, the checks, the document and the clients' types all follow from it.
 */
#ifndef TRESTLE_NODE_API_ROUTES_H
#define TRESTLE_NODE_API_ROUTES_H

#include "node/access/rate_class.h"
#include "node/json/schema.h"
#include "sync/domain/till.h"

enum {
    API_PUBLIC = -1,    /* anybody, with or without a token */
    API_SIGNED_IN = -2, /* whoever holds a token */
    ROUTE_QUERIES_MAX = 2,
    ROUTE_METHODS_BYTES_MAX = 48
};

/* What a request that is sent again does. */
enum route_again {
    AGAIN_UNSAID = 0, /* a mistake of ours */
    AGAIN_READS,      /* it changes nothing */
    AGAIN_KEYED,      /* with the same Idempotency-Key: the same answer, and nothing twice */
    AGAIN_HARMLESS,   /* no key: a second time does no harm */
};

/* What answers a route: a reader of the present state, or a command to the core whose answer is one
 * of the shapes from SHAPE_DONE on. */
enum route_shape {
    SHAPE_HEALTH,
    SHAPE_READY,
    SHAPE_DOCUMENT,
    SHAPE_BYTES,
    SHAPE_PHOTO,
    SHAPE_METRICS,
    SHAPE_BLOB,
    SHAPE_DAY,
    SHAPE_SESSION,
    SHAPE_SIGNED_IN,
    SHAPE_SIGNED_OUT,
    SHAPE_CUSTOMER,
    SHAPE_TICKET,
    SHAPE_CART,
    SHAPE_CART_OPENED,
    SHAPE_CART_JOINED,
    SHAPE_QR,
    SHAPE_STATUS,
    SHAPE_MESH,
    SHAPE_MENU,
    SHAPE_ORDER_PAGE,
    SHAPE_ORDER_LIST,
    SHAPE_ORDER,
    SHAPE_QUOTE_READ,
    SHAPE_PURCHASE,
    SHAPE_BILL,
    SHAPE_KITCHEN_BOARD,
    SHAPE_PICKUP_BOARD,
    SHAPE_RECORD_LIST,
    SHAPE_REPORT,
    SHAPE_TRADE,
    SHAPE_RECONCILIATION,
    SHAPE_RECEIPT_READ,
    SHAPE_INVITATION,
    SHAPE_JOINING,
    SHAPE_PRINTER_TEST,
    SHAPE_DEVICE_LIST,
    SHAPE_VOIDED_LIST,
    SHAPE_PERSON_LIST,
    SHAPE_DRAWER_LIST,
    SHAPE_TABLE_LIST,
    SHAPE_DRAWER,
    SHAPE_DONE,
    SHAPE_ORDER_PLACED,
    SHAPE_QUOTE,
    SHAPE_CART_CHANGED,
    SHAPE_TABLE_JOINED,
    SHAPE_TABLE_CODE,
    SHAPE_MENU_ITEM,
    SHAPE_RECORD,
    SHAPE_RECEIPT,
    SHAPE_DRAWER_OPENED,
    SHAPE_ANNEX, /* answered by the program that the node is a part of: annex.h */
    SHAPE_COUNT
};

/* Which device answers a customer: this one, or the home of a cart, which gave his token or link.
 */
enum route_home {
    HOME_HERE = 0,
    HOME_OF_TOKEN,
    HOME_IF_CART, /* the same where the body names a cart */
    HOME_OF_LINK, /* that of the body */
};

/* What a path named. */
struct route_match {
    struct entity_id order;
    uint32_t line;
    uint64_t number; /* of a menu item, a record or a person */
    uint64_t device;
    struct hash blob;
};

struct route {
    const char *method;
    const char *path; /* {id}, {line}, {number}, {device} and {hash} are parameters */
    const char *summary;
    const char *queries[ROUTE_QUERIES_MAX]; /* integers */
    bool takes_bytes;   /* its body is an image, not JSON; of an annex: whatever it wants */
    size_t bytes_max;   /* of the body; 0 = as is usual */
    const char *header; /* one more that it looks at, as "name:" in lower case; NULL = none */
    const struct schema *request;  /* NULL = no body, or takes_bytes */
    const struct schema *response; /* NULL = the document, or bytes */
    int capability;                /* enum capability, or API_PUBLIC or API_SIGNED_IN */
    enum route_again again;
    enum rate_class rate;
    int command; /* enum command_kind, or -1 = none of the core's */
    int status;
    enum route_shape shape;
    enum kind record; /* of the record that it is about; KIND_NONE = none */
    bool is_ordering; /* not for customers while they cannot order: teller.h */
    enum route_home home;
};

extern const struct route routes[];
extern const size_t routes_count;

/* A view of the stream, GET /ws?view=: it begins as a request and goes on in frames. */
struct route_view {
    const char *name, *summary;
    bool is_guests;       /* anybody may begin it; the first frame says which customer it is */
    int capability;       /* enum capability; API_PUBLIC = a guest's */
    enum rate_class rate; /* of its beginnings */
};

extern const struct route_view route_views[];
extern const size_t route_views_count;

/* NULL: there is none of that name. */
const struct route_view *route_view_find(const char *name);

/* Whether it says who may, and how often. */
bool route_view_is_sound(const struct route_view *view);

/* Who may watch it: as route_roles(). */
uint32_t route_view_roles(const struct route_view *view);

/* Whether it is a command of the core's, and so wants an Idempotency-Key. */
static inline bool route_is_write(const struct route *route)
{
    return route->command >= 0;
}

/* Rows of one owner. */
struct route_table {
    const struct route *routes;
    size_t count;
};

/* As route_find(), in @table. */
MUST_CHECK int route_find_in(const struct route_table *table, const char *method, const char *path,
                             const struct route **ret_route, struct route_match *ret_match);
/* Who may: a bit for each role of people that has its capability; of a public one, all of them, and
 * nobody in particular. */
uint32_t route_roles(const struct route *route);

/* The route of @method and @path (both terminated; no query). ERR_NOT_FOUND: no such path, or a
 * parameter that cannot be one. ERR_METHOD: the path exists for other methods. */
MUST_CHECK int route_find(const char *method, const char *path, const struct route **ret_route,
                          struct route_match *ret_match);

/* Add the methods of @path to the list in @to: "GET, HEAD, POST". */
void route_methods_in(const struct route_table *table, const char *path,
                      char to[ROUTE_METHODS_BYTES_MAX]);
void route_methods(const char *path, char to[ROUTE_METHODS_BYTES_MAX]);

/* Whether a row of a table of routes says all that it has to, and nothing that contradicts the
 * rest: above all who may. */
bool route_is_sound(const struct route *route);

/* NULL, or what is wrong with the table itself (a mistake of ours): checked at start. */
const char *routes_mistake(void);
/* The same of rows that are added to these. */
const char *routes_mistake_in(const struct route_table *table);

#endif
