/* api_errand.h - what a phone asks here of a cart that another device keeps, its home: asked there
 * over the link between the two, and the answer passed on. And the other end: what others' phones
 * ask of the carts that this device keeps.
 *
 * Layer: node; the web thread. Bytes of an errand: node/mesh/errand.h. A cart's home is the device
 * that gave the token of its session, or the link that opens it; both say which. There is one, so
 * there is nothing to agree on, and nothing to merge. At home an errand is a request as any other:
 * the phone's token is looked at, the rights, the limits, the key. Only routes with a home are
 * taken, and only what is at home here. Those who come by one device have, together, the share that
 * one address has.
 */
#ifndef TRESTLE_NODE_API_API_ERRAND_H
#define TRESTLE_NODE_API_API_ERRAND_H

#include "node/api/api.h"
#include "node/api/gate.h"
#include "node/mesh/errand.h"

enum {
    ERRANDS_OUT_MAX = 64,       /* that phones wait for */
    ERRANDS_HELD_MAX = 64,      /* that the core works on, of others' phones */
    ERRANDS_OF_DEVICE_MAX = 16, /* of those, of one device */
    ERRAND_WAIT_MS = 5000,      /* without an answer: the home cannot be reached */
};

struct errands;

/* NULL when there is no memory. */
struct errands *errands_new(void);
/* Accepts NULL. */
void errands_free(struct errands *errands);

/* The device that has to answer the admitted @request; 0 = this one. */
uint64_t errand_home(const struct api *api, const struct api_request *request,
                     const struct api_reply *reply);

/* Ask device @home, and leave @reply pending; or say why not. */
void errand_begin(struct api *api, uint64_t home, const struct api_request *request,
                  struct api_reply *reply);

/* What became of one that was left pending. */
struct errand_news {
    uint64_t request;
    bool is_answered;            /* false: nobody answered in time, or could be asked; else: */
    struct errand_answer answer; /* in ... */
    struct text frame;           /* ... this, which the taker closes */
};

/* The next news; false when there are none now. What others ask is answered meanwhile. */
bool errand_next(struct api *api, struct errand_news *ret_news);

/* Fill in the reply of a pending request. */
void errand_conclude(struct api *api, const struct errand_news *news, struct api_reply *reply);

/* The core's @answer, if it is to what another device asked. */
void errand_answered(struct api *api, const struct effect_answer *answer);

#endif
