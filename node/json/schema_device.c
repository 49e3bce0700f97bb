/* The devices of the pop-up, the people, and how they are. */
#include "node/json/schema_fields.h"
#include "sync/log/capability.h"
#include "sync/replica/replica.h"
#include "sync/roster/roster.h"

#define X(name, number, text) text,
WORDS(role_words, ROLES(X));
#undef X
/* In the order of enum gate_test, from the second on. */
WORDS(test_words, "waits", "printed", "failed", "unsure");
WORDS(link_words, "linked", "connecting", "refused", "lost");

/* clang-format off */
SCHEMA(screens, "Screens", "How many screens of each kind look at a device.",
    COUNT("counter"),
    COUNT("kitchen"),
    COUNT("pickup"));

SCHEMA(peer, "Peer", "Another device of the pop-up.",
    HEX("device", LOG_DIGITS),
    TEXT("name", 0, NAME_BYTES_MAX),
    ENUM("role", role_words),
    BOOL("linked"),
    INT("heard_ms_ago", -1, INT64_MAX, NOTE("-1 = never")),
    COUNT("behind", NOTE("events that it still lacks")),
    COUNT("ahead", NOTE("events that it has and we lack")),
    INT("clock_offset_ms", -INT64_MAX, INT64_MAX, NOTE("its clock minus ours; 0 when not linked")),
    ENUM("state", link_words),
    OBJECT("screens", schema_screens, OPTIONAL, NOTE("left out when it told nothing lately")));

SCHEMA(printer_status, "PrinterStatus", "A printer that this device owns.",
    COUNT("number"),
    BOOL("ready"),
    COUNT("waiting", NOTE("slips")),
    TEXT("state", 0, 120, NOTE("what is in its way, for a person")),
    ENUM("test", test_words, OPTIONAL,
        NOTE("of the last test slip since this device's start; left out when there was none")));

SCHEMA(status, "Status", NULL,
    HEX("device", LOG_DIGITS),
    COUNT("day"),
    COUNT("events"),
    COUNT("logs"),
    COUNT("opaque", NOTE("events that need newer software")),
    COUNT("orders_active"),
    COUNT("orders_stuck", NOTE("whose next tick has not come in time")),
    COUNT("orders_voided", NOTE("that somebody must decide on; /api/voided names them")),
    BOOL("remaking", NOTE("rows are being made right: boards and sums may be as before for some "
                          "seconds")),
    COUNT("store_bytes"),
    COUNT("store_bytes_max"),
    COUNT("uptime_s"),
    COUNT("beacons_sent", NOTE("0 = none are sent: not wanted, or loopback only")),
    COUNT("beacons_heard", NOTE("of this pop-up's other devices")),
    COUNT("beacons_foreign", NOTE("of others, or nonsense")),
    OBJECT("peers", schema_peer, MANY(0, DEVICES_MAX)),
    OBJECT("printers", schema_printer_status, MANY(0, PRINTERS_MAX)),
    TEXT("version", 0, 80));

SCHEMA(mesh_peer, "MeshPeer", "A device, as another one says that it hears it.",
    HEX("device", LOG_DIGITS),
    ENUM("state", link_words),
    INT("heard_ms_ago", -1, INT64_MAX, NOTE("when that was told; -1 = never")),
    COUNT("behind", NOTE("events that it lacks and the teller has")),
    COUNT("ahead", NOTE("events that it has and the teller lacks")),
    INT("clock_offset_ms", -INT64_MAX, INT64_MAX,
        NOTE("its clock minus the teller's; 0 when not linked")));

SCHEMA(mesh_device, "MeshDevice", "How a device stands, as it tells itself.",
    HEX("device", LOG_DIGITS),
    COUNT("store_bytes"),
    COUNT("store_bytes_max"),
    OBJECT("printers", schema_printer_status, MANY(0, PRINTERS_MAX), NOTE("its own")),
    OBJECT("peers", schema_mesh_peer, MANY(0, DEVICES_MAX)),
    COUNT("others", NOTE("peers of which it had no room to tell")));

SCHEMA(mesh, "Mesh",
    "Who hears whom. This device first; one that told nothing in the last seconds, or is more than "
    "two links away, is left out.",
    OBJECT("devices", schema_mesh_device, MANY(1, DEVICES_MAX)));

SCHEMA(device, "Device", "A device of the pop-up, this one among them.",
    HEX("id", LOG_DIGITS),
    TEXT("name", 0, NAME_BYTES_MAX),
    ENUM("role", role_words),
    TEXT("lane", 0, LANE_BYTES_MAX),
    BOOL("own", NOTE("it is the one that answers")),
    BOOL("revoked", NOTE("stolen: what it signed later does not count, and nobody talks to it")),
    BOOL("retired", NOTE("dead: it may come back, but its stock went to others")),
    ENUM("state", link_words, OPTIONAL, NOTE("of the link; left out for the own device")));

SCHEMA(device_list, "DeviceList", NULL,
    OBJECT("devices", schema_device, MANY(0, DEVICES_MAX)));

SCHEMA(device_role, "DeviceRole", "What a device is from now on.", ENUM("role", role_words));

SCHEMA(device_rename, "DeviceRename", NULL, TEXT("name", 1, NAME_BYTES_MAX));

SCHEMA(voided_line, "VoidedLine", NULL,
    COUNT("quantity"),
    TEXT("name", 0, NAME_BYTES_MAX));

SCHEMA(voided, "Voided",
    "An order of which a revocation voided something that is held here; what it would be, if it "
    "is adopted.",
    HEX("id", ID_DIGITS),
    TEXT("number", 1, 16),
    TEXT("name", 0, NAME_BYTES_MAX, NOTE("whose it is")),
    HEX("device", LOG_DIGITS, NOTE("that was revoked")),
    TEXT("device_name", 0, NAME_BYTES_MAX),
    COUNT("opened_at"),
    COUNT("lines"),
    OBJECT("shown", schema_voided_line, MANY(0, VOIDED_LINES_SHOWN_MAX),
        NOTE("the first of its lines")),
    MONEY("total"),
    COUNT("events", NOTE("that do not count")));

SCHEMA(voided_list, "VoidedList", "Oldest first.",
    OBJECT("orders", schema_voided, MANY(0, VOIDED_ORDERS_MAX)));

SCHEMA(person, "Person", "What a person may do.",
    POSITIVE("staff"),
    ENUM("role", role_words, NOTE("none: nothing any more")),
    COUNT("version", NOTE("how often that was said")),
    BOOL("disputed",
        NOTE("two admins said otherwise at once: only what both allow, until one says it again")));

SCHEMA(person_list, "PersonList", NULL,
    OBJECT("people", schema_person, MANY(0, ROSTER_PEOPLE_MAX)));

SCHEMA(person_role, "PersonRole", "What a person may do from now on.", ENUM("role", role_words));
/* clang-format on */
