/* Shapes: an invitation for a device, and six digits to compare. */
#include "node/api/invite.h"
#include "node/json/schema_fields.h"

#define X(name, number, text) text,
WORDS(invited_roles, ROLES(X));
#undef X
/* In the order of enum invite_state. */
WORDS(invite_states, "none", "asked", "open", "compare", "agreed", "joined", "over", "refused");

/* clang-format off */
SCHEMA(invitation_wanted, "InvitationWanted", "Whom to invite.",
    ENUM("role", invited_roles),
    TEXT("lane", 0, LANE_BYTES_MAX, NOTE("A-Z, of its orders' numbers; empty: none")),
    TEXT("name", 0, NAME_BYTES_MAX, NOTE("empty: as it calls itself")),
    BOOL("digits", OPTIONAL, NOTE("nothing is carried there: people compare six digits")));

SCHEMA(digits_compared, "DigitsCompared", "What people say of the digits on both screens.",
    TEXT("shown", INVITE_DIGITS, INVITE_DIGITS, NOTE("those that were compared")),
    BOOL("same"));

SCHEMA(invitation, "Invitation",
    "How the invitation of this device stands; there is one at a time.",
    ENUM("state", invite_states, NOTE("asked: look again; compare: people are to")),
    BOOL("digits", OPTIONAL),
    ENUM("role", invited_roles, OPTIONAL),
    TEXT("lane", 0, LANE_BYTES_MAX, OPTIONAL),
    TEXT("name", 0, NAME_BYTES_MAX, OPTIONAL),
    INT("seconds", 0, INVITE_SECONDS_MAX, OPTIONAL, NOTE("that are left")),
    INT("tries", 0, INVITE_TRIES_MAX, OPTIONAL, NOTE("that are left")),
    TEXT("place", 0, INVITE_PLACE_BYTES_MAX - 1, OPTIONAL, NOTE("where it is knocked at")),
    TEXT("invitation", 1, INVITE_TEXT_BYTES_MAX - 1, OPTIONAL,
        NOTE("a secret: who has it may join, once; left out of one made at the keyboard")),
    TEXT("shown", INVITE_DIGITS, INVITE_DIGITS, OPTIONAL, NOTE("the digits")),
    TEXT("newcomer", 0, NAME_BYTES_MAX, OPTIONAL, NOTE("as who shows them calls itself")),
    HEX("device", LOG_DIGITS, OPTIONAL, NOTE("that joined")),
    TEXT("why", 0, INVITE_TEXT_BYTES_MAX - 1, OPTIONAL, NOTE("it is over, or refused")));
/* clang-format on */
