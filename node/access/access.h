/* access.h - who may in, on one device: its own screen, and whoever brings a token.
 *
 * Layer: node. One for a node, made by its core and used by the web thread. The facts of the roster
 * come with each call, as the core sees them now; so verifying wants no network and no turn of the
 * core.
 */
#ifndef TRESTLE_NODE_ACCESS_ACCESS_H
#define TRESTLE_NODE_ACCESS_ACCESS_H

#include "node/access/caller.h"
#include "node/access/pin_desk.h"
#include "node/access/rate_class.h"
#include "node/access/table_code.h"
#include "node/access/tickets.h"
#include "node/api/gate.h"
#include "node/config/identity.h"

struct access;

struct access_config {
    const char *state;               /* folder */
    const struct identity *identity; /* borrowed for the access's life */
    bool is_screen_locked; /* the device's own screen wants a person, too; see settings.h */
};

/* What the disk spoilt of the files that it keeps in the folder begins anew. ERR_NO_MEMORY, and
 * what file_read() and file_write() say. */
MUST_CHECK int access_open(const struct access_config *config, struct access **ret_access);
/* Accepts NULL. */
void access_close(struct access *access);

/* A request as it came in. */
struct access_request {
    enum entrance entrance;
    struct bytes authorization; /* the header, or empty: "Bearer <token>" */
    struct bytes ticket;        /* of a handshake; or empty */
    struct bytes address;       /* of the other end; empty = this machine */
};

/* Whether that may be asked once more: by an address, before anything is looked at, and by whoever
 * holds a token. This machine's own screen and tools are let be, except for signing in. 0; or
 * ERR_LIMIT and @ret_wait_ms. @access NULL: 0. */
MUST_CHECK int access_admit_address(struct access *access, const struct access_request *request,
                                    enum rate_class rate, uint64_t *ret_wait_ms);
MUST_CHECK int access_admit_caller(struct access *access, const struct caller *caller,
                                   enum rate_class rate, uint64_t *ret_wait_ms);

/* Who asks. @access NULL: a host that knows its own screen alone. A token that is brought must
 * hold, also where none is wanted. ERR_UNAUTHENTICATED: it does not. ERR_FORBIDDEN: a person's over
 * an entrance where others may read along. */
MUST_CHECK int access_caller(struct access *access, const struct gate_live *live,
                             const struct access_request *request, struct caller *ret_caller);

/* Whether who asked before is still the one: his token lasts, his role is the same, and he has not
 * signed out; the own screen, while the device's role gives it the same. */
bool access_stands(const struct access *access, const struct gate_live *live,
                   const struct caller *caller);

/* A ticket for one handshake of his. ERR_UNAVAILABLE: this host knows its own screen alone. */
MUST_CHECK int access_ticket(struct access *access, const struct caller *caller,
                             char ret_text[TICKET_TEXT_BYTES + 1]);

/* --- signing in and out; with NULL for @access ERR_UNAVAILABLE, and no answers --- */

/* Have a PIN looked at; the answer comes as @ret_request. ERR_BUSY. */
MUST_CHECK int access_sign_in(struct access *access, const struct pin_guess *guess,
                              uint64_t *ret_request);
/* @on_answer is called on a thread of the access's own; NULL = no more. */
void access_on_answer(struct access *access, void (*on_answer)(void *context), void *context);
bool access_answered(struct access *access, struct pin_answer *ret_answer);

/* A token for person @staff, who gave the right PIN; who that is now. ERR_UNAUTHENTICATED: the
 * person has no role. */
MUST_CHECK int access_token(const struct access *access, const struct gate_live *live,
                            uint64_t staff, char ret_text[TOKEN_TEXT_MAX],
                            struct caller *ret_caller);

/* And one for a customer. */
MUST_CHECK int access_customer(const struct access *access, const struct gate_live *live,
                               char ret_text[TOKEN_TEXT_MAX], struct caller *ret_caller);

/* The same for one more of a session that others may have a token of, too. */
MUST_CHECK int access_customer_of(const struct access *access, const struct gate_live *live,
                                  uint64_t session, char ret_text[TOKEN_TEXT_MAX],
                                  struct caller *ret_caller);

/* A code of table @number, and what one says that a device of the pop-up gave, which may be out of
 * it by now: whether it still opens its table the journal says. ERR_UNAVAILABLE; ERR_NOT_FOUND: it
 * is none. */
MUST_CHECK int access_table(const struct access *access, const struct gate_live *live,
                            uint32_t number, uint32_t generation,
                            char ret_text[TABLE_CODE_DIGITS + 1]);
MUST_CHECK int access_table_check(const struct access *access, const struct gate_live *live,
                                  struct bytes text, struct table_code *ret_code);

/* From now on the token of @caller, who brought one, opens nothing here, also after a restart. What
 * file_write() says. */
MUST_CHECK int access_sign_out(struct access *access, const struct caller *caller);

/* --- PINs on their way --- */

/* As pin_seal(). */
MUST_CHECK int access_seal(const struct access *access, const struct gate_live *live,
                           const struct pin *pin, uint64_t staff,
                           uint8_t buffer[SEALED_PINS_BYTES_MAX], struct bytes *ret_bytes);
/* As pin_unseal(), for this device. */
MUST_CHECK int access_unseal(const struct access *access, struct bytes sealed, uint64_t staff,
                             struct pin *ret_pin);

/* --- what customers can show afterwards --- */

/* What the signed text of a quote begins with: no token, code or journal does. */
#define QUOTE_LABEL "trestle/quote/1"

struct popup_id access_popup(const struct access *access);

/* By this device's key, over @said, which begins with QUOTE_LABEL. */
void access_sign_quote(const struct access *access, struct bytes said,
                       struct signature *ret_signature);

/* Of what nobody but this device may try. */
struct hash access_keyed_hash(const struct access *access, struct bytes message);

#endif
