/* The core's turns: what is asked of one device, and of several. */
#include "tests/process/lib/desk.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/api/blob.h"
#include "node/os/clock.h"
#include "node/os/file.h"
#include "sync/log/tables.h"
#include "tests/lib/test.h"

TEST(core, an_order_is_answered_when_it_is_durable)
{
    struct desk desk;
    struct order_key key;
    desk_open(&desk);
    desk_set_up(&desk);
    struct command order = desk_order(&key, 1);
    struct effect_answer answer = desk_ask(&desk, &order);
    assert_int_equal(answer.err, 0);
    assert_int_equal(answer.answer.number, 1);
    assert_int_equal(answer.answer.total_minor, 1200);
    /* Another process's view of it: the store, closed and opened again. */
    core_close(desk.core);
    assert_int_equal(desk_start(&desk), 0);
    struct effect_answer again = desk_ask(&desk, &order);
    assert_int_equal(again.err, 0);
    assert_memory_equal(&again.answer.entity, &answer.answer.entity, sizeof again.answer.entity);
    assert_int_equal(again.answer.number, 1);
    desk_close(&desk);
}

TEST(core, all_that_waits_is_committed_in_one_turn)
{
    struct desk desk;
    struct order_key keys[API_COMMANDS_MAX];
    struct effect_answer answer;
    desk_open(&desk);
    desk_set_up(&desk);
    for (uint32_t i = 0; i < API_COMMANDS_MAX; i++) {
        struct command order = desk_order(&keys[i], i);
        (void)desk_push(&desk, &order);
    }
    uint32_t news = desk.news;
    desk_turn(&desk);
    assert_int_equal(desk.news, news + 1);
    for (uint32_t i = 0; i < API_COMMANDS_MAX; i++) {
        assert_true(command_queue_answered(desk.queue, &answer));
        assert_int_equal(answer.err, 0);
        assert_int_equal(answer.answer.number, i + 1);
    }
    desk_close(&desk);
}

TEST(core, a_refusal_spoils_nothing_for_those_beside_it)
{
    struct desk desk;
    struct order_key keys[3];
    struct effect_answer answer;
    desk_open(&desk);
    desk_set_up(&desk);
    for (uint32_t i = 0; i < 3; i++) {
        struct command order = desk_order(&keys[i], i);
        if (i == 1) {
            order.lines[0].item = ITEM + 1; /* not on the menu */
        }
        (void)desk_push(&desk, &order);
    }
    desk_turn(&desk);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(command_queue_answered(desk.queue, &answer));
        assert_int_equal(answer.err == 0, i != 1);
    }
    desk_close(&desk);
}

/* Fill the store with descriptions until it says so; how many went in. */
static uint32_t fill(struct desk *desk)
{
    char text[200];
    uint32_t count = 0;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (;; count++) {
        (void)snprintf(text, 12, "%010u", count);
        text[10] = 'x';
        struct command command = desk_menu(1000 + count, text);
        struct effect_answer answer = desk_ask(desk, &command);
        if (answer.err != 0) {
            assert_int_equal(answer.err, ERR_FULL);
            return count;
        }
    }
}

TEST(core, a_full_store_refuses_and_lives_on)
{
    struct desk desk;
    struct effect_answer answer;
    struct order_key keys[4];
    desk_open(&desk);
    core_close(desk.core);
    desk.settings.store_mib = 1;
    assert_int_equal(desk_start(&desk), 0);
    desk_set_up(&desk);
    assert_true(fill(&desk) > 10);
    /* Several at once: undone together, tried alone, each answered once. */
    for (uint32_t i = 0; i < 4; i++) {
        struct command order = desk_order(&keys[i], i);
        (void)desk_push(&desk, &order);
    }
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    for (uint32_t answered = 0; answered < 4;) {
        desk_turn(&desk);
        while (command_queue_answered(desk.queue, &answer)) {
            assert_true(answer.err == 0 || answer.err == ERR_FULL);
            answered++;
        }
        assert_true(clock_mono_ms() < deadline_ms);
    }
    /* With room, it goes on where it was. */
    core_close(desk.core);
    desk.settings.store_mib = 16;
    assert_int_equal(desk_start(&desk), 0);
    struct command order = desk_order(&keys[0], 99);
    assert_int_equal(desk_ask(&desk, &order).err, 0);
    desk_close(&desk);
}

