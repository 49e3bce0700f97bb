#include "tests/process/lib/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/core/core.h"
#include "node/os/clock.h"
#include "node/os/file.h"
#include "sync/domain/menu_events.h"
#include "sync/log/tables.h"
#include "tests/lib/test.h"

static void count_news(void *context)
{
    struct desk *desk = context;
    desk->news++;
}

static void papers_take(struct identity *identity, const struct identity *issuer, enum role role,
                        uint64_t capabilities)
{
    uint8_t buffer[CERT_CHAIN_BYTES_MAX];
    struct bytes chain;
    struct certificate certificate = {.popup = identity->popup,
                                      .device_key = signing_public(&identity->device_secret),
                                      .transport_key =
                                          transport_public(&identity->transport_secret),
                                      .role = role,
                                      .capabilities = capabilities,
                                      .lane = "A",
                                      .lane_size = 1,
                                      .name = "till",
                                      .name_size = 4};
    assert_int_equal(identity_issue(issuer, &certificate, buffer, &chain), 0);
    assert_int_equal(identity_adopt(identity, chain), 0);
}

/* As a device of @of's pop-up, or of one of its own (NULL). */
static void desk_identify(struct desk *desk, const struct desk *of, enum role role)
{
    struct identity *identity = &desk->identity;
    assert_int_equal(entropy_start(), 0);
    identity_make_keys(identity);
    if (of == NULL) {
        entropy_signing_key(&identity->root_secret);
    } else {
        identity->root_secret = of->identity.root_secret;
    }
    identity->has_root = true;
    identity->root = signing_public(&identity->root_secret);
    identity->popup = popup_id_of_root(&identity->root);
    identity->epoch_ms = of == NULL ? clock_wall_ms() / 1000 * 1000 : of->identity.epoch_ms;
    papers_take(identity, identity, role, role_device_capabilities(ROLE_OWNER));
}

int desk_start(struct desk *desk)
{
    struct core_config config = {
        .state = desk->state, .settings = &desk->settings, .identity = &desk->identity};
    desk->core = NULL;
    int err = core_open(&config, &desk->core);
    if (err != 0) {
        return err;
    }
    desk->queue = core_gate(desk->core)->queue;
    core_on_news(desk->core, count_news, desk);
    return 0;
}

static void desk_prepare(struct desk *desk)
{
    *desk = (struct desk){.state = "/dev/shm/trestle-core-XXXXXX"};
    assert_non_null(mkdtemp(desk->state));
    settings_defaults(&desk->settings);
    (void)snprintf(desk->settings.listen, sizeof desk->settings.listen, "tcp://127.0.0.1:*");
}

void desk_open_as(struct desk *desk, const struct desk *of, enum role role)
{
    desk_prepare(desk);
    desk_identify(desk, of, role);
    assert_int_equal(desk_start(desk), 0);
}

void desk_open_by(struct desk *desk, const struct desk *of, enum role role)
{
    struct identity *identity = &desk->identity;
    desk_prepare(desk);
    identity_make_keys(identity);
    identity->root = of->identity.root;
    identity->popup = of->identity.popup;
    identity->epoch_ms = of->identity.epoch_ms;
    papers_take(identity, &of->identity, role, role_device_capabilities(role));
    assert_int_equal(desk_start(desk), 0);
}

void desk_open_in(struct desk *desk, const struct desk *of)
{
    desk_open_as(desk, of, ROLE_COUNTER);
}

void desk_open(struct desk *desk)
{
    desk_open_in(desk, NULL);
}

void desk_remove(const struct desk *desk, const char *name)
{
    char path[PATH_BYTES_MAX];
    assert_int_equal(path_join(path, desk->state, name), 0);
    (void)remove(path);
}

void desk_close(struct desk *desk)
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
    core_close(desk->core);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        desk_remove(desk, names[i]);
    }
    assert_int_equal(rmdir(desk->state), 0);
}

void desk_remove_tree(const struct desk *desk, const char *name)
{
    char remove_it[256];
    (void)snprintf(remove_it, sizeof remove_it, "rm -rf '%s/%s'", desk->state, name);
    assert_int_equal(system(remove_it), 0); /* NOLINT: a path of our own making */
}

