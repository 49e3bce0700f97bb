/* test_till_roster.c - what an owner wants of the roster: names, roles, cuts, places, people; what
 * is so already writes nothing, and what nobody may say is refused.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/stage.h"

enum { PEERS = 3, STAFF = 7 };

static struct stage stage;
static struct command command;
static struct answer answer;

static int run(void)
{
    const struct effect_answer *ran = stage_run(&stage, &command);
    answer = ran->answer;
    return ran->err;
}

static void begin(enum command_kind kind, uint64_t device)
{
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    command.device = device;
    command.name = bytes_of_text("Front");
    command.role = ROLE_COUNTER;
}

static int on_device(enum command_kind kind, uint64_t device)
{
    begin(kind, device);
    return run();
}

static int rename_to(uint64_t device, const char *name)
{
    begin(COMMAND_DEVICE_RENAME, device);
    command.name = bytes_of_text(name);
    return run();
}

static int give_role(uint64_t device, enum role role)
{
    begin(COMMAND_DEVICE_ROLE, device);
    command.role = role;
    return run();
}

/* @has_root: the root's key lies here, so that its certificates can be overruled. */
static void start(bool has_root)
{
    stage_start(&stage, PEERS, 0);
    if (has_root) {
        stage.config.root_secret = &stage.journal.root_secret;
        stage_begin(&stage);
        stage_abort(&stage);
    }
}

static const enum command_kind on_devices[] = {COMMAND_DEVICE_RENAME, COMMAND_DEVICE_ROLE,
                                               COMMAND_DEVICE_REVOKE, COMMAND_DEVICE_RETIRE};

TEST(till_roster, nobody_knows_a_device_that_is_on_no_roster)
{
    start(true);
    for (size_t i = 0; i < sizeof on_devices / sizeof on_devices[0]; i++) {
        assert_int_equal(on_device(on_devices[i], 12345), ERR_NOT_FOUND);
    }
    stage_stop(&stage);
}

TEST(till_roster, a_device_does_not_demote_or_end_itself)
{
    start(true);
    for (size_t i = 1; i < sizeof on_devices / sizeof on_devices[0]; i++) {
        assert_int_equal(on_device(on_devices[i], stage.own.id), ERR_STATE);
    }
    assert_int_equal(on_device(COMMAND_DEVICE_RENAME, stage.own.id), 0);
    stage_stop(&stage);
}

TEST(till_roster, what_the_root_signed_only_the_root_signs_anew)
{
    start(false);
    assert_int_equal(rename_to(stage.peers[0].id, "Front"), ERR_FORBIDDEN);
    assert_int_equal(give_role(stage.peers[0].id, ROLE_COUNTER), ERR_FORBIDDEN);
    stage_stop(&stage);
}

TEST(till_roster, a_name_is_some_text_and_written_when_it_is_another)
{
    static const char long_name[] =
        "0123456789012345678901234567890123456789012345678901234567890123"
        "456789012345678901234567890123456789012345678901234567890123";
    start(true);
    const uint64_t device = stage.peers[2].id;
    assert_int_equal(rename_to(device, ""), ERR_MALFORMED);
    assert_true(sizeof long_name - 1 > NAME_BYTES_MAX);
    assert_int_equal(rename_to(device, long_name), ERR_MALFORMED);
    assert_int_equal(rename_to(device, "Window"), 0);
    assert_int_equal(answer.events, 1);
    assert_int_equal(rename_to(device, "Window"), 0);
    assert_int_equal(answer.events, 0);
    stage_stop(&stage);
}

/* More rights come by the certificate; that there are fewer is stated beside it, from then on
 * always. */
TEST(till_roster, a_role_with_fewer_rights_is_stated_beside_the_certificate)
{
    start(true);
    const uint64_t device = stage.peers[2].id; /* a counter */
    assert_int_equal(give_role(device, ROLE_COUNTER), 0);
    assert_int_equal(answer.events, 0);
    assert_int_equal(give_role(device, ROLE_OWNER), 0);
    assert_int_equal(answer.events, 1);
    assert_int_equal(give_role(device, ROLE_COUNTER), 0);
    assert_int_equal(answer.events, 2);
    assert_int_equal(give_role(device, ROLE_OWNER), 0);
    assert_int_equal(answer.events, 2); /* or what was stated before would hold */
    stage_stop(&stage);
}

TEST(till_roster, a_revoked_device_is_nobody_to_be_changed_any_more)
{
    start(true);
    const uint64_t device = stage.peers[2].id;
    assert_int_equal(on_device(COMMAND_DEVICE_REVOKE, device), 0);
    assert_int_equal(answer.events, 2); /* its log, and itself */
    assert_int_equal(on_device(COMMAND_DEVICE_REVOKE, device), 0);
    assert_int_equal(answer.events, 0);
    assert_int_equal(rename_to(device, "Window"), ERR_STATE);
    assert_int_equal(give_role(device, ROLE_KITCHEN), ERR_STATE);
    assert_int_equal(on_device(COMMAND_DEVICE_RETIRE, device), ERR_STATE);
    stage_stop(&stage);
}