TEST(core, a_second_one_on_the_same_state_is_refused)
{
    struct desk desk;
    desk_open(&desk);
    struct core_config config = {
        .state = desk.state, .settings = &desk.settings, .identity = &desk.identity};
    struct core *second = NULL;
    assert_int_equal(core_open(&config, &second), ERR_BUSY);
    desk_close(&desk);
}

TEST(core, the_gate_shows_who_and_how_it_is)
{
    struct desk desk;
    static struct gate_live live;
    desk_open(&desk);
    desk_turn(&desk);
    const struct gate *gate = core_gate(desk.core);
    gate->live(gate->context, &live);
    assert_int_equal(live.device, desk.identity.device);
    assert_int_equal(live.role, ROLE_COUNTER);
    assert_string_equal(live.lane, "A");
    assert_true(live.is_writable);
    assert_int_equal(live.marks_count, 1);
    assert_int_equal(live.marks[0].log, live.log);
    assert_true(live.store_bytes_max > 0);
    desk_close(&desk);
}

/* Turn @desk and @other (may be NULL) until its only peer is there and heard, or is lost. */
static void until_peer(struct desk *desk, struct desk *other, enum gate_link link,
                       struct gate_peer *ret_peer)
{
    static struct gate_live live;
    const struct gate *gate = core_gate(desk->core);
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do {
        assert_int_equal(core_turn(desk->core, 1), 0);
        if (other != NULL) {
            assert_int_equal(core_turn(other->core, 1), 0);
        }
        gate->live(gate->context, &live);
        assert_int_equal(live.peers_count, 1);
        *ret_peer = live.peers[0];
        assert_true(clock_mono_ms() < deadline_ms);
    } while (ret_peer->link != link ||
             (link == GATE_LINKED && ret_peer->heard_ms_ago == UINT64_MAX));
}

TEST(core, a_lost_device_is_told_with_how_long_ago_it_was_heard)
{
    struct desk desk, other;
    struct gate_peer peer;
    desk_open(&desk);
    desk_open_in(&other, &desk);
    desk_add_device(&desk, &other);
    desk_add_device(&other, &desk);
    core_close(other.core);
    other.settings.peers_count = 1;
    other.settings.peers[0].device = desk.identity.device;
    (void)snprintf(other.settings.peers[0].endpoint, ENDPOINT_BYTES_MAX, "%s",
                   core_endpoint(desk.core));
    assert_int_equal(desk_start(&other), 0);
    until_peer(&desk, &other, GATE_LINKED, &peer);
    desk_close(&other);
    until_peer(&desk, NULL, GATE_LOST, &peer);
    assert_true(peer.heard_ms_ago < DEADLINE_MS);
    desk_close(&desk);
}

/* --- screens --- */

TEST(core, peers_are_told_how_many_screens_look_at_a_device)
{
    static const struct gate_screens seen = {.is_told = true, .counts = {[VIEW_KITCHEN] = 2}};
    struct desk desk, other;
    struct gate_peer peer;
    desk_open(&desk);
    desk_open_in(&other, &desk);
    desk_add_device(&desk, &other);
    desk_add_device(&other, &desk);
    core_close(other.core);
    other.settings.peers_count = 1;
    other.settings.peers[0].device = desk.identity.device;
    (void)snprintf(other.settings.peers[0].endpoint, ENDPOINT_BYTES_MAX, "%s",
                   core_endpoint(desk.core));
    assert_int_equal(desk_start(&other), 0);
    const struct gate *gate = core_gate(other.core);
    gate->screens(gate->context, &seen);
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do {
        until_peer(&desk, &other, GATE_LINKED, &peer);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (peer.screens.counts[VIEW_KITCHEN] != 2);
    assert_true(peer.screens.is_told);
    assert_int_equal(peer.screens.counts[VIEW_COUNTER], 0);
    desk_close(&other);
    desk_close(&desk);
}

/* --- places --- */

/* --- beacons --- */

/* A UDP port that nobody has at this moment. */
static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    (void)close(fd);
    return ntohs(address.sin_port);
}

/* From this machine to @port: a beacon of device @device that listens at @mesh_port. */
static void shout(const struct desk *desk, uint16_t port, uint64_t device, uint16_t mesh_port)
{
    const struct beacon_config config = {
        .popup = desk->identity.popup, .device = device, .mesh_port = mesh_port};
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    uint8_t frame[BEACON_BYTES];
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    beacon_write(&config, frame);
    assert_int_equal(sendto(fd, frame, sizeof frame, 0, (const struct sockaddr *)&to, sizeof to),
                     BEACON_BYTES);
    (void)close(fd);
}

