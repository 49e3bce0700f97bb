/* api.h - one request of a browser or tool: routed, checked, answered or handed to the core.
 *
 * Layer: node. Knows nothing of sockets: bytes in, bytes out. One per web thread.
 */
#ifndef TRESTLE_NODE_API_API_H
#define TRESTLE_NODE_API_API_H

#include "node/access/access.h"
#include "node/api/routes.h"
#include "node/api/state.h"
#include "node/figures/metrics.h"
#include "sync/domain/blob.h"

enum { API_BODY_BYTES_MAX = 64 * 1024, API_PATH_BYTES_MAX = 256 };

struct annex;
struct errands;

struct api {
    struct state *state;
    const struct annex *annex; /* NULL = none */
    struct text document;      /* printed once */
    struct metrics metrics;
    struct errands *errands; /* api_errand.h */
};

/* All borrowed during the call. */
struct api_request {
    struct access_request access; /* who says that it is */
    uint64_t asker; /* the device that asks for a phone of its own: api_errand.h; 0 = none */
    const char *method;
    const char *path;    /* without the query */
    const char *query;   /* "day=3&settled=1"; "" = none */
    struct bytes key;    /* Idempotency-Key; empty = none */
    struct bytes header; /* the one that its route names, see api_want(); empty = none */
    struct bytes body;
};

struct api_reply {
    int status;
    bool is_problem;                 /* application/problem+json */
    char media[MEDIA_BYTES_MAX + 1]; /* of bytes; "" = JSON */
    bool is_bytes_kept;              /* match.blob is a file that the command speaks of */
    bool is_lasting;                 /* bytes that never change: a browser may keep them */
    bool has_cart;                   /* the command orders a cart */
    struct text body;                /* the caller closes it */
    bool is_pending;                 /* the answer comes from the core, as @request ... */
    bool is_annexed;                 /* ... or from the annex ... */
    bool is_signing_in;              /* ... or from who looks at PINs ... */
    bool is_away;                    /* ... or from another device */
    uint64_t request;
    uint64_t retry_ms;                   /* of 429: when to try again; 0 = not said */
    char allow[ROUTE_METHODS_BYTES_MAX]; /* of 405: the methods that the path takes */
    const struct route *route;           /* what api_conclude() wants; NULL = no such route */
    struct route_match match;
    struct caller caller; /* who asked */
};

/* NULL when there is no memory. */
struct api *api_new(const struct gate *gate, const char *version);
void api_free(struct api *api);

/* Before the first request: also @annex, which outlives the api. */
void api_add(struct api *api, const struct annex *annex);

/* And where phones of this network order: a number, or "0.0.0.0" and "::" for any. */
void api_set_door(struct api *api, const char *address, int port);

/* Whether its device is in no pop-up yet: gate.h. */
bool api_is_newcomer(const struct api *api);

/* Whether @path is one of the API's, whatever the method. */
bool api_has(const struct api *api, const char *path);

/* What must be read of a request before api_admit(), and how much of its body there may be. */
struct api_want {
    size_t body_bytes_max;
    const char *header; /* "name:", NULL = none */
};
struct api_want api_want(const struct api *api, const char *method, const char *path);

/* Judge a request by its line and headers: its path, how often, who asks, whether he may. Its body
 * is not looked at and may be yet to come. 0, and @ret_reply is for api_answer(); else it is the
 * problem. */
MUST_CHECK int api_admit(struct api *api, const struct api_request *request,
                         struct api_reply *ret_reply);

/* Whether somebody vouches for what @reply's caller sends: one of the stall, or its own screen.
 * Customers' tokens are anybody's for the asking. */
bool api_is_vouched_for(const struct api_reply *reply);

/* What was let in by api_admit(), now with its body: answer at once, or push a command (then
 * @reply->is_pending). */
void api_answer(struct api *api, const struct api_request *request, struct api_reply *reply);

/* Both, of a request that is there whole. */
void api_handle(struct api *api, const struct api_request *request, struct api_reply *ret_reply);

/* Fill in the reply of a pending request from the core's answer. */
void api_conclude(struct api *api, const struct effect_answer *answer, struct api_reply *reply);

struct annex_answer;
/* The same from the annex's. */
void api_conclude_annex(struct api *api, struct annex_answer *answer, struct api_reply *reply);

/* The same from who looks at PINs. */
void api_conclude_sign_in(struct api *api, const struct pin_answer *answer,
                          struct api_reply *reply);

/* Make @reply a problem. @where may be "". */
void api_problem(struct api_reply *reply, int err, const char *where);

/* ERR_FORBIDDEN, where the device may not what @reply's caller could do at another. */
void api_problem_elsewhere(struct api_reply *reply);

/* The problem that another device keeps what is asked for, and is not reached. */
/* What is ordered is made at @station, which has too much to make for customers to order of it. */
void api_problem_full(struct api_reply *reply, struct bytes station);
void api_problem_away(struct api_reply *reply, const char *where);

/* The problem that this device is in no pop-up yet, and so has nothing else to say. */
void api_problem_newcomer(struct api_reply *reply);

/* The problem that its path takes @methods only. */
void api_problem_method(struct api_reply *reply, const char *methods);

/* Whether who asks may begin that view of the stream, by its row of the table: routes.h. 0, and
 * who it is, with what the roster says now, is @reply's caller; a guest is nobody yet.
 * ERR_UNAUTHENTICATED (nobody, or nobody any more), ERR_FORBIDDEN; ERR_LIMIT, and @reply says until
 * when; ERR_BUSY: the device is in no pop-up yet. */
MUST_CHECK int api_watch(struct api *api, const struct access_request *request,
                         const struct route_view *view, struct api_reply *reply);

/* Whether whom api_watch() let in may go on, by the facts of the last state_refresh(): a right that
 * ended or changed ends what it had opened. */
bool api_may_watch(const struct api *api, const struct caller *caller);

/* A frame from a board: pushes COMMAND_SEEN, whose answer nobody waits for. ERR_MALFORMED,
 * ERR_FORBIDDEN, ERR_BUSY (the board says it again). */
MUST_CHECK int api_seen(struct api *api, const struct caller *caller, struct bytes frame);

#endif
