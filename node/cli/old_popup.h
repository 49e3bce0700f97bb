/* old_popup.h - what another pop-up was set up with: its settings, menu and records, from its state
 * folder or from a file of its journals.
 *
 * Layer: node. Looks only. What it says now is folded from its journals, the same way for a folder
 * and for an export, an archive or a backup; these are proven first.
 */
#ifndef TRESTLE_NODE_CLI_OLD_POPUP_H
#define TRESTLE_NODE_CLI_OLD_POPUP_H

#include "node/cli/journal.h"
#include "sync/domain/menu.h"
#include "sync/domain/record.h"

struct old_popup;

/* @path: a state folder, also of a node that runs, or a file. EXIT_DONE, or told (nothing of the
 * kind, or it is damaged). */
int old_popup_open(const char *path, struct old_popup **ret_old);
/* Accepts NULL. */
void old_popup_close(struct old_popup *old);

/* "state", "export", "archive" or "backup". */
const char *old_popup_kind(const struct old_popup *old);

/* Its settings; borrowed until the next question. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int old_popup_settings(struct old_popup *old, struct popup *ret_popup);

/* The item or the record at @at, counted from 0 among all that it has of the kind; borrowed until
 * the next question. ERR_NOT_FOUND: past the last. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int old_popup_item(struct old_popup *old, size_t at, struct menu_item *ret_item);
MUST_CHECK int old_popup_record(struct old_popup *old, enum kind kind, size_t at,
                                struct record *ret_record);

/* What person @staff may do there; ROLE_NONE also where two did not agree. */
enum role old_popup_role(const struct old_popup *old, uint64_t staff);

/* The certificate of its device @device; NULL = it has none. */
const struct certificate *old_popup_device(const struct old_popup *old, uint64_t device);

/* The bytes of the image @hash; the caller frees them. ERR_NOT_FOUND: it is not there, as in files
 * none is. ERR_IO, ERR_NO_MEMORY, ERR_MISMATCH. */
MUST_CHECK int old_popup_image(const struct old_popup *old, struct bytes hash, uint8_t **ret_data,
                               size_t *ret_size);

#endif
