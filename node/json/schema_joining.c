/* Shapes: a device that belongs to no pop-up yet. */
#include "node/api/joining.h"
#include "node/json/schema_fields.h"

/* In the order of enum joining_state, and of enum joining_trouble. */
WORDS(joining_states, "member", "waits", "knocks", "compare", "agreed", "failed", "done");
WORDS(joining_troubles, "no_code", "no_place", "expired", "unanswered", "refused", "ended",
      "intruder", "occupied", "disk", "other");

#define X(name, number, text) text,
WORDS(joined_roles, ROLES(X));
#undef X

/* clang-format off */
SCHEMA(joining_wanted, "JoiningWanted",
    "Join by an invitation's text, or by six digits at a place that waits for it.",
    HEX("token", JOINING_TOKEN_DIGITS, NOTE("that Joining told last; good once")),
    TEXT("code", 1, INVITE_TEXT_BYTES_MAX - 1, OPTIONAL, NOTE("a secret")),
    TEXT("place", 1, INVITE_PLACE_BYTES_MAX - 9, OPTIONAL, NOTE("HOST:PORT, instead of a code")),
    TEXT("name", 0, NAME_BYTES_MAX, NOTE("of this device; empty: as the inviter says")),
    BOOL("reachable", OPTIONAL, NOTE("others may dial it; left out where nothing is to choose")));

SCHEMA(joining_compared, "JoiningCompared", "What the person here says of the digits.",
    HEX("token", JOINING_TOKEN_DIGITS),
    TEXT("shown", INVITE_DIGITS, INVITE_DIGITS, NOTE("those that were compared")),
    BOOL("same"));

SCHEMA(joining_end, "JoiningEnd", "Begin again.",
    HEX("token", JOINING_TOKEN_DIGITS));

SCHEMA(joining, "Joining",
    "How this device comes into a pop-up. It is asked by the device's own screen alone.",
    ENUM("state", joining_states, NOTE("member: it is in one, and this is all there is to say")),
    HEX("token", JOINING_TOKEN_DIGITS, OPTIONAL, NOTE("that the next request brings")),
    ENUM("trouble", joining_troubles, OPTIONAL, NOTE("of failed")),
    TEXT("place", 0, INVITE_PLACE_BYTES_MAX - 1, OPTIONAL, NOTE("where it knocks, or knocked")),
    TEXT("shown", INVITE_DIGITS, INVITE_DIGITS, OPTIONAL, NOTE("the digits")),
    BOOL("may_open", OPTIONAL, NOTE("no setting says whether others may dial this device")),
    TEXT("doors", 1, INVITE_PLACE_BYTES_MAX - 1, OPTIONAL, MANY(0, JOINING_DOORS_MAX),
        NOTE("near by, where a device with six digits is waited for")),
    ENUM("role", joined_roles, OPTIONAL, NOTE("of a member")),
    TEXT("lane", 0, LANE_BYTES_MAX, OPTIONAL, NOTE("of a member")),
    TEXT("name", 0, NAME_BYTES_MAX, OPTIONAL, NOTE("of a member")));
/* clang-format on */
