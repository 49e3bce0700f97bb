/* test_print_two.c - two nodes with a printer each, which are cut apart: what the one could not
 * know to be printed the other prints as a possible copy, and both tell it when they meet again.
 */
#include "tests/process/lib/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/os/clock.h"
#include "node/os/file.h"
#include "sync/domain/history.h"
#include "sync/domain/order.h"
#include "sync/domain/print.h"
#include "sync/domain/record.h"
#include "tests/lib/test.h"

enum { OWNER, TAKER, NODES, PAPER_BYTES_MAX = 64 * 1024 };

static struct desk desks[NODES];

static void printer_set(struct desk *desk, uint64_t number, const char *stations)
{
    uint8_t owner[8];
    struct command set = {.kind = COMMAND_RECORD_SET,
                          .principal = {.role = ROLE_OWNER},
                          .record = KIND_PRINTER,
                          .item = number,
                          .is_new = true,
                          .fields_count = 4};
    put_be64(owner, desk->identity.device);
    set.fields[0] = (struct wanted_field){.field = RECORD_NAME, .text = bytes_of_text("Printer")};
    set.fields[1] = (struct wanted_field){.field = PRINTER_DRIVER, .text = bytes_of_text("text")};
    set.fields[2] =
        (struct wanted_field){.field = PRINTER_OWNER, .text = bytes_of(owner, sizeof owner)};
    set.fields[3] =
        (struct wanted_field){.field = PRINTER_STATIONS, .text = bytes_of_text(stations)};
    assert_int_equal(desk_ask(desk, &set).err, 0);
}

/* How often @word stands on the paper of @desk's printer @number. */
static uint32_t on_paper(const struct desk *desk, unsigned number, const char *word)
{
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    uint32_t count = 0;
    (void)snprintf(path, sizeof path, "%s/printer-%u.txt", desk->state, number);
    if (file_read(path, PAPER_BYTES_MAX, &data, &size) != 0) {
        return 0; /* nothing came out yet */
    }
    for (size_t i = 0; i + strlen(word) <= size; i++) {
        count += memcmp(data + i, word, strlen(word)) == 0 ? 1 : 0;
    }
    free(data);
    return count;
}

/* The order as @desk knows it: how many slips of it are done; its flags. */
static uint32_t slips_done(struct desk *desk, const struct entity_id *id, uint32_t *ret_flags)
{
    struct store_txn *txn = NULL;
    struct history *history = history_new();
    struct order *order = calloc(1, sizeof *order);
    const struct gate *gate = core_gate(desk->core);
    uint32_t count = 0;
    assert_non_null(order);
    assert_int_equal(gate->read_begin(gate->context, &txn), 0);
    *ret_flags = 0;
    if (history_get(history, txn, KIND_ORDER, id) == 0) {
        for (uint32_t i = 0; i < history->count; i++) {
            count += history->events[i].type == EVENT_PRINT_DONE;
        }
        order_derive(history, order);
        *ret_flags = order->flags;
    }
    gate->read_end(gate->context, txn);
    history_free(history);
    free(order);
    return count;
}

