/* The inviting node's end of joining and pairing: what it refuses at its control socket, and what
 * somebody at the door can and cannot do. The frames are made here and come in where those of the
 * network do, so that a connection can prove any key. */
#include "tests/process/lib/desk.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/core/control.h"
#include "node/mesh/pairing.h"
#include "node/os/clock.h"
#include "sync/base/reader.h"
#include "sync/log/tables.h"
#include "tests/lib/test.h"
#include "tests/process/lib/faults.h"

static struct desk desk;
static char text[CONTROL_PACKET_BYTES_MAX];

/* --- people at the inviting node --- */

static int door_of_control(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_true((size_t)snprintf(address.sun_path, sizeof address.sun_path, "%s/core.sock",
                                 desk.state) < sizeof address.sun_path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* What the core says to @count words, its text in `text`. */
static int say(uint32_t count, ...)
{
    uint8_t packet[CONTROL_PACKET_BYTES_MAX];
    struct writer writer;
    struct reader reader;
    struct bytes bytes;
    va_list words;
    const int fd = door_of_control();
    writer_init(&writer, packet, sizeof packet);
    write_array(&writer, count);
    va_start(words, count);
    for (uint32_t i = 0; i < count; i++) {
        write_text(&writer, bytes_of_text(va_arg(words, const char *)));
    }
    va_end(words);
    assert_int_equal(writer_finish(&writer, &bytes), 0);
    assert_int_equal(send(fd, bytes.data, bytes.size, 0), (ssize_t)bytes.size);
    desk_turn(&desk);
    const ssize_t size = recv(fd, packet, sizeof packet, MSG_DONTWAIT);
    assert_true(size > 0);
    assert_int_equal(close(fd), 0);
    reader_init(&reader, bytes_of(packet, (size_t)size));
    assert_int_equal(read_array(&reader, 2, 2), 2);
    const int err = (int)read_int(&reader, INT32_MIN, 0);
    const struct bytes said = read_text(&reader, sizeof text - 1);
    assert_int_equal(reader_finish(&reader), 0);
    memcpy(text, said.data, said.size);
    text[said.size] = '\0';
    return err;
}

static void assert_refused(const char *role, const char *lane, const char *name, const char *why)
{
    assert_int_equal(say(4, "invite", role, lane, name), ERR_STATE);
    assert_non_null(strstr(text, why));
    assert_false(desk.core->enrolling.is_open);
}

static void invite(void)
{
    assert_int_equal(say(4, "invite", "kitchen", "K", ""), 0);
    assert_true(desk.core->enrolling.is_open);
}

/* --- somebody at the door --- */

struct knocker {
    struct secret_key device_secret;
    struct transport_secret transport_secret;
    uint8_t place; /* its connection */
    struct enrol_hello hello;
    uint8_t buffer[ENROL_HELLO_BYTES_MAX];
};

static void knocker_begin(struct knocker *knocker, uint8_t place, const char *name)
{
    *knocker = (struct knocker){.place = place};
    entropy_signing_key(&knocker->device_secret);
    entropy_transport_key(&knocker->transport_secret);
    knocker->hello.device_key = signing_public(&knocker->device_secret);
    knocker->hello.transport_key = transport_public(&knocker->transport_secret);
    (void)snprintf(knocker->hello.name, sizeof knocker->hello.name, "%s", name);
}

enum { KNOCKS_MAX = 4 };

static struct knock {
    struct transport_event event;
    uint8_t data[ENROL_HELLO_BYTES_MAX];
} knocks[KNOCKS_MAX];
static uint32_t knocks_count, knocks_taken;

/* The linker puts these in the place of transport_next() (tests/CMakeLists.txt). */
bool __real_transport_next(struct transport *transport, struct transport_event *ret_event);
bool __wrap_transport_next(struct transport *transport, struct transport_event *ret_event);

bool __wrap_transport_next(struct transport *transport, struct transport_event *ret_event)
{
    if (knocks_taken == knocks_count) {
        knocks_taken = knocks_count = 0;
        return __real_transport_next(transport, ret_event);
    }
    *ret_event = knocks[knocks_taken++].event;
    return true;
}

/* In the next turn @frame comes in over a connection that proved @key. */
static void knock(const struct knocker *knocker, struct public_key key, struct bytes frame)
{
    assert_true(knocks_count < KNOCKS_MAX && frame.size <= sizeof knocks[0].data);
    struct knock *next = &knocks[knocks_count++];
    memcpy(next->data, frame.data, frame.size);
    next->event = (struct transport_event){.kind = TRANSPORT_ENROL,
                                           .key = key,
                                           .caller = {.size = 5},
                                           .frame = bytes_of(next->data, frame.size)};
    next->event.caller.bytes[4] = knocker->place;
}

static struct bytes hello_of(struct knocker *knocker, const struct invitation *invitation)
{
    struct bytes frame;
    assert_int_equal(enrol_hello_encode(invitation, &knocker->hello, &knocker->device_secret,
                                        knocker->buffer, &frame),
                     0);
    return frame;
}

static void greet(struct knocker *knocker, const struct invitation *invitation)
{
    knock(knocker, knocker->hello.transport_key, hello_of(knocker, invitation));
}

static const struct roster_device *device_of(const struct knocker *knocker)
{
    return roster_device_find(replica_roster(desk.core->replica),
                              id64_of_key(&knocker->hello.device_key));
}

static bool is_in(const struct knocker *knocker)
{
    return device_of(knocker) != NULL;
}

/* --- invitations --- */

TEST(core_enrol, an_invitation_that_could_bring_nobody_in_is_refused_with_its_reason)
{
    static const char long_name[] = "0123456789012345678901234567890123456789012345678901234567890"
                                    "1234567890123456789012345678901234567890123456789";
    desk_open(&desk);
    assert_true(sizeof long_name - 1 > NAME_BYTES_MAX);
    assert_int_equal(say(2, "invite", "kitchen"), ERR_STATE);
    assert_non_null(strstr(text, "invite takes"));
    assert_int_equal(say(1, "dance"), ERR_NOT_FOUND);
    assert_refused("cook", "", "", "no such role");
    assert_refused("kitchen", "k", "", "letters A-Z");
    assert_refused("kitchen", "KKKK", "", "letters A-Z");
    assert_refused("kitchen", "A", "", "another device has this lane");
    assert_refused("kitchen", "K", long_name, "too long");
    desk_close(&desk);
}

TEST(core_enrol, who_may_not_change_the_roster_invites_nobody)
{
    struct desk boss;
    desk_open(&boss);
    desk_open_by(&desk, &boss, ROLE_COUNTER);
    assert_refused("kitchen", "K", "", "may not add others");
    desk_close(&desk);
    desk_close(&boss);
}

/* What it signed would verify nowhere. */
TEST(core_enrol,
     a_manager_s_device_without_the_root_invites_whom_it_outranks_and_names_who_can_others)
{
    static const char *const above[] = {"gateway", "owner", "organiser"};
    static const char *const below[] = {"counter", "kitchen", "pickup", "courier", "manager"};
    struct desk boss;
    desk_open(&boss);
    desk_open_by(&desk, &boss, ROLE_MANAGER);
    assert_refused("gateway", "G", "", "invite it at the device that made the pop-up");
    desk_add_device(&desk, &boss);
    for (size_t i = 0; i < sizeof above / sizeof above[0]; i++) {
        assert_refused(above[i], "G", "", above[i]);
        assert_non_null(strstr(text, "invite it at till"));
    }
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
        struct knocker knocker;
        const char lane[] = {(char)('K' + i), '\0'};
        assert_int_equal(say(4, "invite", below[i], lane, ""), 0);
        knocker_begin(&knocker, 1, "Tablet");
        greet(&knocker, &desk.core->enrolling.invitation);
        desk_turn(&desk);
        assert_true(is_in(&knocker));
        assert_int_equal(device_of(&knocker)->certificate.issuer, desk.identity.device);
    }
    desk_wipe(&desk);
    desk_close(&boss);
}

TEST(core_enrol, an_admin_s_device_that_an_admin_s_invited_invites_nobody)
{
    struct desk boss;
    desk_open(&boss);
    boss.identity.has_root = false;
    desk_open_by(&desk, &boss, ROLE_MANAGER);
    assert_refused("kitchen", "K", "", "invite at the device that made the pop-up");
    desk_add_device(&desk, &boss);
    assert_refused("kitchen", "K", "", "invite at till");
    desk_close(&desk);
    desk_close(&boss);
}

/* Whoever asks for it: nobody else would take them. */
TEST(core_enrol, papers_that_do_not_verify_are_not_written)
{
    struct desk boss, other;
    desk_open(&boss);
    desk_open_by(&desk, &boss, ROLE_MANAGER);
    desk_open_by(&other, &boss, ROLE_COUNTER);
    struct certificate certificate = other.identity.certificate;
    struct bytes chain;
    certificate.role = ROLE_GATEWAY;
    certificate.capabilities = role_device_capabilities(ROLE_GATEWAY);
    assert_int_equal(identity_issue(&desk.identity, &certificate, other.identity.chain, &chain), 0);
    const struct command command = {
        .kind = COMMAND_DEVICE_ADD, .principal = {.role = ROLE_OWNER}, .chain = chain};
    assert_int_equal(desk_ask(&desk, &command).err, ERR_FORBIDDEN);
    assert_null(roster_device_find(replica_roster(desk.core->replica), other.identity.device));
    desk_close(&other);
    desk_close(&desk);
    desk_close(&boss);
}

/* What the disk spoilt is the event of our journal that says who we are. */
static void spoil_own_entry(void)
{
    uint8_t data[HASH_BYTES + EVENT_BYTES_MAX];
    const struct key key = key_event(desk_log(&desk), 1);
    struct bytes row;
    struct store_txn *txn = NULL;
    assert_int_equal(store_lmdb_begin(desk.core->store, &txn), 0);
    assert_int_equal(store_get(txn, TABLE_LOG, key_bytes(&key), &row), 0);
    assert_true(row.size <= sizeof data);
    memcpy(data, row.data, row.size);
    data[HASH_BYTES] = 0xc1;
    assert_int_equal(store_put(txn, TABLE_LOG, key_bytes(&key), bytes_of(data, row.size)), 0);
    assert_int_equal(store_lmdb_commit(txn), 0);
    core_close(desk.core);
    assert_int_equal(desk_start(&desk), 0);
}

TEST(core_enrol, our_own_lane_is_nobody_else_s_also_when_the_roster_has_lost_us)
{
    desk_open(&desk);
    spoil_own_entry();
    const struct roster *roster = replica_roster(desk.core->replica);
    assert_true(roster->is_spoilt);
    assert_null(roster_device_find(roster, desk.identity.device));
    assert_refused("kitchen", "A", "", "another device has this lane");
    desk_close(&desk);
}

/* Also where it listens for nobody: then a newcomer has to be on this machine. */
TEST(core_enrol, an_invitation_names_where_it_listens)
{
    struct invitation invitation;
    desk_open(&desk);
    core_close(desk.core);
    (void)snprintf(desk.settings.listen, sizeof desk.settings.listen, "none");
    assert_int_equal(desk_start(&desk), 0);
    assert_int_equal(say(4, "invite", "kitchen", "", ""), 0);
    assert_int_equal(invitation_decode(text, &invitation), 0);
    assert_int_equal(strncmp(invitation.endpoint, "tcp://127.0.0.1:", 16), 0);
    assert_string_not_equal(invitation.endpoint, "tcp://127.0.0.1:*");
    desk_close(&desk);
}

TEST(core_enrol, a_newcomer_is_called_as_the_inviter_says_else_as_it_says_else_by_its_role)
{
    static const struct {
        const char *lane, *given, *own, *called;
    } tried[] = {
        {"K", "Stove", "Tablet", "Stove"}, {"L", "", "Tablet", "Tablet"}, {"M", "", "", "kitchen"}};
    struct knocker knocker;
    desk_open(&desk);
    for (size_t i = 0; i < sizeof tried / sizeof tried[0]; i++) {
        assert_int_equal(say(4, "invite", "kitchen", tried[i].lane, tried[i].given), 0);
        knocker_begin(&knocker, 1, tried[i].own);
        greet(&knocker, &desk.core->enrolling.invitation);
        desk_turn(&desk);
        assert_string_equal(device_of(&knocker)->certificate.name, tried[i].called);
        assert_string_equal(device_of(&knocker)->certificate.lane, tried[i].lane);
    }
    desk_wipe(&desk); /* with the book of those who came in */
}

TEST(core_enrol, a_door_that_cannot_be_opened_is_told)
{
    desk_open(&desk);
    (void)snprintf(desk.settings.enrol, sizeof desk.settings.enrol, "tcp://192.0.2.1:1");
    assert_int_not_equal(say(4, "invite", "kitchen", "K", ""), 0);
    assert_true(text[0] != '\0');
    assert_false(desk.core->enrolling.is_open);
    desk_close(&desk);
}

/* Whose clock is before the pop-up's first day signs what others still take. */
TEST(core_enrol, an_admin_s_device_without_the_root_and_with_a_wrong_clock_takes_newcomers_in)
{
    struct knocker knocker;
    desk_open(&desk);
    desk.identity.has_root = false;
    desk.identity.epoch_ms += INT64_C(86400000);
    invite();
    knocker_begin(&knocker, 1, "Stove");
    greet(&knocker, &desk.core->enrolling.invitation);
    desk_turn(&desk);
    assert_true(is_in(&knocker));
    assert_int_equal(device_of(&knocker)->certificate.issued, 0);
    desk_wipe(&desk); /* with the book of those who came in */
}

/* --- at the door --- */

TEST(core_enrol, junk_at_the_door_closes_nothing_and_after_three_wrong_proofs_it_is_closed)
{
    static const uint8_t junk[] = {0x93, 1, 2, 3};
    struct knocker knocker;
    desk_open(&desk);
    invite();
    struct invitation wrong = desk.core->enrolling.invitation;
    wrong.secret[0] ^= 1;
    knocker_begin(&knocker, 1, "Thief");
    for (uint32_t i = 0; i < 2 * INVITATION_TRIES_MAX; i++) {
        knock(&knocker, knocker.hello.transport_key, bytes_of(junk, sizeof junk));
        desk_turn(&desk);
    }
    assert_true(desk.core->enrolling.is_open);
    for (uint32_t i = 0; i < INVITATION_TRIES_MAX; i++) {
        assert_true(desk.core->enrolling.is_open);
        greet(&knocker, &wrong);
        desk_turn(&desk);
    }
    assert_false(desk.core->enrolling.is_open);
    greet(&knocker, &wrong); /* nobody is at home */
    desk_turn(&desk);
    assert_false(is_in(&knocker));
    desk_close(&desk);
}

/* Who heard a hello and says it again over a connection of his own has not got its key. */
TEST(core_enrol, a_hello_counts_over_the_connection_that_proved_its_key_alone)
{
    struct knocker knocker, thief;
    desk_open(&desk);
    invite();
    knocker_begin(&knocker, 1, "Stove");
    knocker_begin(&thief, 2, "Stove");
    knock(&thief, thief.hello.transport_key, hello_of(&knocker, &desk.core->enrolling.invitation));
    desk_turn(&desk);
    assert_false(is_in(&knocker));
    assert_int_equal(desk.core->enrolling.tries, 1);
    greet(&knocker, &desk.core->enrolling.invitation);
    desk_turn(&desk);
    assert_true(is_in(&knocker));
    desk_wipe(&desk); /* with the book of those who came in */
}

TEST(core_enrol, an_invitation_takes_in_one_of_two_who_have_it)
{
    struct knocker first, second;
    desk_open(&desk);
    invite();
    const struct invitation invitation = desk.core->enrolling.invitation;
    knocker_begin(&first, 1, "Stove");
    knocker_begin(&second, 2, "Copy");
    greet(&first, &invitation);
    greet(&second, &invitation); /* before the first is in */
    desk_turn(&desk);
    greet(&second, &invitation); /* and after */
    desk_turn(&desk);
    assert_true(is_in(&first));
    assert_false(is_in(&second));
    desk_wipe(&desk); /* with the book of those who came in */
}

TEST(core_enrol, an_invitation_ends_with_its_time_and_with_the_next_one)
{
    struct knocker knocker;
    desk_open(&desk);
    invite();
    const struct invitation before = desk.core->enrolling.invitation;
    invite();
    knocker_begin(&knocker, 1, "Late");
    greet(&knocker, &before);
    desk_turn(&desk);
    assert_int_equal(desk.core->enrolling.tries, 1);
    desk.core->enrolling.until_ms = clock_mono_ms();
    desk_turn(&desk);
    assert_false(desk.core->enrolling.is_open);
    assert_false(is_in(&knocker));
    desk_close(&desk);
}

TEST(core_enrol, a_newcomer_that_the_disk_could_not_keep_is_not_in_and_may_try_again)
{
    struct knocker knocker;
    desk_open(&desk);
    invite();
    knocker_begin(&knocker, 1, "Stove");
    greet(&knocker, &desk.core->enrolling.invitation);
    faults_begin("mdb_txn_commit", 1, ENOSPC);
    desk_turn(&desk);
    assert_true(faults_end());
    assert_false(is_in(&knocker));
    assert_true(desk.core->enrolling.is_open);
    assert_false(desk.core->enrolling.is_pending);
    greet(&knocker, &desk.core->enrolling.invitation);
    desk_turn(&desk);
    assert_true(is_in(&knocker));
    desk_wipe(&desk); /* with the book of those who came in */
}

/* --- six digits --- */

/* @knocker's part is shown to the people here; its digits. */
static const char *pair_up(struct knocker *knocker)
{
    uint8_t buffer[PAIR_FRAME_BYTES_MAX];
    struct pair_part part;
    struct bytes frame;
    assert_int_equal(pair_part_newcomer(&knocker->hello.transport_key, knocker->hello.name, &part),
                     0);
    assert_int_equal(pair_commit_encode(&part, buffer, &frame), 0);
    knock(knocker, knocker->hello.transport_key, frame);
    assert_int_equal(pair_reveal_encode(&part, buffer, &frame), 0);
    knock(knocker, knocker->hello.transport_key, frame);
    desk_turn(&desk);
    assert_true(desk.core->enrolling.pairing.is_shown);
    return desk.core->enrolling.pairing.paired.digits;
}

static void begin_pairing(void)
{
    desk_open(&desk);
    assert_int_equal(say(4, "pair", "kitchen", "K", ""), 0);
    assert_int_equal(say(1, "pairing"), 0);
    assert_string_equal(text, "");
}

TEST(core_enrol, only_the_digits_that_are_shown_can_be_agreed_to)
{
    struct knocker knocker, other;
    begin_pairing();
    assert_int_equal(say(3, "pair-answer", "123456", "yes"), ERR_STATE); /* nobody is there */
    knocker_begin(&knocker, 1, "Stove");
    const char *digits = pair_up(&knocker);
    char others[] = "000000";
    (void)snprintf(others, sizeof others, "%s", digits);
    others[0] = others[0] == '9' ? '0' : '9';
    assert_int_equal(say(1, "pairing"), 0);
    assert_int_equal(strncmp(text, digits, PAIR_DIGITS), 0);
    assert_non_null(strstr(text, "Stove"));
    assert_int_equal(say(3, "pair-answer", others, "yes"), ERR_STATE);
    assert_int_equal(say(2, "pair-answer", digits), ERR_STATE);
    greet(&knocker, &desk.core->enrolling.pairing.paired.invitation); /* before anybody agreed */
    desk_turn(&desk);
    assert_false(is_in(&knocker));
    knocker_begin(&other, 2, "Other");
    assert_ptr_equal(pair_up(&other), digits); /* the first one's are compared */
    assert_string_equal(desk.core->enrolling.pairing.paired.name, "Stove");
    assert_int_equal(say(3, "pair-answer", digits, "yes"), 0);
    greet(&knocker, &desk.core->enrolling.invitation);
    desk_turn(&desk);
    assert_true(is_in(&knocker));
    assert_int_equal(say(1, "pairing"), 0);
    assert_int_equal(strncmp(text, "joined ", 7), 0);
    assert_int_equal(say(3, "pair-answer", others, "yes"), ERR_STATE);
    desk_wipe(&desk); /* with the book of those who came in */
}

TEST(core_enrol, whose_digits_were_others_is_refused_and_after_three_the_door_is_closed)
{
    struct knocker knocker;
    begin_pairing();
    for (uint32_t i = 1; i <= INVITATION_TRIES_MAX; i++) {
        knocker_begin(&knocker, (uint8_t)i, "Stranger");
        const char *digits = pair_up(&knocker);
        assert_int_equal(say(3, "pair-answer", digits, "no"), 0);
    }
    assert_false(desk.core->enrolling.is_open);
    assert_int_equal(say(1, "pairing"), ERR_STATE);
    assert_non_null(strstr(text, "nobody joined"));
    desk_close(&desk);
}

TEST(core_enrol, digits_are_compared_at_a_screen_as_at_the_keyboard)
{
    struct knocker knocker;
    struct invite_view view;
    const struct invite_wish wish = {.is_pairing = true, .role = ROLE_KITCHEN, .lane = "K"};
    desk_open(&desk);
    core_invite_ask(desk.core, &wish);
    desk_turn(&desk);
    knocker_begin(&knocker, 1, "Stranger");
    const char *digits = pair_up(&knocker);
    assert_int_equal(core_invite_compare(desk.core, "12345", true), ERR_STATE);
    assert_int_equal(core_invite_compare(desk.core, digits, false), 0);
    desk_turn(&desk);
    core_invite_look(desk.core, &view);
    assert_int_equal(view.state, INVITE_OPEN); /* for the right one */
    assert_int_equal(view.tries, INVITATION_TRIES_MAX - 1);
    knocker_begin(&knocker, 2, "Stove");
    digits = pair_up(&knocker);
    core_invite_look(desk.core, &view);
    assert_int_equal(view.state, INVITE_COMPARE);
    assert_string_equal(view.digits, digits);
    assert_string_equal(view.newcomer, "Stove");
    assert_int_equal(core_invite_compare(desk.core, digits, true), 0);
    desk_turn(&desk);
    core_invite_look(desk.core, &view);
    assert_int_equal(view.state, INVITE_AGREED);
    greet(&knocker, &desk.core->enrolling.invitation);
    desk_turn(&desk);
    core_invite_look(desk.core, &view);
    assert_int_equal(view.state, INVITE_JOINED);
    assert_int_equal(view.device, id64_of_key(&knocker.hello.device_key));
    desk_wipe(&desk); /* with the book of those who came in */
}
