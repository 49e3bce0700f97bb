/* inherit.h - a new pop-up begins with what another one was set up with, and says what of it.
 *
 * Layer: node. Taken are settings, items with their photos, stalls, stations, staff with what they
 * may do, taxes, offers and printers. Orders, money, reviews, counts of stock, what was sold out,
 * devices and keys are not; and no PINs, which are sealed for the other pop-up's devices.
 */
#ifndef TRESTLE_NODE_CLI_INHERIT_H
#define TRESTLE_NODE_CLI_INHERIT_H

#include "node/cli/door.h"
#include "node/cli/old_popup.h"
#include "node/json/text.h"

enum { INHERITED_KINDS = 7, INHERITED_ORPHANS_MAX = 32 };

/* What came of it. */
struct inherited {
    const char *path, *kind; /* of the old one: old_popup_kind() */
    struct {
        uint32_t taken, left; /* left: newer software wrote it, or it has no number */
    } of[INHERITED_KINDS];    /* taxes, stalls, ..., items */
    uint32_t settled;         /* had two values beside each other; the one that counted is taken */
    uint32_t roles;           /* people who may do what they might */
    uint32_t pins;            /* people who had a PIN, and have none */
    uint32_t photos, photos_left;
    uint32_t orphans_count;
    uint64_t orphans[INHERITED_ORPHANS_MAX]; /* printers that no device drives until one is said */
};

/* Write what @old was set up with, its settings left out, through @door, which is the first and
 * only device of a pop-up that is empty so far; that is @device. What a command of the door says,
 * with the item or record that it was about told. */
MUST_CHECK int inherit(struct old_popup *old, struct door *door, const struct certificate *device,
                       struct inherited *ret_inherited);

/* Tell a person what was taken, what was not, and what is left to do. */
void inherited_tell(const struct inherited *inherited);

/* The same as a JSON object. */
void inherited_json(const struct inherited *inherited, struct text *to);

#endif