/* As a device with a beacon at @port; the second has none. */
static void desks_open_near(struct desk *desks, uint16_t port)
{
    desk_open(&desks[0]);
    desk_open_in(&desks[1], &desks[0]);
    desk_add_device(&desks[0], &desks[1]);
    desk_add_device(&desks[1], &desks[0]);
    core_close(desks[0].core);
    (void)snprintf(desks[0].settings.listen, ENDPOINT_BYTES_MAX, "tcp://0.0.0.0:*");
    desks[0].settings.beacon_port = port;
    assert_int_equal(desk_start(&desks[0]), 0);
}

TEST(core, a_device_that_is_heard_on_the_network_is_dialled_there_and_a_strangers_is_not)
{
    static struct desk desks[2];
    const uint16_t port = free_port();
    desks_open_near(desks, port);
    const char *endpoint = core_endpoint(desks[1].core);
    const uint16_t mesh_port = (uint16_t)strtoul(strrchr(endpoint, ':') + 1, NULL, 10);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (!desk_is_linked(&desks[0], &desks[1])) {
        shout(&desks[0], port, 4711, mesh_port);
        shout(&desks[0], port, desks[1].identity.device, mesh_port);
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    assert_int_equal(desks[0].core->sightings.count, 1);
    desks_close_pair(desks);
}

/* --- room --- */

/* How many events @desk knows of at @of that it has not. */
static uint64_t lacking(struct desk *desk, const struct desk *of)
{
    static struct gate_live live;
    const struct gate *gate = core_gate(desk->core);
    gate->live(gate->context, &live);
    for (uint32_t i = 0; i < live.peers_count; i++) {
        if (live.peers[i].device == of->identity.device) {
            return live.peers[i].ahead;
        }
    }
    return 0;
}

static void until_lacking(struct desk *desks, bool is_lacking)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (!desk_is_linked(&desks[0], &desks[1]) ||
             (lacking(desks, &desks[1]) > 0) != is_lacking);
}

TEST(core, a_store_that_is_nearly_full_leaves_what_others_write_with_them_until_it_may_grow)
{
    struct desk desks[2];
    struct order_key key;
    desk_open(&desks[0]);
    desk_open_in(&desks[1], &desks[0]);
    desk_set_up(&desks[0]);
    desk_introduce(&desks[0], &desks[1]);
    desks[0].settings.store_mib = 1;
    assert_int_equal(desk_start(&desks[0]), 0);
    (void)fill(&desks[0]);
    core_close(desks[0].core);
    assert_int_equal(desk_start(&desks[0]), 0); /* it looks at its room when it starts */
    until_lacking(desks, true);
    for (uint32_t i = 0; i < 200; i++) { /* nor is it taken later */
        desks_turn(desks, 2);
    }
    assert_true(lacking(&desks[0], &desks[1]) > 0);
    core_close(desks[0].core);
    desks[0].settings.store_mib = 16;
    assert_int_equal(desk_start(&desks[0]), 0);
    until_lacking(desks, false);
    struct command order = desk_order(&key, 1);
    assert_int_equal(desk_ask(&desks[0], &order).err, 0);
    desk_close(&desks[0]);
    desk_close(&desks[1]);
}

TEST(core, a_device_that_moved_is_found_again_through_a_third)
{
    enum { HUB, MOVING, FINDING, DESKS };
    static struct desk desks[DESKS];
    char before[ENDPOINT_BYTES_MAX];
    desk_open(&desks[HUB]);
    for (uint32_t i = 1; i < DESKS; i++) {
        desk_open_in(&desks[i], &desks[HUB]);
        desk_introduce(&desks[i], &desks[HUB]);
    }
    /* Nobody can dial it: the links it has are those that it dialled. */
    (void)snprintf(desks[FINDING].settings.listen, ENDPOINT_BYTES_MAX, "none");
    assert_int_equal(desk_start(&desks[MOVING]), 0);
    assert_int_equal(desk_start(&desks[FINDING]), 0);
    desks_until_linked(desks, DESKS, FINDING, MOVING);
    (void)snprintf(before, sizeof before, "%s", core_endpoint(desks[MOVING].core));
    core_close(desks[MOVING].core);
    assert_int_equal(desk_start(&desks[MOVING]), 0);
    assert_string_not_equal(core_endpoint(desks[MOVING].core), before);
    desks_until_linked(desks, DESKS, FINDING, HUB);
    desks_until_linked(desks, DESKS, MOVING, FINDING);
    for (uint32_t i = 0; i < DESKS; i++) {
        desk_close(&desks[i]);
    }
}

