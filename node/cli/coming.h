/* coming.h - how a device comes into a pop-up, by a command or by its page: knock, be welcomed,
 * keep what was given.
 *
 * Layer: node. Blocks; a command's own thread, or one for this.
 */
#ifndef TRESTLE_NODE_CLI_COMING_H
#define TRESTLE_NODE_CLI_COMING_H

#include "node/cli/cli.h"
#include "node/config/identity.h"
#include "node/mesh/newcomer.h"

/* With an invitation, or by comparing digits at @endpoint. */
struct coming {
    bool has_invitation;
    struct invitation invitation; /* a secret: the owner wipes it */
    char endpoint[ENDPOINT_BYTES_MAX];
    const char *name; /* what the device calls itself; NULL = as the inviter says */
    /* Of digits: as in struct newcomer. */
    bool (*ask)(void *context, const char *digits);
    bool (*goes_on)(void *context);
    void *context;
    /* Not NULL: place_open() was asked for where these led; its file is written with the keys. */
    const struct args *open_by;
    bool is_welcome; /* since coming_in(): what failed then is this device's own */
};

/* The text of an invitation, or where to knock: "host:port". ERR_MALFORMED: it is neither. */
MUST_CHECK int coming_read(const char *text, struct coming *ret_coming);

/* Where it knocks: an endpoint. */
const char *coming_place(const struct coming *coming);

/* Into the folder that setup_folder() made ready, with the settings among @args. What
 * newcomer_join() and newcomer_pair() say, until it @is_welcome; then ERR_MISMATCH: the folder's
 * store is of another pop-up, and what introductions_store() and setup_save() say. The caller wipes
 * @ret_identity. */
MUST_CHECK int coming_in(struct coming *coming, const struct args *args, const struct place *place,
                         struct identity *ret_identity);

/* Whether the invitation that nobody answered to was too old. */
bool coming_is_late(const struct coming *coming);

#endif