void desk_put(const struct desk *desk, const char *name, const char *text)
{
    char path[PATH_BYTES_MAX];
    assert_int_equal(path_join(path, desk->state, name), 0);
    assert_int_equal(file_write(path, bytes_of_text(text), 0600), 0);
}

bool desk_has(const struct desk *desk, const char *name)
{
    char path[PATH_BYTES_MAX];
    assert_int_equal(path_join(path, desk->state, name), 0);
    return path_exists(path);
}

void desk_wipe(struct desk *desk)
{
    core_close(desk->core);
    desk_remove_tree(desk, "");
}

void desk_turn(struct desk *desk)
{
    assert_int_equal(core_turn(desk->core, 0), 0);
}

uint64_t desk_push(struct desk *desk, const struct command *command)
{
    struct api_command *slot = command_queue_reserve(desk->queue);
    assert_non_null(slot);
    slot->command = *command;
    if (command->key.size > 0) {
        assert_int_equal(api_command_keep(slot, command->key, &slot->command.key), 0);
    }
    uint64_t request = slot->request;
    command_queue_push(desk->queue, slot);
    return request;
}

struct effect_answer desk_ask(struct desk *desk, const struct command *command)
{
    struct effect_answer answer;
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    uint64_t request = desk_push(desk, command);
    do {
        desk_turn(desk);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (!command_queue_answered(desk->queue, &answer));
    assert_int_equal(answer.request, request);
    return answer;
}

struct command desk_menu(uint64_t item, const char *description)
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

void desk_set_up(struct desk *desk)
{
    struct command day = {.kind = COMMAND_DAY_OPEN, .principal = {.role = ROLE_OWNER}, .day = 1};
    struct command item = desk_menu(ITEM, "hot");
    assert_int_equal(desk_ask(desk, &day).err, 0);
    assert_int_equal(desk_ask(desk, &item).err, 0);
}

struct command desk_order(struct order_key *key, uint32_t serial)
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

void desk_add_device(struct desk *desk, const struct desk *other)
{
    struct command command = {.kind = COMMAND_DEVICE_ADD,
                              .principal = {.role = ROLE_OWNER},
                              .chain = bytes_of(other->identity.chain, other->identity.chain_size)};
    assert_int_equal(desk_ask(desk, &command).err, 0);
}

bool desk_is_linked(struct desk *desk, const struct desk *to)
{
    static struct gate_live live;
    const struct gate *gate = core_gate(desk->core);
    gate->live(gate->context, &live);
    for (uint32_t i = 0; i < live.peers_count; i++) {
        if (live.peers[i].device == to->identity.device) {
            return live.peers[i].link == GATE_LINKED && live.peers[i].heard_ms_ago != UINT64_MAX;
        }
    }
    return false;
}

void desks_turn(struct desk *desks, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(core_turn(desks[i].core, 1), 0);
    }
}

void desks_until_linked(struct desk *desks, uint32_t count, uint32_t a, uint32_t b)
{
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do {
        desks_turn(desks, count);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (!desk_is_linked(&desks[a], &desks[b]));
}

void desk_introduce(struct desk *desk, struct desk *hub)
{
    desk_add_device(desk, hub);
    desk_add_device(hub, desk);
    core_close(desk->core);
    desk->settings.peers_count = 1;
    desk->settings.peers[0].device = hub->identity.device;
    (void)snprintf(desk->settings.peers[0].endpoint, ENDPOINT_BYTES_MAX, "%s",
                   core_endpoint(hub->core));
}

void desks_open_pair(struct desk *desks)
{
    desk_open(&desks[0]);
    desk_open_in(&desks[1], &desks[0]);
    desk_introduce(&desks[1], &desks[0]);
    assert_int_equal(desk_start(&desks[1]), 0);
    desks_until_linked(desks, 2, 0, 1);
}

void desks_close_pair(struct desk *desks)
{
    for (uint32_t i = 0; i < 2; i++) {
        desk_wipe(&desks[i]);
    }
}

uint64_t desk_log(const struct desk *desk)
{
    static struct gate_live live;
    core_gate(desk->core)->live(core_gate(desk->core)->context, &live);
    return live.log;
}

bool desk_has_event(const struct desk *desk, uint64_t log, uint64_t seq)
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
