/* test_till_roster_edges.c - what an owner wants of a roster that is not as others are: devices
 * with many logs or none that is known, rights that somebody stated before, people who are
 * disputed.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/stage.h"

enum { PEERS = 3, FIRST = 1, SECOND = 2, STAFF = 7, UNKNOWN_LOG = 12345 };

static struct stage stage;
static struct roster roster; /* the replica's, as a test wants it */
static struct log_head heads[TILL_EVENTS_MAX];
static uint16_t ascending[TILL_EVENTS_MAX];
static struct till till;
static struct command command;
static struct till_result result;

static void start(void)
{
    stage_start(&stage, PEERS, 0);
    roster = *replica_roster(stage.replica);
    memset(heads, 0, sizeof heads);
    till = (struct till){.own_log = replica_log(stage.replica),
                         .own_device = stage.own.id,
                         .roster = &roster,
                         .heads = heads,
                         .ascending = ascending,
                         .now_t = 1000000,
                         .root_secret = &stage.journal.root_secret,
                         .device_secret = stage.config.device_secret,
                         .own_chain = stage.config.chain};
    for (uint16_t i = 0; i < TILL_EVENTS_MAX; i++) {
        ascending[i] = i;
    }
}

static void begin(enum command_kind kind, uint32_t peer)
{
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    command.device = stage.peers[peer].id;
    command.staff = STAFF;
    command.role = ROLE_COUNTER;
}

/* How many events it takes, or the error. */
static int run(void)
{
    const int err = till_run(&till, &command, &result);
    return err == 0 ? (int)result.events_count : err;
}

static void add_head(uint32_t peer, uint64_t log, uint64_t seq)
{
    heads[till.heads_count++] =
        (struct log_head){.log = log, .seq = seq, .device = stage.peers[peer].id};
}

/* --- devices --- */

TEST(till_roster_edges, a_chain_that_is_no_value_is_none)
{
    static const uint8_t nothing[CERT_CHAIN_BYTES_MAX + 1] = {0xc1};
    start();
    begin(COMMAND_DEVICE_ADD, FIRST);
    command.chain = bytes_of(nothing, 1);
    assert_int_equal(run(), ERR_MALFORMED);
    command.chain = bytes_of(nothing, sizeof nothing);
    assert_int_equal(run(), ERR_MALFORMED);
    command.chain = stage.config.chain;
    assert_int_equal(run(), 1);
    stage_stop(&stage);
}

TEST(till_roster_edges, of_a_devices_logs_those_are_cut_in_which_something_stands)
{
    start();
    add_head(FIRST, 100, 5);
    add_head(FIRST, 101, 0);
    add_head(SECOND, 102, 5);
    begin(COMMAND_DEVICE_REVOKE, FIRST);
    assert_int_equal(run(), 2); /* the log, and the device as a whole */
    stage_stop(&stage);
}

TEST(till_roster_edges, more_logs_than_a_command_may_cut_are_cut_by_nobody)
{
    start();
    for (uint64_t log = 1; log <= TILL_EVENTS_MAX; log++) {
        add_head(FIRST, log, 1);
    }
    begin(COMMAND_DEVICE_REVOKE, FIRST);
    assert_int_equal(run(), ERR_TOO_MANY);
    stage_stop(&stage);
}

/* It gets more rights; that is in the certificate, and is said again only where somebody said
 * before what its logs may do. */
TEST(till_roster_edges, rights_are_stated_again_where_they_were_stated_before)
{
    const uint64_t others[] = {UNKNOWN_LOG, 0};
    start();
    begin(COMMAND_DEVICE_ROLE, FIRST);
    command.role = ROLE_OWNER;
    roster.changes_count = 3;
    roster.changes[0] = (struct roster_change){.log = others[0], .is_stated = true};
    roster.changes[1] =
        (struct roster_change){.log = stage.peers[SECOND].head.log, .is_stated = true};
    roster.changes[2] = (struct roster_change){.log = stage.peers[FIRST].head.log};
    for (uint32_t i = 0; i < roster.devices_count; i++) {
        if (roster.devices[i].id == command.device) {
            roster.devices[i].certificate.role = ROLE_NONE;
            roster.devices[i].certificate.capabilities = 0;
        }
    }
    assert_int_equal(run(), 1);
    roster.changes[2].is_stated = true;
    assert_int_equal(run(), 2);
    stage_stop(&stage);
}

TEST(till_roster_edges, a_device_that_is_on_no_roster_says_where_it_is)
{
    start();
    begin(COMMAND_DEVICE_PLACE, FIRST);
    till.own_device = 1;
    assert_int_equal(run(), 1);
    stage_stop(&stage);
}

TEST(till_roster_edges, an_admin_of_an_admins_certifies_nobody)
{
    static struct journal_device deputy;
    start();
    journal_device_init(&deputy, &stage.journal, 50, ROLE_OWNER, &stage.peers[0]);
    begin(COMMAND_DEVICE_RENAME, FIRST);
    command.name = bytes_of_text("Front");
    for (uint32_t i = 0; i < roster.devices_count; i++) {
        roster.devices[i].certificate.is_by_root = false;
    }
    till.root_secret = NULL;
    till.device_secret = &deputy.secret;
    till.own_chain = deputy.chain;
    assert_int_equal(run(), ERR_FORBIDDEN);
    till.own_chain = bytes_of("\xc1", 1);
    assert_int_equal(run(), ERR_MALFORMED);
    stage_stop(&stage);
}

/* --- people --- */

static void know(uint64_t version, bool is_disputed)
{
    roster.people_count = 1;
    roster.people[0] = (struct roster_person){
        .staff = STAFF, .version = version, .role = ROLE_COUNTER, .is_disputed = is_disputed};
}

TEST(till_roster_edges, a_role_that_is_disputed_is_said_again)
{
    start();
    add_head(FIRST, 100, 0);
    begin(COMMAND_STAFF_ROLE, FIRST);
    know(3, false);
    assert_int_equal(run(), 0);
    know(3, true);
    assert_int_equal(run(), 1);
    stage_stop(&stage);
}

TEST(till_roster_edges, roles_are_given_until_their_versions_end)
{
    start();
    begin(COMMAND_STAFF_ROLE, FIRST);
    command.role = ROLE_KITCHEN;
    know(STAFF_VERSION_MAX - 1, false);
    assert_int_equal(run(), 1);
    know(STAFF_VERSION_MAX, false);
    assert_int_equal(run(), ERR_OVERFLOW);
    stage_stop(&stage);
}