static uint64_t own_log(const struct desk *desk)
{
    static struct gate_live live;
    core_gate(desk->core)->live(core_gate(desk->core)->context, &live);
    return live.log;
}

/* Whether @desk has event @seq of @log. */
static bool has_event(const struct desk *desk, uint64_t log, uint64_t seq)
{
    const struct gate *gate = core_gate(desk->core);
    struct store_txn *txn = NULL;
    struct hash hash;
    struct bytes event;
    assert_int_equal(gate->read_begin(gate->context, &txn), 0);
    int err = event_get(txn, log, seq, &hash, &event);
    gate->read_end(gate->context, txn);
    return err == 0;
}

TEST(core, a_device_states_where_it_is_only_when_that_changed)
{
    struct desk desk;
    desk_open(&desk);
    (void)snprintf(desk.settings.advertise, ENDPOINT_BYTES_MAX, "tcp://till.example:7450");
    for (int start = 0; start < 3; start++) {
        core_close(desk.core);
        assert_int_equal(desk_start(&desk), 0);
        desk_turn(&desk);
        assert_true(has_event(&desk, own_log(&desk), 2)); /* after the one that opens the journal */
        assert_false(has_event(&desk, own_log(&desk), 3));
    }
    desk.settings.advertise[strlen("tcp://till")] = '2';
    core_close(desk.core);
    assert_int_equal(desk_start(&desk), 0);
    desk_turn(&desk);
    assert_true(has_event(&desk, own_log(&desk), 3));
    desk_close(&desk);
}

TEST(core, a_lost_journal_key_begins_a_new_journal)
{
    struct desk desk;
    static struct gate_live live;
    desk_open(&desk);
    desk_set_up(&desk);
    const struct gate *gate = core_gate(desk.core);
    gate->live(gate->context, &live);
    uint64_t before = live.log;
    core_close(desk.core);
    desk_remove(&desk, "log.key");
    assert_int_equal(desk_start(&desk), 0);
    gate = core_gate(desk.core);
    gate->live(gate->context, &live);
    assert_true(live.log != before);
    assert_int_equal(live.marks_count, 2);
    desk_close(&desk);
}

/* With @words of the shell, in its folder. */
static void shell(const struct desk *desk, const char *words)
{
    char command[256];
    (void)snprintf(command, sizeof command, "cd '%s' && %s", desk->state, words);
    assert_int_equal(system(command), 0); /* NOLINT: words of our own making */
}

