#include "tests/process/lib/golden.h"

#include <stdio.h>

#include "node/archive/archive.h"
#include "sync/base/check.h"
#include "sync/domain/record.h"
#include "tests/lib/shop.h"
#include "tests/lib/test.h"

enum { SETTLE_MS = 20000, CARRY_MS = 8000, CLONE_AT = 2, ITEM = 1 };

/* --- asking --- */

static struct effect_answer answered;
static bool is_answered;

static void on_answer(void *context, struct cluster_node *node, const struct effect_answer *answer)
{
    (void)context;
    (void)node;
    answered = *answer;
    is_answered = true;
}

/* What came of it is in `answered`: a refusal writes nothing, and what was recorded counts. */
static void attempt(struct cluster *cluster, uint32_t at, const struct command *command)
{
    is_answered = false;
    cluster_command(cluster, at, command, 9);
    while (!is_answered) {
        check(cluster_step(cluster, cluster->now_ms + SETTLE_MS));
    }
}

/* The entity that the answer names. */
static struct entity_id ask(struct cluster *cluster, uint32_t at, const struct command *command)
{
    attempt(cluster, at, command);
    if (answered.err != 0) {
        fail_msg("command %d is answered with %s", (int)command->kind, err_code(answered.err));
    }
    return answered.answer.entity;
}

static void settle(struct cluster *cluster)
{
    assert_true(cluster_converge(cluster, SETTLE_MS));
}

/* A command with a key of its own, as those of people at screens. */
static struct command command_of(enum command_kind kind)
{
    static struct shop_key keys[64];
    static uint64_t next;
    struct command command;
    shop_command(&command, kind);
    next++;
    keys[next % 64] = shop_key_make(500 + (uint32_t)next, next);
    shop_keyed(&command, &keys[next % 64]);
    return command;
}

static struct command on(const struct entity_id *order, enum command_kind kind)
{
    struct command command = command_of(kind);
    command.order = *order;
    command.reason = bytes_of_text("golden");
    return command;
}

static struct entity_id place(struct cluster *cluster, uint32_t at, uint32_t number)
{
    struct command command;
    const struct shop_key key = shop_key_make(60 + number, number);
    shop_order(&command, &key, 2);
    return ask(cluster, at, &command);
}

static void field_add(struct command *command, uint32_t field, const char *text, int64_t number)
{
    struct wanted_field *added = &command->fields[command->fields_count++];
    added->field = field;
    added->number = number;
    if (text != NULL) {
        added->text = bytes_of_text(text);
    }
}

/* --- orders --- */

static void contact(struct cluster *cluster, const struct entity_id *order)
{
    char text[64];
    struct command command = on(order, COMMAND_CONTACT);
    (void)snprintf(text, sizeof text, "salt%012x{\"name\":\"Ada\"}",
                   get_be32(order->bytes)); /* the order's seconds: another for each */
    command.blob = cluster_put_blob(&cluster->nodes[0], bytes_of_text(text));
    command.blob_size = (uint32_t)bytes_of_text(text).size;
    command.media = bytes_of_text("application/json");
    (void)ask(cluster, 0, &command);
}

/* Some of what is asked for is refused: a refusal writes nothing. */
static void live_stall(struct cluster *cluster)
{
    static const struct {
        uint32_t of, rest, node; /* of each so manieth order, at that device */
        enum command_kind kind;
    } steps[] = {{1, 0, 1, COMMAND_ACCEPT},  {4, 0, 0, COMMAND_CANCEL},
                 {3, 0, 0, COMMAND_CONTACT}, {6, 0, 0, COMMAND_ORDER_ERASE},
                 {4, 1, 1, COMMAND_DONE},    {8, 1, 0, COMMAND_HAND_OVER}};
    for (uint32_t number = 1; number < 12; number++) {
        const struct entity_id order = place(cluster, number % 2, number);
        settle(cluster);
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
            const struct command command = on(&order, steps[i].kind);
            if (number % steps[i].of != steps[i].rest) {
                continue;
            }
            if (steps[i].kind == COMMAND_CONTACT) {
                contact(cluster, &order);
            } else {
                attempt(cluster, steps[i].node, &command);
            }
            settle(cluster);
        }
    }
    const struct command close = command_of(COMMAND_DAY_CLOSE);
    (void)ask(cluster, 0, &close);
}