TEST(till_roster, a_device_is_retired_once)
{
    start(false);
    assert_int_equal(on_device(COMMAND_DEVICE_RETIRE, stage.peers[2].id), 0);
    assert_int_equal(answer.events, 1);
    assert_int_equal(on_device(COMMAND_DEVICE_RETIRE, stage.peers[2].id), 0);
    assert_int_equal(answer.events, 0);
    stage_stop(&stage);
}

/* @device is on the roster, and its journal nowhere. */
static void admit(struct journal_device *device)
{
    journal_device_init(device, &stage.journal, 40, ROLE_COUNTER, NULL);
    begin(COMMAND_DEVICE_ADD, 0);
    command.chain = device->chain;
    assert_int_equal(run(), 0);
}

TEST(till_roster, a_device_that_never_wrote_anything_is_retired_once_too)
{
    struct journal_device *silent = &stage.peers[PEERS];
    start(true);
    admit(silent);
    assert_int_equal(on_device(COMMAND_DEVICE_RETIRE, silent->id), 0);
    assert_int_equal(answer.events, 1);
    assert_true(roster_device_find(replica_roster(stage.replica), silent->id)->is_retired);
    assert_int_equal(on_device(COMMAND_DEVICE_RETIRE, silent->id), 0);
    assert_int_equal(answer.events, 0);
    stage_stop(&stage);
}

/* It was not dead, or came back under another journal: that one has rights to end, too. */
TEST(till_roster, a_journal_that_comes_after_its_device_was_retired_is_retired_by_saying_it_again)
{
    struct journal_device *silent = &stage.peers[PEERS];
    start(true);
    admit(silent);
    assert_int_equal(on_device(COMMAND_DEVICE_RETIRE, silent->id), 0);
    journal_open(stage.world, &stage.journal, silent);
    stage_greet(&stage, 0);
    stage_turn(&stage, 0, frame_event(&stage, PEERS, 1, true));
    const struct roster_log *log = roster_log_find(replica_roster(stage.replica), silent->head.log);
    assert_non_null(log);
    assert_true(log->retired_seq == UINT64_MAX);
    assert_int_equal(on_device(COMMAND_DEVICE_RETIRE, silent->id), 0);
    assert_int_equal(answer.events, 1);
    log = roster_log_find(replica_roster(stage.replica), silent->head.log);
    assert_true(log->retired_seq == 1);
    stage_stop(&stage);
}

/* --- places --- */

static int place_at(const char *endpoint, uint32_t count)
{
    begin(COMMAND_DEVICE_PLACE, 0);
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER, .is_device = true};
    command.endpoints_count = count;
    for (uint32_t i = 0; i < count && i < PLACE_ENDPOINTS_MAX; i++) {
        command.endpoints[i] = bytes_of_text(endpoint);
    }
    return run();
}

TEST(till_roster, a_place_is_where_others_can_dial)
{
    start(false);
    assert_int_equal(place_at("tcp://10.0.0.9:7000", PLACE_ENDPOINTS_MAX + 1), ERR_TOO_MANY);
    assert_int_equal(place_at("nowhere", 1), ERR_MALFORMED);
    assert_int_equal(place_at("tcp://10.0.0.9:7000", 1), 0);
    assert_int_equal(answer.events, 1);
    assert_int_equal(place_at("tcp://10.0.0.9:7000", 1), 0);
    assert_int_equal(answer.events, 0);
    assert_int_equal(place_at("tcp://10.0.0.9:7001", 1), 0);
    assert_int_equal(answer.events, 1);
    stage_stop(&stage);
}

/* --- people --- */

static int staff_role(uint64_t staff, uint32_t role)
{
    begin(COMMAND_STAFF_ROLE, 0);
    command.staff = staff;
    command.role = (enum role)role;
    return run();
}

TEST(till_roster, a_person_has_a_number_and_a_role)
{
    start(false);
    assert_int_equal(staff_role(0, ROLE_COUNTER), ERR_MALFORMED);
    assert_int_equal(staff_role(SEQ_MAX + 1, ROLE_COUNTER), ERR_MALFORMED);
    assert_int_equal(staff_role(STAFF, ROLE_COUNT), ERR_MALFORMED);
    assert_int_equal(staff_role(STAFF, ROLE_COUNTER), 0);
    assert_int_equal(answer.events, 1);
    assert_int_equal(staff_role(STAFF, ROLE_COUNTER), 0);
    assert_int_equal(answer.events, 0);
    assert_int_equal(staff_role(STAFF, ROLE_KITCHEN), 0);
    assert_int_equal(answer.events, 1);
    stage_stop(&stage);
}