static void until_done(uint32_t at, const struct entity_id *order, uint32_t done)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    uint32_t flags;
    while (slips_done(&desks[at], order, &flags) < done) {
        desks_turn(desks, NODES);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

/* All that @from wrote so far is at @to. */
static void until_told(uint32_t from, uint32_t to)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    const uint64_t log = desk_log(&desks[from]);
    const uint64_t seq = replica_log_seq(desks[from].core->replica);
    while (!desk_has_event(&desks[to], log, seq)) {
        desks_turn(desks, NODES);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

/* Its node anew: where it listens, and where the taker dials the owner. */
static void restart(uint32_t at, const char *listen, const char *endpoint)
{
    struct desk *desk = &desks[at];
    core_close(desk->core);
    (void)snprintf(desk->settings.listen, sizeof desk->settings.listen, "%s", listen);
    if (at == TAKER) {
        (void)snprintf(desk->settings.peers[0].endpoint, ENDPOINT_BYTES_MAX, "%s", endpoint);
    }
    assert_int_equal(desk_start(desk), 0);
}

/* Where none listens nobody is dialled, whatever the journals say of places. */
static void cut(void)
{
    restart(OWNER, "none", "");
    restart(TAKER, "none", "tcp://127.0.0.1:1");
}

static void heal(void)
{
    restart(OWNER, "tcp://127.0.0.1:*", "");
    restart(TAKER, "none", core_endpoint(desks[OWNER].core));
}

/* Two printers, of which only the taker's is set up, for drinks; an order for the kitchen. */
static struct entity_id begin(void)
{
    struct order_key key;
    desks_open_pair(desks);
    for (uint32_t i = 0; i < NODES; i++) {
        memcpy(desks[i].settings.print_folder, desks[i].state, sizeof desks[i].state);
    }
    desk_set_up(&desks[OWNER]);
    printer_set(&desks[TAKER], 2, "bar");
    const struct command place = desk_order(&key, 1);
    const struct effect_answer placed = desk_ask(&desks[OWNER], &place);
    assert_int_equal(placed.err, 0);
    until_told(OWNER, TAKER);
    until_told(TAKER, OWNER);
    return placed.answer.entity;
}

static void ask_for_ticket(struct desk *desk, const struct entity_id *order, uint32_t printer)
{
    const struct command print = {.kind = COMMAND_PRINT,
                                  .principal = {.role = ROLE_OWNER},
                                  .order = *order,
                                  .printer = printer,
                                  .purpose = PRINT_TICKET,
                                  .station = bytes_of_text("")};
    assert_int_equal(desk_ask(desk, &print).err, 0);
}

TEST(print_two,
     who_prints_what_an_owner_out_of_reach_may_have_printed_says_so_and_both_tell_it_after)
{
    uint32_t flags;
    const struct entity_id order = begin();
    cut();
    printer_set(&desks[OWNER], 1, ""); /* its owner plugs it in: the ticket comes out */
    until_done(OWNER, &order, 1);
    ask_for_ticket(&desks[TAKER], &order, 2);
    until_done(TAKER, &order, 1);
    assert_int_equal(on_paper(&desks[OWNER], 1, "Ramen"), 1);
    assert_int_equal(on_paper(&desks[OWNER], 1, "POSSIBLE COPY"), 0);
    assert_int_equal(on_paper(&desks[TAKER], 2, "Ramen"), 1);
    assert_int_equal(on_paper(&desks[TAKER], 2, "*** POSSIBLE COPY ***"), 2); /* above and below */
    for (uint32_t i = 0; i < NODES; i++) {
        assert_int_equal(slips_done(&desks[i], &order, &flags), 1);
        assert_int_equal(flags & FLAG_PRINTED_TWICE, 0); /* nobody can know */
    }
    heal();
    for (uint32_t i = 0; i < NODES; i++) {
        until_done(i, &order, 2);
        (void)slips_done(&desks[i], &order, &flags);
        assert_int_not_equal(flags & FLAG_PRINTED_TWICE, 0);
    }
    desks_turn(desks, NODES);
    assert_int_equal(on_paper(&desks[OWNER], 1, "Ramen"), 1); /* nothing more comes out */
    assert_int_equal(on_paper(&desks[TAKER], 2, "Ramen"), 1);
    desks_close_pair(desks);
}

/* --- names --- */

static const char name[] = "Zebedee";

/* An order at the taker, whose printer is the owner's; its name's file is there if @has_file. */
static struct entity_id place_named(bool has_file)
{
    uint8_t salted[BLOB_SALT_BYTES + sizeof name - 1] = {7};
    struct order_key key;
    struct command place = desk_order(&key, 2);
    memcpy(salted + BLOB_SALT_BYTES, name, sizeof name - 1);
    assert_int_equal(
        blobs_put(desks[TAKER].core->blobs, bytes_of(salted, sizeof salted), &place.blob), 0);
    if (!has_file) {
        assert_int_equal(blobs_erase(desks[TAKER].core->blobs, &place.blob), 0);
    }
    place.blob_size = sizeof salted;
    place.media = bytes_of_text("text/plain");
    const struct effect_answer placed = desk_ask(&desks[TAKER], &place);
    assert_int_equal(placed.err, 0);
    return placed.answer.entity;
}

TEST(print_two, a_ticket_has_the_name_that_was_taken_at_another_device)
{
    (void)begin();
    printer_set(&desks[OWNER], 1, "");
    until_told(OWNER, TAKER);
    const struct entity_id order = place_named(true);
    until_done(OWNER, &order, 1);
    assert_int_equal(on_paper(&desks[OWNER], 1, name), 1);
    desks_close_pair(desks);
}

TEST(print_two, a_ticket_waits_a_moment_for_its_name_and_comes_without_it)
{
    (void)begin();
    printer_set(&desks[OWNER], 1, "");
    until_told(OWNER, TAKER);
    const uint64_t placed_ms = clock_mono_ms();
    const struct entity_id order = place_named(false);
    until_done(OWNER, &order, 1);
    assert_true(clock_mono_ms() - placed_ms >= 1500);
    assert_int_equal(on_paper(&desks[OWNER], 1, name), 0);
    assert_int_equal(on_paper(&desks[OWNER], 1, "Ramen"), 2);
    desks_close_pair(desks);
}
