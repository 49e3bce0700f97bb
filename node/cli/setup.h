/* setup.h - what init and join have in common: a fresh state folder.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CLI_SETUP_H
#define TRESTLE_NODE_CLI_SETUP_H

#include "node/cli/cli.h"
#include "node/config/book.h"
#include "node/config/identity.h"
#include "node/json/text.h"

/* Make the folder, and clear it of what an interrupted set-up left; refuse one that is in use
 * already. @may_be_restored: a store that waits there for its device is no reason to. EXIT_DONE:
 * the folder is this set-up's alone until setup_end(*ret_lock). Else told, and there is nothing to
 * end: EXIT_UNAVAILABLE while another set-up is at it. */
int setup_folder(const struct place *place, bool may_be_restored, int *ret_lock);

/* Another set-up may begin: behind setup_save(), or where this one came to nothing. */
void setup_end(int lock);

/* Say in the folder that its store was restored from a backup and waits for a device to join. As
 * file_write(). */
MUST_CHECK int setup_mark_restored(const char *state);

/* Tell that @state belongs to no pop-up yet, and what to do about it. EXIT_UNAVAILABLE. */
int tell_not_set_up(const char *state);

/* Write trestle.conf (from the settings among the flags, unless there is one), the address book
 * (NULL = none) and, last, the keys: from then on the device is set up. ERR_EXISTS: somebody else's
 * keys are there by now, and nothing was written. As file_write(). */
MUST_CHECK int setup_save(const struct args *args, const struct place *place,
                          const struct identity *identity, const struct book *book);

/* Tell what comes next in a folder that was set up: run it; and, where nobody said at which address
 * others reach it, that they do not. */
void tell_set_up(const struct args *args, const struct place *place);

bool lane_is_right(const char *lane);

/* Both are cut to what a certificate holds. */
void certificate_name(struct certificate *certificate, const char *lane, const char *name);

/* {"device":..., "popup":..., "role":..., "lane":..., "state":...}; @from, where it is not NULL, is
 * the JSON of what the set-up was taken from. */
void print_identity_json(const struct place *place, const struct identity *identity,
                         const struct text *from);

#endif
