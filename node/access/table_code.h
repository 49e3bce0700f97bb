/* table_code.h - what the QR code on a table's sheet says: which table, by which of its codes, and
 * a signature of a device of the pop-up.
 *
 * Layer: node (pure). It is no token: it lasts until it is revoked, says nobody's rights, and is
 * short, since each byte makes the modules on the sheet smaller. Any device makes one that all
 * others know; whether it still opens its table the journal says (sync/domain/sheet.h).
 *
 *   base64url of  be64 device || be32 table || be32 generation || Ed25519(device key,
 *   "trestle/table/1" || popup || the 16 bytes before)
 */
#ifndef TRESTLE_NODE_ACCESS_TABLE_CODE_H
#define TRESTLE_NODE_ACCESS_TABLE_CODE_H

#include "node/access/token.h"

enum {
    TABLE_CODE_SAID_BYTES = 8 + 4 + 4,
    TABLE_CODE_BYTES = TABLE_CODE_SAID_BYTES + 64,
    TABLE_CODE_DIGITS = (TABLE_CODE_BYTES * 8 + 5) / 6,
};

struct table_code {
    uint64_t issuer; /* device */
    uint32_t table, generation;
};

/* NUL-ended. */
void table_code_mint(const struct table_code *code, const struct popup_id *popup,
                     const struct secret_key *device_secret, char ret_text[TABLE_CODE_DIGITS + 1]);

/* @terms: popup and issuers; the rest is not looked at. ERR_MALFORMED: no code of this form;
 * ERR_BAD_SIGNATURE: also of an unknown device. */
MUST_CHECK int table_code_check(struct bytes text, const struct token_terms *terms,
                                struct table_code *ret_code);

#endif