/* --- money --- */

static void pay(struct cluster *cluster, const struct entity_id *order)
{
    struct command command = on(order, COMMAND_PAY);
    command.method = bytes_of_text("cash");
    command.tendered_minor = 2000;
    (void)ask(cluster, 0, &command);
    command = on(order, COMMAND_RECEIPT);
    (void)ask(cluster, 0, &command);
    command = on(order, COMMAND_REFUND);
    command.method = bytes_of_text("cash");
    command.amount_minor = 100;
    (void)ask(cluster, 0, &command);
    settle(cluster);
}

static struct command fact_of(const struct entity_id *order, enum command_kind kind, const char *id,
                              uint32_t state)
{
    struct command command = on(order, kind);
    command.principal = (struct principal){.role = ROLE_GATEWAY, .is_device = true};
    command.fact.id = bytes_of_text(id);
    command.fact.state = state;
    command.fact.currency = bytes_of_text("eur");
    command.amount_minor = 100;
    return command;
}

/* Held, captured, a part given back as a manager wished, and disputed. */
static void pay_by_card(struct cluster *cluster, const struct entity_id *order)
{
    struct command command = fact_of(order, COMMAND_PAY_INTENT, "pi_1", INTENT_HELD);
    command.amount_minor = command.fact.capturable_minor = 1100;
    (void)ask(cluster, 1, &command);
    command = fact_of(order, COMMAND_PAY_INTENT, "pi_1", INTENT_SUCCEEDED);
    command.amount_minor = command.fact.received_minor = 1100;
    command.fact.event = bytes_of_text("evt_1");
    (void)ask(cluster, 1, &command);
    settle(cluster);
    command = on(order, COMMAND_REFUND_WISH);
    command.slot = 1;
    command.amount_minor = 100;
    (void)ask(cluster, 0, &command);
    settle(cluster);
    command = fact_of(order, COMMAND_PAY_REFUND, "re_1", 1);
    command.fact.intent = bytes_of_text("pi_1");
    (void)ask(cluster, 1, &command);
    command = fact_of(order, COMMAND_PAY_DISPUTE, "dp_1", 0);
    command.fact.intent = bytes_of_text("pi_1");
    (void)ask(cluster, 1, &command);
    settle(cluster);
}

static void use_drawer(struct cluster *cluster)
{
    struct command command = command_of(COMMAND_DRAWER_OPEN);
    command.item = 1;
    command.amount_minor = 10000;
    const struct entity_id drawer = ask(cluster, 0, &command);
    command = on(&drawer, COMMAND_DRAWER_MOVE);
    command.amount_minor = -300;
    (void)ask(cluster, 0, &command);
    command = on(&drawer, COMMAND_DRAWER_COUNT);
    command.amount_minor = 9650;
    (void)ask(cluster, 0, &command);
    settle(cluster);
}

static void live_money(struct cluster *cluster)
{
    const struct entity_id paid = place(cluster, 0, 1), carded = place(cluster, 0, 2);
    struct command command = on(&paid, COMMAND_DISCOUNT);
    command.discount_bp = 1000;
    (void)ask(cluster, 0, &command);
    settle(cluster);
    pay(cluster, &paid);
    pay_by_card(cluster, &carded);
    use_drawer(cluster);
}

/* --- tips --- */

static void tip(struct cluster *cluster, uint32_t node, const struct entity_id *order,
                int64_t amount_minor, uint32_t bp)
{
    struct command command = on(order, COMMAND_TIP);
    command.tip_minor = amount_minor;
    command.tip_bp = bp;
    (void)ask(cluster, node, &command);
}

/* Kept with a payment; said by two who do not hear each other; a share of what is refused then. */
static void live_tips(struct cluster *cluster)
{
    const struct entity_id kept = place(cluster, 0, 1), twice = place(cluster, 0, 2),
                           less = place(cluster, 0, 3);
    settle(cluster);
    struct command command = on(&kept, COMMAND_PAY);
    command.method = bytes_of_text("cash");
    command.tip_minor = 150;
    (void)ask(cluster, 0, &command);
    tip(cluster, 0, &twice, 200, 0);
    tip(cluster, 1, &twice, 100, 0);
    settle(cluster);
    tip(cluster, 1, &less, 0, 1000);
    settle(cluster);
    command = on(&less, COMMAND_LINES_VOID);
    command.reason = bytes_of_text("dropped");
    command.ids_count = 1;
    command.ids[0] = 1;
    (void)ask(cluster, 0, &command);
    settle(cluster);
}

