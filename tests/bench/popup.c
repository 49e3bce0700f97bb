#define _GNU_SOURCE
#include "tests/bench/popup.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/config/identity.h"
#include "tests/bench/bench.h"

#define BENCH_EPOCH_MS INT64_C(1700000000000)

/* Room for a million orders and for what it takes to replace a page: the file grows as it is used.
 */
#define BENCH_MAP_BYTES (UINT64_C(8) << 30)

enum { BENCH_ITEMS = 8, BENCH_STAFF = 7, REQUEST_KEY_SIZE = 16, ORDERS_PER_DAY = 10000 };

static struct public_key key_make(struct secret_key *secret, unsigned number)
{
    struct public_key key;
    uint8_t seed[crypto_sign_SEEDBYTES] = {0};
    put_be32(seed, number);
    (void)crypto_sign_seed_keypair(key.bytes, secret->bytes, seed);
    return key;
}

static void config_make(struct bench_device *device, unsigned number)
{
    struct secret_key root_secret;
    struct certificate certificate = {
        .role = ROLE_OWNER, .lane_size = 1, .name_size = 5, .name = "bench"};
    struct replica_config *config = &device->config;
    config->root = key_make(&root_secret, 1);
    config->popup = popup_id_of_root(&config->root);
    config->epoch_ms = BENCH_EPOCH_MS;
    config->incarnation = 1;
    config->boot[0] = (uint8_t)(number + 1);
    config->seed = number;
    certificate.popup = config->popup;
    certificate.device_key = key_make(&device->device_secret, 100 + number);
    certificate.transport_key.bytes[0] = (uint8_t)(number + 1);
    certificate.lane[0] = (char)('A' + number);
    certificate.capabilities = role_device_capabilities(ROLE_OWNER);
    (void)key_make(&device->log_secret, 200 + number);
    bench_must(certificate_issue(&certificate, &root_secret, NULL, device->chain_data,
                                 sizeof device->chain_data, &config->chain),
               "issue a certificate");
    config->device_secret = &device->device_secret;
    config->log_secret = &device->log_secret;
}

struct store_txn *bench_turn_begin(struct bench_device *device)
{
    struct store_txn *txn;
    effects_reset(device->effects);
    device->now.wall_ms++;
    device->now.mono_ms++;
    bench_must(store_lmdb_begin(device->store, &txn), "begin");
    return txn;
}

void bench_turn_end(struct bench_device *device, struct store_txn *txn)
{
    bench_must(replica_seal(device->replica, txn, device->now, device->effects), "seal");
    bench_turn_close(device, txn);
}

void bench_turn_close(struct bench_device *device, struct store_txn *txn)
{
    if (device->effects->is_written) {
        bench_must(store_lmdb_commit(txn), "commit");
    } else {
        store_lmdb_abort(txn);
    }
}

static void command_step(struct bench_device *device, struct store_txn *txn)
{
    struct input input = {.kind = INPUT_COMMAND, .now = device->now, .command = device->command};
    uint32_t answer = device->effects->answers_count;
    bench_must(replica_step(device->replica, txn, &input, device->effects), "step");
    bench_must(device->effects->answers[answer].err, "command");
}

static struct command *command_start(struct bench_device *device, enum command_kind kind)
{
    memset(device->command, 0, sizeof *device->command);
    device->command->kind = kind;
    device->command->principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    return device->command;
}

static void day_open(struct bench_device *device, struct store_txn *txn, uint64_t day)
{
    command_start(device, COMMAND_DAY_OPEN)->day = day;
    command_step(device, txn);
}

void bench_menu_write(struct bench_device *device)
{
    struct store_txn *txn = bench_turn_begin(device);
    day_open(device, txn, 1);
    for (uint64_t item = 1; item <= BENCH_ITEMS; item++) {
        struct command *command = command_start(device, COMMAND_MENU_SET);
        command->item = item;
        command->fields_count = 3;
        command->fields[0] =
            (struct wanted_field){.field = MENU_NAME, .text = bytes_of_text("Smoked aubergine")};
        command->fields[1] =
            (struct wanted_field){.field = MENU_PRICE, .number = 450 + (int64_t)item * 50};
        command->fields[2] =
            (struct wanted_field){.field = MENU_STATION, .text = bytes_of_text("grill")};
        command_step(device, txn);
    }
    bench_turn_end(device, txn);
}

