/* The core's turns, driven by hand: this file is the web thread, too. */
#include "node/core/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/api/blob.h"
#include "node/core/breadcrumb.h"
#include "node/core/core_state.h"
#include "node/os/clock.h"
#include "node/store/store_lmdb.h"
#include "sync/domain/menu_events.h"
#include "sync/log/tables.h"
#include "sync/replica.h"
#include "tests/lib/test.h"

enum { DEADLINE_MS = 120000, ITEM = 7 };

struct stall {
    char state[128];
    struct identity identity;
    struct settings settings;
    struct core *core;
    struct command_queue *queue;
    uint32_t news;
};

static void count_news(void *context)
{
    struct stall *stall = context;
    stall->news++;
}

/* As a device of @of's pop-up, or of one of its own (NULL). */
static void stall_identify(struct stall *stall, const struct stall *of)
{
    uint8_t buffer[CERT_CHAIN_BYTES_MAX];
    struct bytes chain;
    struct identity *identity = &stall->identity;
    assert_int_equal(entropy_start(), 0);
    identity_make_keys(identity);
    if (of == NULL)
        entropy_signing_key(&identity->root_secret);
    else
        identity->root_secret = of->identity.root_secret;
    identity->has_root = true;
    identity->root = signing_public(&identity->root_secret);
    identity->popup = popup_id_of_root(&identity->root);
    identity->epoch_ms = of == NULL ? clock_wall_ms() / 1000 * 1000 : of->identity.epoch_ms;
    struct certificate certificate = {.popup = identity->popup,
                                      .device_key = signing_public(&identity->device_secret),
                                      .transport_key =
                                          transport_public(&identity->transport_secret),
                                      .role = ROLE_COUNTER,
                                      .capabilities = role_device_capabilities(ROLE_OWNER),
                                      .lane = "A",
                                      .lane_size = 1,
                                      .name = "till",
                                      .name_size = 4};
    assert_int_equal(identity_issue(identity, &certificate, buffer, &chain), 0);
    assert_int_equal(identity_adopt(identity, chain), 0);
}

static int stall_start(struct stall *stall)
{
    struct core_config config = {
        .state = stall->state, .settings = &stall->settings, .identity = &stall->identity};
    int err = core_open(&config, &stall->core);
    if (err != 0)
        return err;
    stall->queue = core_gate(stall->core)->queue;
    core_on_news(stall->core, count_news, stall);
    return 0;
}

static void stall_open_in(struct stall *stall, const struct stall *of)
{
    *stall = (struct stall){.state = "/tmp/trestle-core-XXXXXX"};
    assert_non_null(mkdtemp(stall->state));
    settings_defaults(&stall->settings);
    (void)snprintf(stall->settings.listen, sizeof stall->settings.listen, "tcp://127.0.0.1:*");
    stall_identify(stall, of);
    assert_int_equal(stall_start(stall), 0);
}

static void stall_open(struct stall *stall)
{
    stall_open_in(stall, NULL);
}

static void stall_remove(const struct stall *stall, const char *name)
{
    char path[PATH_BYTES_MAX];
    assert_int_equal(path_join(path, stall->state, name), 0);
    (void)remove(path);
}

static void stall_close(struct stall *stall)
{
    static const char *const names[] = {"store/data.mdb",
                                        "store/lock.mdb",
                                        "store/trestle.lock",
                                        "store",
                                        "log.key",
                                        "core.sock",
                                        "breadcrumb",
                                        "blobs",
                                        "fence",
                                        "ballast",
                                        "starts",
                                        "aside",
                                        "pins"};
    core_close(stall->core);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        stall_remove(stall, names[i]);
    assert_int_equal(rmdir(stall->state), 0);
}

static void turn(struct stall *stall)
{
    assert_int_equal(core_turn(stall->core, 0), 0);
}

/* Push a copy of @command; its request. */
static uint64_t push(struct stall *stall, const struct command *command)
{
    struct api_command *slot = command_queue_reserve(stall->queue);
    assert_non_null(slot);
    slot->command = *command;
    if (command->key.size > 0)
        assert_int_equal(api_command_keep(slot, command->key, &slot->command.key), 0);
    uint64_t request = slot->request;
    command_queue_push(stall->queue, slot);
    return request;
}

