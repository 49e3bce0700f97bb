/* err.h - the one list of errors.
 *
 * Layer: sync/base (pure). A function that can fail returns `int`: 0, or a negative ERR_*. Unless
 * its comment says otherwise, nothing changed when it failed and no `ret_` output was written.
 */
#ifndef TRESTLE_SYNC_BASE_ERR_H
#define TRESTLE_SYNC_BASE_ERR_H

#if defined(__GNUC__)
#define MUST_CHECK __attribute__((warn_unused_result))
#else
#define MUST_CHECK
#endif

/* clang-format off */
/* X(name, value, stable code for APIs and logs, what a person is told: what to do next). */
#define ERR_LIST(X)                                                                                \
    X(ERR_MALFORMED, -1, "malformed",                                                              \
      "The data is not in the expected form. Check the sender's version.")                         \
    X(ERR_TOO_LARGE, -2, "too_large",                                                              \
      "It is larger than the limit. Make it smaller and try again.")                               \
    X(ERR_TOO_MANY, -3, "too_many",                                                                \
      "There are more of these than the limit allows. Split it up and try again.")                 \
    X(ERR_NOT_FOUND, -4, "not_found",                                                              \
      "There is no such thing here. Check the id, or wait until this device is up to date.")       \
    X(ERR_EXISTS, -5, "exists", "It exists already. Use the existing one or choose another name.") \
    X(ERR_MISMATCH, -6, "mismatch",                                                                \
      "It does not match what was announced. Load the newest state and try again.")                \
    X(ERR_FORBIDDEN, -7, "forbidden", "This role may not do that. Ask a manager.")                 \
    X(ERR_BAD_SIGNATURE, -8, "bad_signature",                                                      \
      "The signature is wrong. Do not trust the sender; pair the device again.")                   \
    X(ERR_BAD_CHAIN, -9, "bad_chain",                                                              \
      "The journal does not continue from what is known. Run `trestle verify`.")                   \
    X(ERR_GAP, -10, "gap", "Earlier events are missing. They are being fetched.")                  \
    X(ERR_VERSION, -11, "version",                                                                 \
      "The other side speaks another version. Update the older device.")                           \
    X(ERR_FULL, -12, "full",                                                                       \
      "The disk or the store is full. Free some space; selling goes on as soon as there is any.")  \
    X(ERR_IO, -13, "io", "The disk failed. Stop using this device and check its storage.")         \
    X(ERR_BUSY, -14, "busy", "It is busy. Try again in a moment.")                                 \
    X(ERR_STATE, -15, "state",                                                                     \
      "That is not possible in the present state. Look at the newest state first.")                \
    X(ERR_LIMIT, -16, "limit", "An allowance is used up. Wait, or ask a manager.")                 \
    X(ERR_NO_MEMORY, -17, "no_memory",                                                             \
      "There is not enough memory. Close other programs on this device.")                          \
    X(ERR_OVERFLOW, -18, "overflow",                                                               \
      "The amount is too large to compute. Check the quantity and the price.")                     \
    X(ERR_UNAVAILABLE, -19, "unavailable",                                                         \
      "Sold out or not on the menu any more. Choose something else.")                              \
    X(ERR_CONFLICT, -20, "conflict",                                                               \
      "The same key was used for a different request. Use a new key.")                             \
    X(ERR_INTERNAL, -21, "internal",                                                               \
      "Something went wrong inside. Nothing was saved; try again and report it.")                  \
    X(ERR_SPOILT, -22, "spoilt",                                                                   \
      "The disk spoilt a record of this. It is being repaired; try again in a moment.")            \
    X(ERR_UNAUTHENTICATED, -23, "unauthenticated",                                                 \
      "Nobody is signed in here, or not any more. Sign in with your number and PIN.")              \
    X(ERR_EXPIRED, -24, "expired", "Its time is over. Ask for a new one.")                         \
    X(ERR_METHOD, -25, "method",                                                                   \
      "That path does not take this method. /api/openapi.json says which it takes.")               \
    X(ERR_NEEDS_MANAGER, -26, "needs_manager",                                                     \
      "Only a manager gives that. Ask one to sign in here and to give it.")
/* clang-format on */

enum err {
#define X(name, value, code, text) name = (value),
    ERR_LIST(X)
#undef X
};

/* The stable code ("not_found") of an ERR_*; "ok" for 0, "unknown" for anything else. Static
 * memory. */
const char *err_code(int err);

/* A sentence for a person that says what happened and what to do next. Static memory. */
const char *err_text(int err);

#endif