static struct bench_device *device_new(void)
{
    struct bench_device *device = calloc(1, sizeof *device);
    bench_must(device == NULL ? ERR_NO_MEMORY : 0, "device");
    device->replica = replica_new();
    device->effects = calloc(1, sizeof *device->effects);
    device->command = calloc(1, sizeof *device->command);
    if (device->replica == NULL || device->effects == NULL || device->command == NULL) {
        bench_must(ERR_NO_MEMORY, "replica");
    }
    return device;
}

/* Open store and replica with device->config. */
static void device_start(struct bench_device *device, const char *folder, const char *name)
{
    char *path = NULL;
    bench_must(asprintf(&path, "%s/%s", folder, name) < 0 ? ERR_NO_MEMORY : 0, "path");
    struct store_lmdb_options options = {.folder = path, .map_bytes = BENCH_MAP_BYTES};
    bench_must(store_lmdb_open(&options, &device->store), "open a store");
    free(path);
    device->now = (struct moment){.wall_ms = device->config.epoch_ms + 1000, .mono_ms = 1000};
    struct store_txn *txn = bench_turn_begin(device);
    bench_must(replica_open(device->replica, txn, &device->config, device->now, device->effects),
               "open a replica");
    bench_turn_end(device, txn);
}

struct bench_device *bench_device_open(const char *folder, unsigned number)
{
    struct bench_device *device = device_new();
    char name[16];
    config_make(device, number);
    (void)snprintf(name, sizeof name, "%u", number);
    device_start(device, folder, name);
    if (number == 0 && replica_change_number(device->replica) == 0) {
        bench_menu_write(device);
    }
    return device;
}

struct bench_device *bench_device_of(const char *state)
{
    struct bench_device *device = device_new();
    struct identity identity;
    struct log_key log_key;
    bench_must(identity_load(state, &identity), "load an identity");
    bench_must(log_key_load(state, &log_key), "load a journal's key");
    device->device_secret = identity.device_secret;
    device->log_secret = log_key.secret;
    memcpy(device->chain_data, identity.chain, identity.chain_size);
    device->config =
        (struct replica_config){.popup = identity.popup,
                                .root = identity.root,
                                .epoch_ms = identity.epoch_ms,
                                .chain = bytes_of(device->chain_data, identity.chain_size),
                                .device_secret = &device->device_secret,
                                .log_secret = &device->log_secret,
                                .incarnation = log_key.incarnation,
                                .boot = {1}};
    device_start(device, state, "store");
    return device;
}

void bench_device_admit(struct bench_device *device, const struct bench_device *other)
{
    struct store_txn *txn = bench_turn_begin(device);
    command_start(device, COMMAND_DEVICE_ADD)->chain = other->config.chain;
    command_step(device, txn);
    bench_turn_end(device, txn);
}

void bench_role_give(struct bench_device *device, struct store_txn *txn, enum role role)
{
    struct command *command = command_start(device, COMMAND_STAFF_ROLE);
    command->staff = BENCH_STAFF;
    command->role = role;
    command_step(device, txn);
}

void bench_device_close(struct bench_device *device)
{
    replica_free(device->replica);
    store_lmdb_close(device->store);
    free(device->effects);
    free(device->command);
    free(device);
}

void bench_order_place(struct bench_device *device, struct store_txn *txn)
{
    struct command *command = command_start(device, COMMAND_ORDER_PLACE);
    uint8_t key[REQUEST_KEY_SIZE] = {0};
    put_be32(key, (uint32_t)(device->orders / 100)); /* seconds: 100 orders in each */
    put_be64(key + 4, device->orders);
    command->key = bytes_of(key, sizeof key);
    command->channel = bytes_of_text("counter");
    command->mode = bytes_of_text("take-away");
    command->lines_count = 2;
    command->lines[0] =
        (struct wanted_line){.item = 1 + device->orders % BENCH_ITEMS, .quantity = 1};
    command->lines[1] =
        (struct wanted_line){.item = 1 + (device->orders + 3) % BENCH_ITEMS, .quantity = 2};
    command->is_paid_now = true;
    command->method = bytes_of_text("cash");
    device->orders++;
    command_step(device, txn);
}

void bench_orders_place(struct bench_device *device, uint64_t count, unsigned batch)
{
    for (uint64_t placed = 0; placed < count;) {
        struct store_txn *txn = bench_turn_begin(device);
        if (device->orders > 0 && device->orders % ORDERS_PER_DAY < batch) {
            day_open(device, txn, 1 + device->orders / ORDERS_PER_DAY);
        }
        for (unsigned i = 0; i < batch && placed < count; i++, placed++) {
            bench_order_place(device, txn);
        }
        bench_turn_end(device, txn);
    }
}