/* --- stock --- */

static void live_stock(struct cluster *cluster)
{
    struct command command = command_of(COMMAND_MENU_SET);
    command.item = ITEM;
    field_add(&command, MENU_STOCK, NULL, STOCK_STRICT);
    (void)ask(cluster, 0, &command);
    command = command_of(COMMAND_STOCK_ADD);
    command.item = ITEM;
    command.stock_units = 10;
    (void)ask(cluster, 0, &command);
    settle(cluster);
    const struct shop_key key = shop_key_make(70, 70);
    shop_order(&command, &key, 1);
    attempt(cluster, 1, &command); /* it has no right, asks for one, and is given it */
    cluster_run(cluster, 1000);
    settle(cluster);
    const struct entity_id order = ask(cluster, 1, &command);
    settle(cluster);
    command = on(&order, COMMAND_CANCEL);
    (void)ask(cluster, 0, &command);
    settle(cluster);
    command = command_of(COMMAND_STOCK_COUNT);
    command.item = ITEM;
    command.stock_units = 7;
    (void)ask(cluster, 0, &command);
    settle(cluster);
}

/* --- people, places and files --- */

static void set_record(struct cluster *cluster, enum kind kind, uint32_t field, const char *text,
                       int64_t number)
{
    struct command command = command_of(COMMAND_RECORD_SET);
    command.record = kind;
    command.item = 1;
    command.is_new = true;
    field_add(&command, RECORD_NAME, "North", 0);
    field_add(&command, field, text, number);
    (void)ask(cluster, 0, &command);
}

static void keep_blob(struct cluster *cluster, const char *text, bool is_erased)
{
    struct command command = command_of(COMMAND_BLOB_ADD);
    command.blob = cluster_put_blob(&cluster->nodes[0], bytes_of_text(text));
    command.blob_size = (uint32_t)bytes_of_text(text).size;
    command.media = bytes_of_text("text/plain");
    (void)ask(cluster, 0, &command);
    settle(cluster);
    struct command erase = command_of(COMMAND_BLOB_ERASE);
    erase.blob = command.blob;
    erase.reason = bytes_of_text("golden");
    if (is_erased) {
        (void)ask(cluster, 0, &erase);
    }
}

static void change_device(struct cluster *cluster, enum command_kind kind, uint32_t node)
{
    struct command command = command_of(kind);
    command.device = cluster->nodes[node].device;
    command.name = bytes_of_text("Front");
    command.role = ROLE_KITCHEN;
    command.staff = 7;
    (void)ask(cluster, 0, &command);
    settle(cluster);
}

static void live_people(struct cluster *cluster)
{
    set_record(cluster, KIND_STALL, STALL_POSITION, NULL, 3);
    set_record(cluster, KIND_STATION, STATION_THROTTLE, NULL, 5);
    set_record(cluster, KIND_PRINTER, PRINTER_DRIVER, "text", 0);
    set_record(cluster, KIND_STAFF, STAFF_COLOUR, NULL, 0x102030);
    keep_blob(cluster, "soup.jpg", false);
    keep_blob(cluster, "who called", true);
    change_device(cluster, COMMAND_STAFF_ROLE, 1);
    change_device(cluster, COMMAND_DEVICE_RENAME, 1);
    change_device(cluster, COMMAND_DEVICE_ROLE, 1);
    (void)place(cluster, 2, 1);
    settle(cluster);
    change_device(cluster, COMMAND_DEVICE_RETIRE, 2);
}

/* --- a fork --- */

/* A tablet's disk is copied, both sell, and what both had sold is carried on. */
static void live_fork(struct cluster *cluster)
{
    (void)place(cluster, 1, 1);
    settle(cluster);
    struct cluster_copy copy = cluster_copy_disk(cluster, 1);
    check(cluster_clone(cluster, 1, &copy, "clone") == CLONE_AT);
    cluster_copy_free(&copy);
    (void)place(cluster, 1, 2);
    (void)place(cluster, CLONE_AT, 3);
    cluster_dial(cluster, CLONE_AT, 0);
    cluster_dial(cluster, CLONE_AT, 1);
    settle(cluster);
    cluster_run(cluster, CARRY_MS);
    settle(cluster);
}