static struct effect_answer ask(struct stall *stall, const struct command *command)
{
    struct effect_answer answer;
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    uint64_t request = push(stall, command);
    do {
        turn(stall);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (!command_queue_answered(stall->queue, &answer));
    assert_int_equal(answer.request, request);
    return answer;
}

static struct command menu_command(uint64_t item, const char *description)
{
    struct command command = {
        .kind = COMMAND_MENU_SET, .principal = {.role = ROLE_OWNER}, .item = item};
    command.fields[0] = (struct wanted_field){.field = MENU_NAME, .text = bytes_of_text("Ramen")};
    command.fields[1] = (struct wanted_field){.field = MENU_PRICE, .number = 1200};
    command.fields[2] =
        (struct wanted_field){.field = MENU_DESCRIPTION, .text = bytes_of_text(description)};
    command.fields_count = 3;
    return command;
}

static void stall_set_up(struct stall *stall)
{
    struct command day = {.kind = COMMAND_DAY_OPEN, .principal = {.role = ROLE_OWNER}, .day = 1};
    struct command item = menu_command(ITEM, "hot");
    assert_int_equal(ask(stall, &day).err, 0);
    assert_int_equal(ask(stall, &item).err, 0);
}

struct order_key {
    uint8_t bytes[16];
};

static struct command order_command(struct order_key *key, uint32_t serial)
{
    memset(key, 0, sizeof *key);
    put_be32(key->bytes + 12, serial);
    struct command command = {.kind = COMMAND_ORDER_PLACE,
                              .principal = {.role = ROLE_OWNER, .session = 1},
                              .key = bytes_of(key->bytes, sizeof key->bytes),
                              .channel = bytes_of_text("counter"),
                              .mode = bytes_of_text("take-away"),
                              .lines_count = 1};
    command.lines[0] = (struct wanted_line){.item = ITEM, .quantity = 1};
    return command;
}

TEST(core, an_order_is_answered_when_it_is_durable)
{
    struct stall stall;
    struct order_key key;
    stall_open(&stall);
    stall_set_up(&stall);
    struct command order = order_command(&key, 1);
    struct effect_answer answer = ask(&stall, &order);
    assert_int_equal(answer.err, 0);
    assert_int_equal(answer.answer.number, 1);
    assert_int_equal(answer.answer.total_minor, 1200);
    /* Another process's view of it: the store, closed and opened again. */
    core_close(stall.core);
    assert_int_equal(stall_start(&stall), 0);
    struct effect_answer again = ask(&stall, &order);
    assert_int_equal(again.err, 0);
    assert_memory_equal(&again.answer.entity, &answer.answer.entity, sizeof again.answer.entity);
    assert_int_equal(again.answer.number, 1);
    stall_close(&stall);
}

TEST(core, all_that_waits_is_committed_in_one_turn)
{
    struct stall stall;
    struct order_key keys[API_COMMANDS_MAX];
    struct effect_answer answer;
    stall_open(&stall);
    stall_set_up(&stall);
    for (uint32_t i = 0; i < API_COMMANDS_MAX; i++) {
        struct command order = order_command(&keys[i], i);
        (void)push(&stall, &order);
    }
    uint32_t news = stall.news;
    turn(&stall);
    assert_int_equal(stall.news, news + 1);
    for (uint32_t i = 0; i < API_COMMANDS_MAX; i++) {
        assert_true(command_queue_answered(stall.queue, &answer));
        assert_int_equal(answer.err, 0);
        assert_int_equal(answer.answer.number, i + 1);
    }
    stall_close(&stall);
}

TEST(core, a_refusal_spoils_nothing_for_those_beside_it)
{
    struct stall stall;
    struct order_key keys[3];
    struct effect_answer answer;
    stall_open(&stall);
    stall_set_up(&stall);
    for (uint32_t i = 0; i < 3; i++) {
        struct command order = order_command(&keys[i], i);
        if (i == 1)
            order.lines[0].item = ITEM + 1; /* not on the menu */
        (void)push(&stall, &order);
    }
    turn(&stall);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(command_queue_answered(stall.queue, &answer));
        assert_int_equal(answer.err == 0, i != 1);
    }
    stall_close(&stall);
}