TEST(core, a_device_of_whose_journal_its_peers_know_more_goes_on_under_a_new_one)
{
    static struct desk desks[2];
    desks_open_pair(desks);
    const uint64_t before = own_log(&desks[1]);
    core_close(desks[1].core);
    shell(&desks[1], "cp -r store store.old");
    assert_int_equal(desk_start(&desks[1]), 0);
    desk_set_up(&desks[1]);
    uint64_t last = 1;
    while (has_event(&desks[1], before, last + 1)) {
        last++;
    }
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (!has_event(&desks[0], before, last)) {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    core_close(desks[1].core);
    shell(&desks[1], "rm -r store fence && mv store.old store"); /* and no fence that knows of it */
    assert_int_equal(desk_start(&desks[1]), 0);
    assert_true(own_log(&desks[1]) == before);
    while (own_log(&desks[1]) == before) {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    struct command item = desk_menu(ITEM + 1, "cold");
    assert_int_equal(desk_ask(&desks[1], &item).err, 0);
    desks_close_pair(desks);
}

static unsigned crashes_of(const struct desk *desk, const uint8_t *left, struct entity_id *entity)
{
    struct breadcrumb breadcrumb;
    unsigned crashes = 0;
    assert_int_equal(breadcrumb_open(&breadcrumb, desk->state, &crashes, entity), 0);
    memcpy(breadcrumb.map, left, BREADCRUMB_BYTES);
    breadcrumb_close(&breadcrumb);
    return crashes;
}

TEST(core, a_breadcrumb_tells_what_it_died_of_and_how_often)
{
    static const uint8_t none[BREADCRUMB_BYTES], one[BREADCRUMB_BYTES] = {KIND_ORDER, 1},
                                                 other[BREADCRUMB_BYTES] = {KIND_ORDER, 2};
    struct desk desk;
    struct entity_id entity = {{0}};
    desk_open(&desk);
    core_close(desk.core);
    assert_int_equal(crashes_of(&desk, one, &entity), 0);
    assert_int_equal(crashes_of(&desk, one, &entity), 1);
    assert_int_equal(entity.bytes[0], 1);
    assert_int_equal(crashes_of(&desk, other, &entity), 2);
    assert_int_equal(crashes_of(&desk, none, &entity), 1);
    assert_int_equal(entity.bytes[0], 2);
    assert_int_equal(crashes_of(&desk, none, &entity), 0);
    assert_int_equal(desk_start(&desk), 0);
    desk_close(&desk);
}

TEST(core, what_it_died_of_twice_is_set_aside_until_other_software_is_here)
{
    static const uint8_t order[BREADCRUMB_BYTES] = {KIND_ORDER, 1};
    struct desk desk;
    struct entity_id entity;
    struct aside aside;
    desk_open(&desk);
    for (unsigned died = 1; died <= 2; died++) {
        assert_int_equal(aside_load(desk.state, &aside), 0);
        assert_int_equal(aside.count, 0);
        core_close(desk.core);
        assert_int_equal(crashes_of(&desk, order, &entity), 0); /* leaves it behind */
        assert_int_equal(desk_start(&desk), 0);
    }
    assert_int_equal(aside_load(desk.state, &aside), 0);
    assert_int_equal(aside.count, 1);
    assert_int_equal(aside.entities[0].bytes[0], 1);
    desk_close(&desk);
}

/* --- a store that is no good --- */

/* How many stores were moved aside. */
static unsigned damaged_stores(const struct desk *desk)
{
    static const char prefix[] = "store.damaged-";
    unsigned count = 0;
    DIR *folder = opendir(desk->state);
    assert_non_null(folder);
    for (const struct dirent *at = readdir(folder); at != NULL; at = readdir(folder)) {
        count += strncmp(at->d_name, prefix, sizeof prefix - 1) == 0;
    }
    (void)closedir(folder);
    return count;
}

TEST(core, a_condemned_store_is_kept_aside_and_a_new_one_begun_under_a_new_journal)
{
    struct desk desk;
    static struct gate_live live;
    desk_open(&desk);
    core_gate(desk.core)->live(core_gate(desk.core)->context, &live);
    const uint64_t before = live.log;
    core_close(desk.core);
    desk_put(&desk, "store.condemned", "it is of no use");
    assert_int_equal(desk_start(&desk), 0);
    core_gate(desk.core)->live(core_gate(desk.core)->context, &live);
    assert_true(live.log != before);
    assert_int_equal(damaged_stores(&desk), 1);
    assert_false(desk_has(&desk, "store.condemned"));
    desk_wipe(&desk);
}

TEST(core, what_was_said_of_a_store_that_somebody_took_away_is_not_of_the_next)
{
    struct desk desk;
    desk_open(&desk);
    core_close(desk.core);
    desk_put(&desk, "store.condemned", "it is of no use");
    desk_remove_tree(&desk, "store");
    for (int start = 0; start < 2; start++) {
        assert_int_equal(desk_start(&desk), 0);
        assert_int_equal(damaged_stores(&desk), 0);
        core_close(desk.core);
    }
    assert_false(desk_has(&desk, "store.condemned"));
    assert_int_equal(desk_start(&desk), 0);
    desk_wipe(&desk);
}

/* --- a store of another version --- */

static void fold_version_set(const struct desk *desk, uint32_t version)
{
    char folder[PATH_BYTES_MAX];
    uint8_t fold[4];
    struct store_lmdb *store = NULL;
    struct store_txn *txn = NULL;
    struct store_lmdb_options options = {.folder = folder, .map_bytes = UINT64_C(1) << 28};
    assert_int_equal(path_join(folder, desk->state, "store"), 0);
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
    struct desk desk;
    desk_open(&desk);
    desk_turn(&desk);
    core_close(desk.core);
    fold_version_set(&desk, FOLD_VERSION + 1);
    assert_int_equal(desk_start(&desk), 0);
    desk_turn(&desk);
    desk_close(&desk);
}

/* --- what a peer says and has --- */

/* The second tells @body under @key of @topic; turns until the first shows so many screens there
 * and is, or is not, told. */
static void tell_screens(struct desk *desks, struct bytes body, bool is_told, uint32_t kitchens)
{
    static struct gate_live live;
    const struct gate *gate = core_gate(desks[0].core);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    const struct gate_screens *seen = &live.peers[0].screens;
    assert_int_equal(replica_publish(desks[1].core->replica, bytes_of_text("screens"),
                                     bytes_of_text(""), 30, body, clock_now()),
                     0);
    do {
        desks_turn(desks, 2);
        gate->live(gate->context, &live);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (live.peers_count != 1 || seen->is_told != is_told ||
             seen->counts[VIEW_KITCHEN] != kitchens);
}

TEST(core, what_a_peer_says_of_its_screens_may_be_more_than_is_understood_and_nonsense_is_nothing)
{
    static struct desk desks[2];
    static const uint8_t newer[] = {0x95, 1, 7, 1, 4, 0xa1, 'x'}; /* two views more */
    static const uint8_t fewer[] = {0x91, 1};
    static const uint8_t more[] = {0x93, 1, 9, 1, 1};
    desks_open_pair(desks);
    tell_screens(desks, bytes_of(newer, sizeof newer), true, 7);
    tell_screens(desks, bytes_of(fewer, sizeof fewer), false, 0);
    tell_screens(desks, bytes_of(newer, sizeof newer), true, 7);
    tell_screens(desks, bytes_of(more, sizeof more), false, 0);
    desks_close_pair(desks);
}

/* --- files --- */

enum { PICTURE_BYTES = 3000 };

static struct hash keep_picture(struct desk *desk, uint8_t fill)
{
    uint8_t picture[PICTURE_BYTES];
    struct command command = {.kind = COMMAND_BLOB_ADD,
                              .principal = {.role = ROLE_OWNER},
                              .blob_size = PICTURE_BYTES,
                              .media = bytes_of_text("image/png")};
    memset(picture, fill, sizeof picture);
    assert_int_equal(
        blobs_put(core_gate(desk->core)->blobs, bytes_of(picture, sizeof picture), &command.blob),
        0);
    assert_int_equal(desk_ask(desk, &command).err, 0);
    return command.blob;
}

static void picture_path(const struct desk *desk, const struct hash *hash, char *to)
{
    char hex[2 * HASH_BYTES + 1];
    for (size_t i = 0; i < HASH_BYTES; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", hash->bytes[i]);
    }
    (void)snprintf(to, PATH_BYTES_MAX, "%s/blobs/%.2s/%s", desk->state, hex, hex);
}

static void until_picture(struct desk *desks, uint32_t at, const struct hash *hash)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (!blobs_has(core_gate(desks[at].core)->blobs, hash)) {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

static enum blob_state picture_state(struct desk *desk, const struct hash *hash)
{
    const struct gate *gate = core_gate(desk->core);
    struct store_txn *txn = NULL;
    enum blob_state state = BLOB_NONE;
    assert_int_equal(gate->read_begin(gate->context, &txn), 0);
    assert_int_equal(blob_state_get(txn, hash, &state), 0);
    gate->read_end(gate->context, txn);
    return state;
}

/* The file is there, and the store says so. */
static void until_kept(struct desk *desks, uint32_t at, const struct hash *hash)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (picture_state(&desks[at], hash) != BLOB_HERE) {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

static void until_whole(struct desk *desks, uint32_t at, const struct hash *hash)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    uint8_t *data = NULL;
    size_t size = 0;
    while (blobs_read(core_gate(desks[at].core)->blobs, hash, &data, &size) != 0) {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    free(data);
}

/* Both restart, where they were, then one byte of the file at @at is another. */
static void spoil_after_restarts(struct desk *desks, uint32_t at, const struct hash *hash)
{
    char path[PATH_BYTES_MAX];
    (void)snprintf(desks[0].settings.listen, sizeof desks[0].settings.listen, "%s",
                   core_endpoint(desks[0].core));
    for (uint32_t i = 0; i < 2; i++) {
        core_close(desks[i].core);
        desks[i].core = NULL;
    }
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(desk_start(&desks[i]), 0);
    }
    picture_path(&desks[at], hash, path);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fputc(0xff, file), 0xff);
    assert_int_equal(fclose(file), 0);
}

/* Whoever kept it first fetches it from the other; without a restart. */
TEST(core, a_damaged_file_comes_back_from_a_peer_though_nobody_looked_at_it)
{
    static struct desk desks[2];
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    desks_open_pair(desks);
    const struct hash hash = keep_picture(&desks[0], 1);
    until_kept(desks, 1, &hash);
    spoil_after_restarts(desks, 0, &hash);
    picture_path(&desks[0], &hash, path);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    for (int first = 0xff; first == 0xff;) { /* read as nobody else does: it is left as it is */
        desks_turn(desks, 2);
        if (file_read(path, BLOB_BYTES_MAX, &data, &size) == 0) {
            first = data[0];
        }
        free(data);
        data = NULL;
        assert_true(clock_mono_ms() < deadline_ms);
    }
    desks_close_pair(desks);
}

TEST(core, a_damaged_file_comes_back_at_once_when_a_screen_or_a_peer_meets_it)
{
    static struct desk desks[2];
    desks_open_pair(desks);
    const struct hash hash = keep_picture(&desks[0], 1);
    until_kept(desks, 1, &hash);
    spoil_after_restarts(desks, 0, &hash);
    desks[0].core->blob_care.due_ms = UINT64_MAX; /* no look of its own */
    const struct gate *gate = core_gate(desks[0].core);
    uint8_t *data = NULL;
    size_t size = 0;
    assert_int_equal(api_blob_whole(gate, &hash, &data, &size), ERR_MISMATCH);
    until_whole(desks, 0, &hash);
    desks_close_pair(desks);
}

static void lose_picture(const struct desk *desk, const struct hash *hash)
{
    char path[PATH_BYTES_MAX];
    picture_path(desk, hash, path);
    assert_int_equal(unlink(path), 0);
}

TEST(core, files_that_are_gone_when_it_starts_come_from_who_has_them)
{
    enum { PICTURES = 3 };
    static struct desk desks[2];
    static struct hash hashes[PICTURES];
    desks_open_pair(desks);
    for (uint32_t i = 0; i < PICTURES; i++) {
        hashes[i] = keep_picture(&desks[0], (uint8_t)i);
    }
    for (uint32_t i = 0; i < PICTURES; i++) {
        until_picture(desks, 1, &hashes[i]);
    }
    core_close(desks[1].core);
    for (uint32_t i = 0; i < PICTURES; i++) {
        lose_picture(&desks[1], &hashes[i]);
    }
    assert_int_equal(desk_start(&desks[1]), 0);
    for (uint32_t i = 0; i < PICTURES; i++) {
        until_picture(desks, 1, &hashes[i]);
    }
    desks_close_pair(desks);
}

/* How many blobs the store of @desk wants from others. */
static uint32_t wanted_pictures(const struct desk *desk)
{
    const struct gate *gate = core_gate(desk->core);
    struct store_txn *txn = NULL;
    uint64_t bytes = 0;
    uint32_t count = 0;
    assert_int_equal(gate->read_begin(gate->context, &txn), 0);
    assert_int_equal(blob_state_count(txn, BLOB_WANTED, &count, &bytes), 0);
    gate->read_end(gate->context, txn);
    return count;
}

TEST(core, however_many_files_are_gone_all_are_missed_a_part_in_each_turn)
{
    enum { PICTURES = 2 * CORE_BLOB_LOOKS_MAX + 2 };
    static struct desk desk;
    static struct hash hashes[PICTURES];
    desk_open(&desk);
    for (uint32_t i = 0; i < PICTURES; i++) {
        hashes[i] = keep_picture(&desk, (uint8_t)i);
    }
    core_close(desk.core);
    for (uint32_t i = 1; i < PICTURES; i++) { /* one is there */
        lose_picture(&desk, &hashes[i]);
    }
    assert_int_equal(desk_start(&desk), 0);
    desk_turn(&desk);
    assert_in_range(wanted_pictures(&desk), CORE_BLOB_LOOKS_MAX - 1, CORE_BLOB_LOOKS_MAX);
    desk_turn(&desk);
    desk_turn(&desk);
    assert_int_equal(wanted_pictures(&desk), PICTURES - 1);
    desk_wipe(&desk);
}