/* --- the days --- */

const struct golden_day golden_days[] = {
    {.name = "stall",
     .devices = {{"manager", ROLE_MANAGER, "A"}, {"kitchen", ROLE_KITCHEN, "B"}},
     .live = live_stall,
     .types = {EVENT_ORDER_OPEN, EVENT_LINE_ADD, EVENT_ACCEPT, EVENT_DONE, EVENT_HANDED,
               EVENT_CANCEL, EVENT_CONTACT, EVENT_BLOB_ADD, EVENT_BLOB_ERASE, EVENT_DAY_CLOSE}},
    {.name = "money",
     .devices = {{"owner", ROLE_OWNER, "A"}, {"gateway", ROLE_GATEWAY, ""}},
     .live = live_money,
     .types = {EVENT_PAY, EVENT_REFUND, EVENT_DISCOUNT, EVENT_RECEIPT, EVENT_PAY_INTENT,
               EVENT_PAY_REFUND, EVENT_PAY_DISPUTE, EVENT_PAY_SEEN, EVENT_REFUND_WISH,
               EVENT_DRAWER_OPEN, EVENT_DRAWER_MOVE, EVENT_DRAWER_COUNT}},
    {.name = "tips",
     .devices = {{"owner", ROLE_OWNER, "A"}, {"counter", ROLE_COUNTER, "B"}},
     .live = live_tips,
     .types = {EVENT_TIP_SET, EVENT_PAY, EVENT_LINE_VOID}},
    {.name = "stock",
     .devices = {{"manager", ROLE_MANAGER, "A"}, {"counter", ROLE_COUNTER, "B"}},
     .live = live_stock,
     .types = {EVENT_STOCK_ADD, EVENT_STOCK_GIVE, EVENT_STOCK_TAKE, EVENT_STOCK_UNDO,
               EVENT_STOCK_COUNT}},
    {.name = "people",
     .devices = {{"manager", ROLE_MANAGER, "A"},
                 {"counter", ROLE_COUNTER, "B"},
                 {"tablet", ROLE_COUNTER, "C"}},
     .live = live_people,
     .types = {EVENT_STALL_SET, EVENT_STATION_SET, EVENT_PRINTER_SET, EVENT_STAFF_SET,
               EVENT_BLOB_ADD, EVENT_BLOB_ERASE, EVENT_STAFF_ROLE, EVENT_DEVICE_ADD, EVENT_LOG_CERT,
               EVENT_LOG_RETIRE}},
    {.name = "fork",
     .devices = {{"manager", ROLE_MANAGER, "A"}, {"counter", ROLE_COUNTER, "B"}},
     .live = live_fork,
     .types = {EVENT_LOG_FORK, EVENT_SALVAGE}},
};
const size_t golden_days_count = sizeof golden_days / sizeof golden_days[0];

struct cluster *golden_live(const struct golden_day *day)
{
    struct cluster_setup setup = {
        .seed = 1, .knobs = cluster_knobs_calm(), .hooks = {.on_answer = on_answer}};
    for (; setup.nodes < GOLDEN_DEVICES_MAX && day->devices[setup.nodes].name != NULL;
         setup.nodes++) {
        setup.devices[setup.nodes].name = day->devices[setup.nodes].name;
        setup.devices[setup.nodes].role = day->devices[setup.nodes].role;
        setup.devices[setup.nodes].lane = day->devices[setup.nodes].lane;
    }
    struct cluster *cluster = cluster_new();
    cluster_start(cluster, &setup);
    shop_open(cluster);
    settle(cluster);
    day->live(cluster);
    return cluster;
}

struct hash golden_record(const struct golden_day *day, const char *path)
{
    struct cluster *cluster = golden_live(day);
    const struct archive_head head = {
        .popup = cluster->popup, .root = cluster->root, .epoch_ms = CLUSTER_EPOCH_MS};
    struct store_txn *txn = store_memory_begin(cluster->nodes[0].store, false);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(archive_write(file, txn, &head, NULL), 0);
    assert_int_equal(fclose(file), 0);
    struct hash digest;
    assert_int_equal(replica_state_digest(txn, &digest), 0);
    store_memory_abort(txn);
    cluster_free(cluster);
    return digest;
}