/* Fill the store with descriptions until it says so; how many went in. */
static uint32_t fill(struct stall *stall)
{
    char text[200];
    uint32_t count = 0;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (;; count++) {
        (void)snprintf(text, 12, "%010u", count);
        text[10] = 'x';
        struct command command = menu_command(1000 + count, text);
        struct effect_answer answer = ask(stall, &command);
        if (answer.err != 0) {
            assert_int_equal(answer.err, ERR_FULL);
            return count;
        }
    }
}

TEST(core, a_full_store_refuses_and_lives_on)
{
    struct stall stall;
    struct effect_answer answer;
    struct order_key keys[4];
    stall_open(&stall);
    core_close(stall.core);
    stall.settings.store_mib = 1;
    assert_int_equal(stall_start(&stall), 0);
    stall_set_up(&stall);
    assert_true(fill(&stall) > 10);
    /* Several at once: undone together, tried alone, each answered once. */
    for (uint32_t i = 0; i < 4; i++) {
        struct command order = order_command(&keys[i], i);
        (void)push(&stall, &order);
    }
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    for (uint32_t answered = 0; answered < 4;) {
        turn(&stall);
        while (command_queue_answered(stall.queue, &answer)) {
            assert_true(answer.err == 0 || answer.err == ERR_FULL);
            answered++;
        }
        assert_true(clock_mono_ms() < deadline_ms);
    }
    /* With room, it goes on where it was. */
    core_close(stall.core);
    stall.settings.store_mib = 16;
    assert_int_equal(stall_start(&stall), 0);
    struct command order = order_command(&keys[0], 99);
    assert_int_equal(ask(&stall, &order).err, 0);
    stall_close(&stall);
}

TEST(core, a_second_one_on_the_same_state_is_refused)
{
    struct stall stall;
    stall_open(&stall);
    struct core_config config = {
        .state = stall.state, .settings = &stall.settings, .identity = &stall.identity};
    struct core *second = NULL;
    assert_int_equal(core_open(&config, &second), ERR_BUSY);
    stall_close(&stall);
}

TEST(core, the_gate_shows_who_and_how_it_is)
{
    struct stall stall;
    static struct gate_live live;
    stall_open(&stall);
    turn(&stall);
    const struct gate *gate = core_gate(stall.core);
    gate->live(gate->context, &live);
    assert_int_equal(live.device, stall.identity.device);
    assert_int_equal(live.role, ROLE_COUNTER);
    assert_string_equal(live.lane, "A");
    assert_true(live.is_writable);
    assert_int_equal(live.marks_count, 1);
    assert_int_equal(live.marks[0].log, live.log);
    assert_true(live.store_bytes_max > 0);
    stall_close(&stall);
}

static void add_device(struct stall *stall, const struct stall *other)
{
    struct command command = {.kind = COMMAND_DEVICE_ADD,
                              .principal = {.role = ROLE_OWNER},
                              .chain = bytes_of(other->identity.chain, other->identity.chain_size)};
    assert_int_equal(ask(stall, &command).err, 0);
}

/* Turn @stall and @other (may be NULL) until its only peer is there and heard, or is lost. */
static void until_peer(struct stall *stall, struct stall *other, enum gate_link link,
                       struct gate_peer *ret_peer)
{
    static struct gate_live live;
    const struct gate *gate = core_gate(stall->core);
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do {
        assert_int_equal(core_turn(stall->core, 1), 0);
        if (other != NULL)
            assert_int_equal(core_turn(other->core, 1), 0);
        gate->live(gate->context, &live);
        assert_int_equal(live.peers_count, 1);
        *ret_peer = live.peers[0];
        assert_true(clock_mono_ms() < deadline_ms);
    } while (ret_peer->link != link ||
             (link == GATE_LINKED && ret_peer->heard_ms_ago == UINT64_MAX));
}

TEST(core, a_lost_device_is_told_with_how_long_ago_it_was_heard)
{
    struct stall stall, other;
    struct gate_peer peer;
    stall_open(&stall);
    stall_open_in(&other, &stall);
    add_device(&stall, &other);
    add_device(&other, &stall);
    core_close(other.core);
    other.settings.peers_count = 1;
    other.settings.peers[0].device = stall.identity.device;
    (void)snprintf(other.settings.peers[0].endpoint, ENDPOINT_BYTES_MAX, "%s",
                   core_endpoint(stall.core));
    assert_int_equal(stall_start(&other), 0);
    until_peer(&stall, &other, GATE_LINKED, &peer);
    stall_close(&other);
    until_peer(&stall, NULL, GATE_LOST, &peer);
    assert_true(peer.heard_ms_ago < DEADLINE_MS);
    stall_close(&stall);
}

/* --- screens --- */

TEST(core, peers_are_told_how_many_screens_look_at_a_device)
{
    static const struct gate_screens seen = {.is_told = true, .counts = {[VIEW_KITCHEN] = 2}};
    struct stall stall, other;
    struct gate_peer peer;
    stall_open(&stall);
    stall_open_in(&other, &stall);
    add_device(&stall, &other);
    add_device(&other, &stall);
    core_close(other.core);
    other.settings.peers_count = 1;
    other.settings.peers[0].device = stall.identity.device;
    (void)snprintf(other.settings.peers[0].endpoint, ENDPOINT_BYTES_MAX, "%s",
                   core_endpoint(stall.core));
    assert_int_equal(stall_start(&other), 0);
    const struct gate *gate = core_gate(other.core);
    gate->screens(gate->context, &seen);
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do {
        until_peer(&stall, &other, GATE_LINKED, &peer);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (peer.screens.counts[VIEW_KITCHEN] != 2);
    assert_true(peer.screens.is_told);
    assert_int_equal(peer.screens.counts[VIEW_COUNTER], 0);
    stall_close(&other);
    stall_close(&stall);
}

/* --- places --- */

static bool is_linked(struct stall *stall, const struct stall *to)
{
    static struct gate_live live;
    const struct gate *gate = core_gate(stall->core);
    gate->live(gate->context, &live);
    for (uint32_t i = 0; i < live.peers_count; i++)
        if (live.peers[i].device == to->identity.device)
            return live.peers[i].link == GATE_LINKED && live.peers[i].heard_ms_ago != UINT64_MAX;
    return false;
}

static void until_linked(struct stall *stalls, uint32_t count, uint32_t a, uint32_t b)
{
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do {
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(core_turn(stalls[i].core, 1), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (!is_linked(&stalls[a], &stalls[b]));
}

/* @stall is told by hand where @hub is, and who that is. */
static void introduce_hub(struct stall *stall, struct stall *hub)
{
    add_device(stall, hub);
    add_device(hub, stall);
    core_close(stall->core);
    stall->settings.peers_count = 1;
    stall->settings.peers[0].device = hub->identity.device;
    (void)snprintf(stall->settings.peers[0].endpoint, ENDPOINT_BYTES_MAX, "%s",
                   core_endpoint(hub->core));
}

/* --- room --- */

/* How many events @stall knows of at @of that it has not. */
static uint64_t lacking(struct stall *stall, const struct stall *of)
{
    static struct gate_live live;
    const struct gate *gate = core_gate(stall->core);
    gate->live(gate->context, &live);
    for (uint32_t i = 0; i < live.peers_count; i++)
        if (live.peers[i].device == of->identity.device)
            return live.peers[i].ahead;
    return 0;
}

static void until_lacking(struct stall *stalls, bool is_lacking)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do {
        for (uint32_t i = 0; i < 2; i++)
            assert_int_equal(core_turn(stalls[i].core, 1), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (!is_linked(&stalls[0], &stalls[1]) || (lacking(stalls, &stalls[1]) > 0) != is_lacking);
}

TEST(core, a_store_that_is_nearly_full_leaves_what_others_write_with_them_until_it_may_grow)
{
    struct stall stalls[2];
    struct order_key key;
    stall_open(&stalls[0]);
    stall_open_in(&stalls[1], &stalls[0]);
    stall_set_up(&stalls[0]);
    introduce_hub(&stalls[0], &stalls[1]);
    stalls[0].settings.store_mib = 1;
    assert_int_equal(stall_start(&stalls[0]), 0);
    (void)fill(&stalls[0]);
    core_close(stalls[0].core);
    assert_int_equal(stall_start(&stalls[0]), 0); /* it looks at its room when it starts */
    until_lacking(stalls, true);
    for (uint32_t i = 0; i < 200; i++) /* nor is it taken later */
        for (uint32_t k = 0; k < 2; k++)
            assert_int_equal(core_turn(stalls[k].core, 1), 0);
    assert_true(lacking(&stalls[0], &stalls[1]) > 0);
    core_close(stalls[0].core);
    stalls[0].settings.store_mib = 16;
    assert_int_equal(stall_start(&stalls[0]), 0);
    until_lacking(stalls, false);
    struct command order = order_command(&key, 1);
    assert_int_equal(ask(&stalls[0], &order).err, 0);
    stall_close(&stalls[0]);
    stall_close(&stalls[1]);
}

TEST(core, a_device_that_moved_is_found_again_through_a_third)
{
    enum { HUB, MOVING, FINDING, STALLS };
    static struct stall stalls[STALLS];
    char before[ENDPOINT_BYTES_MAX];
    stall_open(&stalls[HUB]);
    for (uint32_t i = 1; i < STALLS; i++) {
        stall_open_in(&stalls[i], &stalls[HUB]);
        introduce_hub(&stalls[i], &stalls[HUB]);
    }
    /* Nobody can dial it: the links it has are those that it dialled. */
    (void)snprintf(stalls[FINDING].settings.listen, ENDPOINT_BYTES_MAX, "none");
    assert_int_equal(stall_start(&stalls[MOVING]), 0);
    assert_int_equal(stall_start(&stalls[FINDING]), 0);
    until_linked(stalls, STALLS, FINDING, MOVING);
    (void)snprintf(before, sizeof before, "%s", core_endpoint(stalls[MOVING].core));
    core_close(stalls[MOVING].core);
    assert_int_equal(stall_start(&stalls[MOVING]), 0);
    assert_string_not_equal(core_endpoint(stalls[MOVING].core), before);
    until_linked(stalls, STALLS, FINDING, HUB);
    until_linked(stalls, STALLS, MOVING, FINDING);
    for (uint32_t i = 0; i < STALLS; i++)
        stall_close(&stalls[i]);
}

/* Whether the stall's own journal has an event @seq. */
static bool has_written(struct stall *stall, uint64_t seq)
{
    static struct gate_live live;
    const struct gate *gate = core_gate(stall->core);
    struct store_txn *txn = NULL;
    struct hash hash;
    struct bytes event;
    gate->live(gate->context, &live);
    assert_int_equal(gate->read_begin(gate->context, &txn), 0);
    int err = event_get(txn, live.log, seq, &hash, &event);
    gate->read_end(gate->context, txn);
    return err == 0;
}

TEST(core, a_device_states_where_it_is_only_when_that_changed)
{
    struct stall stall;
    stall_open(&stall);
    (void)snprintf(stall.settings.advertise, ENDPOINT_BYTES_MAX, "tcp://till.example:7450");
    for (int start = 0; start < 3; start++) {
        core_close(stall.core);
        assert_int_equal(stall_start(&stall), 0);
        turn(&stall);
        assert_true(has_written(&stall, 2)); /* after the one that opens the journal */
        assert_false(has_written(&stall, 3));
    }
    stall.settings.advertise[strlen("tcp://till")] = '2';
    core_close(stall.core);
    assert_int_equal(stall_start(&stall), 0);
    turn(&stall);
    assert_true(has_written(&stall, 3));
    stall_close(&stall);
}

TEST(core, a_lost_journal_key_begins_a_new_journal)
{
    struct stall stall;
    static struct gate_live live;
    stall_open(&stall);
    stall_set_up(&stall);
    const struct gate *gate = core_gate(stall.core);
    gate->live(gate->context, &live);
    uint64_t before = live.log;
    core_close(stall.core);
    stall_remove(&stall, "log.key");
    assert_int_equal(stall_start(&stall), 0);
    gate = core_gate(stall.core);
    gate->live(gate->context, &live);
    assert_true(live.log != before);
    assert_int_equal(live.marks_count, 2);
    stall_close(&stall);
}

static unsigned crashes_of(const struct stall *stall, const uint8_t *left, struct entity_id *entity)
{
    struct breadcrumb breadcrumb;
    unsigned crashes = 0;
    assert_int_equal(breadcrumb_open(&breadcrumb, stall->state, &crashes, entity), 0);
    memcpy(breadcrumb.map, left, BREADCRUMB_BYTES);
    breadcrumb_close(&breadcrumb);
    return crashes;
}

TEST(core, a_breadcrumb_tells_what_it_died_of_and_how_often)
{
    static const uint8_t none[BREADCRUMB_BYTES], one[BREADCRUMB_BYTES] = {KIND_ORDER, 1},
                                                 other[BREADCRUMB_BYTES] = {KIND_ORDER, 2};
    struct stall stall;
    struct entity_id entity = {{0}};
    stall_open(&stall);
    core_close(stall.core);
    assert_int_equal(crashes_of(&stall, one, &entity), 0);
    assert_int_equal(crashes_of(&stall, one, &entity), 1);
    assert_int_equal(entity.bytes[0], 1);
    assert_int_equal(crashes_of(&stall, other, &entity), 2);
    assert_int_equal(crashes_of(&stall, none, &entity), 1);
    assert_int_equal(entity.bytes[0], 2);
    assert_int_equal(crashes_of(&stall, none, &entity), 0);
    assert_int_equal(stall_start(&stall), 0);
    stall_close(&stall);
}

TEST(core, what_it_died_of_twice_is_set_aside_until_other_software_is_here)
{
    static const uint8_t order[BREADCRUMB_BYTES] = {KIND_ORDER, 1};
    struct stall stall;
    struct entity_id entity;
    struct aside aside;
    stall_open(&stall);
    for (unsigned died = 1; died <= 2; died++) {
        assert_int_equal(aside_load(stall.state, &aside), 0);
        assert_int_equal(aside.count, 0);
        core_close(stall.core);
        assert_int_equal(crashes_of(&stall, order, &entity), 0); /* leaves it behind */
        assert_int_equal(stall_start(&stall), 0);
    }
    assert_int_equal(aside_load(stall.state, &aside), 0);
    assert_int_equal(aside.count, 1);
    assert_int_equal(aside.entities[0].bytes[0], 1);
    stall_close(&stall);
}

/* --- a store of another version --- */

static void fold_version_set(const struct stall *stall, uint32_t version)
{
    char folder[PATH_BYTES_MAX];
    uint8_t fold[4];
    struct store_lmdb *store = NULL;
    struct store_txn *txn = NULL;
    struct store_lmdb_options options = {.folder = folder, .map_bytes = UINT64_C(1) << 28};
    assert_int_equal(path_join(folder, stall->state, "store"), 0);
    assert_int_equal(store_lmdb_open(&options, &store), 0);
    assert_int_equal(store_lmdb_begin(store, &txn), 0);
    put_be32(fold, version);
    assert_int_equal(store_put(txn, TABLE_META, bytes_of_text("fold"), bytes_of(fold, sizeof fold)),
                     0);
    assert_int_equal(store_lmdb_commit(txn), 0);
    store_lmdb_close(store);
}

TEST(core, a_store_that_other_software_folded_is_folded_anew_at_the_start)
{
    struct stall stall;
    stall_open(&stall);
    turn(&stall);
    core_close(stall.core);
    fold_version_set(&stall, FOLD_VERSION + 1);
    assert_int_equal(stall_start(&stall), 0);
    turn(&stall);
    stall_close(&stall);
}

/* --- what a peer says and has --- */

/* Two devices that know each other and are linked. */
static void pair_open(struct stall *stalls)
{
    stall_open(&stalls[0]);
    stall_open_in(&stalls[1], &stalls[0]);
    introduce_hub(&stalls[1], &stalls[0]);
    assert_int_equal(stall_start(&stalls[1]), 0);
    until_linked(stalls, 2, 0, 1);
}

static void pair_close(struct stall *stalls)
{
    for (uint32_t i = 0; i < 2; i++) {
        char remove_it[256];
        (void)snprintf(remove_it, sizeof remove_it, "rm -rf '%s/blobs'", stalls[i].state);
        assert_int_equal(system(remove_it), 0); /* NOLINT: a path of our own making */
        stall_close(&stalls[i]);
    }
}

/* The second tells @body under @key of @topic; turns until the first shows so many screens there
 * and is, or is not, told. */
static void tell_screens(struct stall *stalls, struct bytes body, bool is_told, uint32_t kitchens)
{
    static struct gate_live live;
    const struct gate *gate = core_gate(stalls[0].core);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    const struct gate_screens *seen = &live.peers[0].screens;
    assert_int_equal(replica_publish(stalls[1].core->replica, bytes_of_text("screens"),
                                     bytes_of_text(""), 30, body, clock_now()),
                     0);
    do {
        for (uint32_t i = 0; i < 2; i++)
            assert_int_equal(core_turn(stalls[i].core, 1), 0);
        gate->live(gate->context, &live);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (live.peers_count != 1 || seen->is_told != is_told ||
             seen->counts[VIEW_KITCHEN] != kitchens);
}

TEST(core, what_a_peer_says_of_its_screens_may_be_more_than_is_understood_and_nonsense_is_nothing)
{
    static struct stall stalls[2];
    static const uint8_t newer[] = {0x95, 1, 7, 1, 4, 0xa1, 'x'}; /* two views more */
    static const uint8_t fewer[] = {0x91, 1};
    static const uint8_t more[] = {0x93, 1, 9, 1, 1};
    pair_open(stalls);
    tell_screens(stalls, bytes_of(newer, sizeof newer), true, 7);
    tell_screens(stalls, bytes_of(fewer, sizeof fewer), false, 0);
    tell_screens(stalls, bytes_of(newer, sizeof newer), true, 7);
    tell_screens(stalls, bytes_of(more, sizeof more), false, 0);
    pair_close(stalls);
}

/* --- files --- */

enum { PICTURE_BYTES = 3000 };

static struct hash keep_picture(struct stall *stall, uint8_t fill)
{
    uint8_t picture[PICTURE_BYTES];
    struct command command = {.kind = COMMAND_BLOB_ADD,
                              .principal = {.role = ROLE_OWNER},
                              .blob_size = PICTURE_BYTES,
                              .media = bytes_of_text("image/png")};
    memset(picture, fill, sizeof picture);
    assert_int_equal(
        blobs_put(core_gate(stall->core)->blobs, bytes_of(picture, sizeof picture), &command.blob),
        0);
    assert_int_equal(ask(stall, &command).err, 0);
    return command.blob;
}

static void picture_path(const struct stall *stall, const struct hash *hash, char *to)
{
    char hex[2 * HASH_BYTES + 1];
    for (size_t i = 0; i < HASH_BYTES; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", hash->bytes[i]);
    (void)snprintf(to, PATH_BYTES_MAX, "%s/blobs/%.2s/%s", stall->state, hex, hex);
}

static void until_picture(struct stall *stalls, uint32_t at, const struct hash *hash)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (!blobs_has(core_gate(stalls[at].core)->blobs, hash)) {
        for (uint32_t i = 0; i < 2; i++)
            assert_int_equal(core_turn(stalls[i].core, 1), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

static enum blob_state picture_state(struct stall *stall, const struct hash *hash)
{
    const struct gate *gate = core_gate(stall->core);
    struct store_txn *txn = NULL;
    enum blob_state state = BLOB_NONE;
    assert_int_equal(gate->read_begin(gate->context, &txn), 0);
    assert_int_equal(blob_state_get(txn, hash, &state), 0);
    gate->read_end(gate->context, txn);
    return state;
}

/* The file is there, and the store says so. */
static void until_kept(struct stall *stalls, uint32_t at, const struct hash *hash)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (picture_state(&stalls[at], hash) != BLOB_HERE) {
        for (uint32_t i = 0; i < 2; i++)
            assert_int_equal(core_turn(stalls[i].core, 1), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

static void until_whole(struct stall *stalls, uint32_t at, const struct hash *hash)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    uint8_t *data = NULL;
    size_t size = 0;
    while (blobs_read(core_gate(stalls[at].core)->blobs, hash, &data, &size) != 0) {
        for (uint32_t i = 0; i < 2; i++)
            assert_int_equal(core_turn(stalls[i].core, 1), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    free(data);
}

/* Both restart, where they were, then one byte of the file at @at is another. */
static void spoil_after_restarts(struct stall *stalls, uint32_t at, const struct hash *hash)
{
    char path[PATH_BYTES_MAX];
    (void)snprintf(stalls[0].settings.listen, sizeof stalls[0].settings.listen, "%s",
                   core_endpoint(stalls[0].core));
    for (uint32_t i = 0; i < 2; i++) {
        core_close(stalls[i].core);
        stalls[i].core = NULL;
    }
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(stall_start(&stalls[i]), 0);
    picture_path(&stalls[at], hash, path);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fputc(0xff, file), 0xff);
    assert_int_equal(fclose(file), 0);
}

/* Whoever kept it first fetches it from the other; without a restart. */
TEST(core, a_damaged_file_comes_back_from_a_peer_though_nobody_looked_at_it)
{
    static struct stall stalls[2];
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    pair_open(stalls);
    const struct hash hash = keep_picture(&stalls[0], 1);
    until_kept(stalls, 1, &hash);
    spoil_after_restarts(stalls, 0, &hash);
    picture_path(&stalls[0], &hash, path);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    for (int first = 0xff; first == 0xff;) { /* read as nobody else does: it is left as it is */
        for (uint32_t i = 0; i < 2; i++)
            assert_int_equal(core_turn(stalls[i].core, 1), 0);
        if (file_read(path, BLOB_BYTES_MAX, &data, &size) == 0)
            first = data[0];
        free(data);
        data = NULL;
        assert_true(clock_mono_ms() < deadline_ms);
    }
    pair_close(stalls);
}

TEST(core, a_damaged_file_comes_back_at_once_when_a_screen_or_a_peer_meets_it)
{
    static struct stall stalls[2];
    pair_open(stalls);
    const struct hash hash = keep_picture(&stalls[0], 1);
    until_kept(stalls, 1, &hash);
    spoil_after_restarts(stalls, 0, &hash);
    stalls[0].core->blob_care.due_ms = UINT64_MAX; /* no look of its own */
    const struct gate *gate = core_gate(stalls[0].core);
    uint8_t *data = NULL;
    size_t size = 0;
    assert_int_equal(api_blob_whole(gate, &hash, &data, &size), ERR_MISMATCH);
    until_whole(stalls, 0, &hash);
    pair_close(stalls);
}

TEST(core, files_that_are_gone_when_it_starts_come_from_who_has_them)
{
    enum { PICTURES = CORE_BLOB_NEWS_MAX + 2 }; /* more than it tells of at once */
    static struct stall stalls[2];
    static struct hash hashes[PICTURES];
    char path[PATH_BYTES_MAX];
    pair_open(stalls);
    for (uint32_t i = 0; i < PICTURES; i++)
        hashes[i] = keep_picture(&stalls[0], (uint8_t)i);
    for (uint32_t i = 0; i < PICTURES; i++)
        until_picture(stalls, 1, &hashes[i]);
    core_close(stalls[1].core);
    for (uint32_t i = 0; i < PICTURES; i++) {
        picture_path(&stalls[1], &hashes[i], path);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(stall_start(&stalls[1]), 0);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    for (uint32_t here = 0; here < CORE_BLOB_NEWS_MAX;) { /* the others at the next start */
        for (uint32_t i = 0; i < 2; i++)
            assert_int_equal(core_turn(stalls[i].core, 1), 0);
        here = 0;
        for (uint32_t i = 0; i < PICTURES; i++)
            here += blobs_has(core_gate(stalls[1].core)->blobs, &hashes[i]);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    pair_close(stalls);
}
