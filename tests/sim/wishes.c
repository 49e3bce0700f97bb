/* wishes.c - what people ask for of an order, filled in for the order as the node has it. */
#include <stdio.h>
#include <string.h>

#include "sync/domain/print.h"
#include "sync/domain/record.h"
#include "tests/sim/sim_internal.h"

/* Some of its lines; none named = all. */
static void pick_lines(struct sim *sim, struct command *command)
{
    if (sim_chance(sim, 4000)) {
        return;
    }
    for (uint32_t i = 0; i < sim->order->lines_count && command->ids_count < ORDER_LINES_MAX; i++) {
        if (sim_chance(sim, 5000)) {
            command->ids[command->ids_count++] = sim->order->lines[i].id;
        }
    }
}

static void pick_line(struct sim *sim, struct command *command)
{
    if (sim->order->lines_count > 0) {
        command->ids[command->ids_count++] =
            sim->order->lines[sim_below(sim, sim->order->lines_count)].id;
    }
}

static void fill_wanted(struct sim *sim, struct command *command)
{
    command->mode = bytes_of_text(sim_chance(sim, 5000) ? "eat-in" : "take-away");
    command->lines_count = 1 + (uint32_t)sim_below(sim, 3);
    for (uint32_t i = 0; i < command->lines_count; i++) {
        struct wanted_line *line = &command->lines[i];
        line->item = 1 + sim_below(sim, SHOP_ITEMS);
        line->quantity = 1 + (int32_t)sim_below(sim, 3);
        if (line->item == SHOP_ITEM_CHOSEN && sim_chance(sim, 5000)) {
            line->options[line->options_count++] =
                (struct wanted_option){.choice = (uint8_t)sim_below(sim, 2)};
        }
    }
}

/* With somebody's quote, which is often another's, another device's, or over. */
static void fill_quoted(struct sim *sim, struct command *command)
{
    command->principal.role = ROLE_CUSTOMER;
    command->has_quote = true;
    sim_known_take(sim, COMMAND_QUOTE, &command->quote);
}

static void fill_place(struct sim *sim, struct command *command)
{
    command->channel = bytes_of_text("counter");
    command->name = bytes_of_text("Ada");
    if (sim_chance(sim, 800)) {
        fill_quoted(sim, command);
        return;
    }
    fill_wanted(sim, command);
    if (sim_chance(sim, 3000)) {
        command->is_paid_now = true;
        command->method = bytes_of_text("cash");
    }
}

static void fill_quote(struct sim *sim, struct command *command)
{
    command->principal.role = ROLE_CUSTOMER;
    fill_wanted(sim, command);
}

static void fill_quote_drop(struct sim *sim, struct command *command)
{
    command->principal.role = ROLE_CUSTOMER;
    sim_known_take(sim, COMMAND_QUOTE, &command->quote);
}

static void fill_cart_add(struct sim *sim, struct command *command)
{
    command->principal.role = ROLE_CUSTOMER;
    command->name = bytes_of_text("Ada");
    command->lines_count = 1;
    command->lines[0] = (struct wanted_line){.item = 1 + sim_below(sim, SHOP_ITEMS), .quantity = 1};
}

/* More or less of a line that its session's cart at this device has or not. */
static void fill_cart_set(struct sim *sim, struct command *command)
{
    command->principal.role = ROLE_CUSTOMER;
    command->ids[command->ids_count++] = (uint32_t)sim_below(sim, 4);
    command->quantity_delta = sim_chance(sim, 3000) ? -1 : 1;
}

static void fill_lines_add(struct sim *sim, struct command *command)
{
    command->lines_count = 1;
    command->lines[0] = (struct wanted_line){.item = 1 + sim_below(sim, SHOP_ITEMS), .quantity = 1};
}

static void fill_line_set(struct sim *sim, struct command *command)
{
    pick_line(sim, command);
    command->quantity_delta = sim_chance(sim, 3000) ? -1 : 1;
    if (sim_chance(sim, 3000)) {
        command->has_note = true;
        command->note = bytes_of_text(sim_chance(sim, 5000) ? "no onions" : "extra hot");
    }
}

static void fill_lines(struct sim *sim, struct command *command)
{
    pick_lines(sim, command);
    command->reason = bytes_of_text("mistake");
    command->station = bytes_of_text(sim_chance(sim, 5000) ? "grill" : "pot");
    command->truth = sim_chance(sim, 5000);
}

static void fill_amend(struct sim *sim, struct command *command)
{
    pick_line(sim, command);
    command->truth = sim_chance(sim, 7000);
}

static void fill_hand_over(struct sim *sim, struct command *command)
{
    pick_lines(sim, command);
    for (uint32_t i = 0; i < command->ids_count; i++) {
        command->units[i] = (int32_t)sim_below(sim, 2);
    }
}

static void fill_money(struct sim *sim, struct command *command)
{
    command->method = bytes_of_text(sim_chance(sim, 7000) ? "cash" : "card-external");
    command->reference = bytes_of_text("slip 1");
    command->reason = bytes_of_text("cold");
    command->amount_minor = sim_chance(sim, 5000) ? 0 : 100;
}

static void fill_discount(struct sim *sim, struct command *command)
{
    command->reason = bytes_of_text("friend");
    command->discount_bp = 1000 * (1 + (uint32_t)sim_below(sim, 3));
}

static void fill_seen(struct sim *sim, struct command *command)
{
    (void)sim;
    command->station = bytes_of_text("grill");
}

/* --- money --- */

/* What stands for the order at the provider: few, so that objects are told of again and again. */
static struct bytes provider_id(struct sim *sim, struct command *command, const char *prefix)
{
    struct request *request = sim->asking;
    char *to = request->texts[request->texts_count++];
    (void)snprintf(to, REQUEST_TEXT_BYTES, "%s_%02x%02x_%u", prefix, command->order.bytes[10],
                   command->order.bytes[11], (unsigned)sim_below(sim, 2));
    return bytes_of_text(to);
}

static void fact_event(struct sim *sim, struct command *command)
{
    if (sim_chance(sim, 7000)) {
        command->fact.event = provider_id(sim, command, "evt");
    }
}

static void fill_intent(struct sim *sim, struct command *command)
{
    struct wanted_fact *fact = &command->fact;
    fact->id = provider_id(sim, command, "pi");
    fact->state = sim_chance(sim, 6000) ? (uint32_t)INTENT_SUCCEEDED
                                        : (uint32_t)sim_below(sim, INTENT_STATE_COUNT);
    fact->currency = bytes_of_text("eur");
    command->amount_minor = sim->order->total_minor > 0 ? sim->order->total_minor : 100;
    if (fact->state == INTENT_SUCCEEDED) {
        fact->received_minor = command->amount_minor;
    } else if (fact->state == INTENT_HELD) {
        fact->capturable_minor = command->amount_minor;
    }
    fact_event(sim, command);
}

static void fill_provider_refund(struct sim *sim, struct command *command)
{
    struct wanted_fact *fact = &command->fact;
    fact->id = provider_id(sim, command, "re");
    fact->intent = provider_id(sim, command, "pi");
    fact->state = (uint32_t)sim_below(sim, REFUND_STATUS_COUNT);
    command->amount_minor = 100;
    if (sim->order->ledger.wishes_count > 0) {
        char *to = sim->asking->texts[sim->asking->texts_count++];
        memcpy(to, sim->order->ledger.wishes[0].id.data, WISH_ID_BYTES);
        fact->wish = bytes_of(to, WISH_ID_BYTES);
    }
    fact_event(sim, command);
}

static void fill_dispute(struct sim *sim, struct command *command)
{
    command->fact.id = provider_id(sim, command, "dp");
    command->fact.intent = provider_id(sim, command, "pi");
    command->fact.state = (uint32_t)sim_below(sim, DISPUTE_STATUS_COUNT);
    command->amount_minor = 100;
    fact_event(sim, command);
}

static void fill_refund_wish(struct sim *sim, struct command *command)
{
    command->reason = bytes_of_text("cold");
    if (sim_chance(sim, 5000)) {
        pick_line(sim, command);
    } else {
        command->slot = 1 + (uint32_t)sim_below(sim, 3);
        command->amount_minor = 50;
    }
}

/* Because of some cancel or refusal. */
static void fill_refund_auto(struct sim *sim, struct command *command)
{
    command->reason = bytes_of_text("cancelled");
    for (uint32_t i = 0; i < sim->history->count; i++) {
        const struct history_event *event = &sim->history->events[i];
        if (event->type == EVENT_CANCEL || event->type == EVENT_REFUSE ||
            event->type == EVENT_LAPSE || event->type == EVENT_LINE_VOID) {
            command->cause = event->id;
        }
    }
}

static void fill_receipt(struct sim *sim, struct command *command)
{
    (void)sim;
    (void)command;
}

/* --- paper --- */

static const char *station_draw(struct sim *sim)
{
    return sim_chance(sim, 5000) ? "grill" : "pot";
}

static void fill_print(struct sim *sim, struct command *command)
{
    command->purpose = sim_chance(sim, 5000) ? PRINT_TICKET : PRINT_RECEIPT;
    command->station = bytes_of_text(station_draw(sim));
    command->printer = 1 + (uint32_t)sim_below(sim, sim->cluster->count);
}

/* Some slip that @printer still has to do with; NULL when there is none. */
static const struct print_slip *slip_draw(struct sim *sim, uint32_t printer,
                                          struct print_slips *slips)
{
    print_slips_find(sim->history, slips);
    for (uint32_t i = 0; i < slips->count; i++) {
        const struct print_slip *slip =
            &slips->slips[(i + (uint32_t)sim_below(sim, slips->count)) % slips->count];
        if (slip->printer == printer && print_slip_is_open(slip)) {
            return slip;
        }
    }
    return NULL;
}

/* A device claims for its own printer, whose number follows from its own. */
static void fill_print_claim(struct sim *sim, struct command *command)
{
    static struct print_slips slips;
    command->printer = 1 + sim->asked->index;
    command->station = bytes_of_text(station_draw(sim));
    const struct print_slip *slip = slip_draw(sim, command->printer, &slips);
    if (slip != NULL) {
        command->changed_log = slip->id.log;
        command->changed_seq = slip->id.seq;
    }
    command->principal.is_device = true;
}

static void fill_print_done(struct sim *sim, struct command *command)
{
    static struct print_slips slips;
    const struct print_slip *slip = slip_draw(sim, 1 + sim->asked->index, &slips);
    if (slip != NULL) {
        command->changed_log = slip->id.log;
        command->changed_seq = slip->id.seq;
    }
    command->truth = sim_chance(sim, 7000);
    command->printer =
        sim_chance(sim, 5000) ? 1 + (uint32_t)sim_below(sim, sim->cluster->count) : 0;
    command->principal.is_device = true;
}

/* --- guests --- */

static void fill_contact(struct sim *sim, struct command *command)
{
    wish_blob_of(sim, command, "how to reach Ada");
}

/* Each order's words are its own, as salt makes them. */
static void fill_review(struct sim *sim, struct command *command)
{
    char words[32];
    command->fields[command->fields_count++] =
        (struct wanted_field){.field = REVIEW_RATING, .number = 1 + (int64_t)sim_below(sim, 5)};
    command->fields[command->fields_count++] = (struct wanted_field){
        .field = REVIEW_TEXT, .text = bytes_of_text(sim_chance(sim, 5000) ? "good" : "cold")};
    const struct bytes said = command->fields[command->fields_count - 1].text;
    (void)snprintf(words, sizeof words, "%08x%08x%.4s", get_be32(command->order.bytes + 4),
                   get_be32(command->order.bytes + 8), (const char *)said.data);
    wish_blob_of(sim, command, words);
}

static bool is_completed(const struct order *order)
{
    return order->phase == PHASE_COMPLETED;
}

static bool is_to_pay_back(const struct order *order)
{
    return order->due_minor > 0 && order->ledger.received_minor > order->ledger.refunded_minor;
}

static bool has_provider_money(const struct order *order)
{
    return order->ledger.received_minor > order->ledger.refunded_minor;
}

static bool has_contact(const struct order *order)
{
    return order->has_contact;
}

static bool is_settled(const struct order *order)
{
    return order->due_minor >= 0;
}

/* How often each is asked for, by whom, and what it is asked with. What is not here is of one
 * device and of no journal: who sits at a table, in process.carts. */
const struct wish wishes[COMMAND_COUNT] = {
    [COMMAND_ORDER_PLACE] = {26, ANYWHERE, false, true, NULL, fill_place},
    [COMMAND_QUOTE] = {8, ANYWHERE, false, true, NULL, fill_quote},
    [COMMAND_QUOTE_DROP] = {1, ANYWHERE, false, false, NULL, fill_quote_drop},
    [COMMAND_CART_ADD] = {3, ANYWHERE, false, true, NULL, fill_cart_add},
    [COMMAND_CART_SET] = {3, ANYWHERE, false, true, NULL, fill_cart_set},
    [COMMAND_LINES_ADD] = {6, ANYWHERE, true, true, NULL, fill_lines_add},
    [COMMAND_LINE_SET] = {8, ANYWHERE, true, false, NULL, fill_line_set},
    [COMMAND_LINES_VOID] = {6, ANYWHERE, true, false, NULL, fill_lines},
    [COMMAND_ACCEPT] = {9, ANYWHERE, true, false, NULL, fill_lines},
    [COMMAND_REFUSE] = {3, ANYWHERE, true, false, NULL, fill_lines},
    [COMMAND_START] = {7, ANYWHERE, true, false, NULL, fill_lines},
    [COMMAND_DONE] = {9, ANYWHERE, true, false, NULL, fill_lines},
    [COMMAND_RECALL] = {5, ANYWHERE, true, false, NULL, fill_lines},
    [COMMAND_AMEND] = {8, ANYWHERE, true, false, NULL, fill_amend},
    [COMMAND_HAND_OVER] = {10, ANYWHERE, true, false, NULL, fill_hand_over},
    [COMMAND_UNHAND] = {4, ANYWHERE, true, false, NULL, fill_lines},
    [COMMAND_CANCEL] = {9, ANYWHERE, true, false, NULL, fill_lines},
    [COMMAND_REINSTATE] = {4, ANYWHERE, true, false, NULL, fill_lines},
    [COMMAND_PAY] = {8, ANYWHERE, true, true, NULL, fill_money},
    [COMMAND_REFUND] = {4, ANYWHERE, true, true, NULL, fill_money},
    [COMMAND_DISCOUNT] = {3, ANYWHERE, true, false, NULL, fill_discount},
    [COMMAND_SEEN] = {6, ANYWHERE, true, false, NULL, fill_seen},
    [COMMAND_MENU_SET] = {6, ANYWHERE, false, false, NULL, wish_menu_set},
    [COMMAND_MENU_AVAILABLE] = {4, ANYWHERE, false, false, NULL, wish_available},
    [COMMAND_POPUP_SET] = {2, ANYWHERE, false, false, NULL, wish_popup},
    [COMMAND_DAY_OPEN] = {2, ANYWHERE, false, false, NULL, wish_day},
    [COMMAND_DEVICE_ADD] = {1, ANYWHERE, false, false, NULL, wish_device},
    [COMMAND_DEVICE_RETIRE] = {1, ANYWHERE, false, false, NULL, wish_other_device},
    [COMMAND_DEVICE_ROLE] = {1, ANYWHERE, false, false, NULL, wish_other_device},
    [COMMAND_DEVICE_RENAME] = {1, ANYWHERE, false, false, NULL, wish_other_device},
    [COMMAND_STAFF_ROLE] = {3, ANYWHERE, false, false, NULL, wish_staff},
    [COMMAND_RECEIPT] = {4, ANYWHERE, true, false, is_settled, fill_receipt},
    [COMMAND_REFUND_WISH] = {4, ANYWHERE, true, false, has_provider_money, fill_refund_wish},
    [COMMAND_REFUND_AUTO] = {6, GATEWAY, true, false, is_to_pay_back, fill_refund_auto},
    [COMMAND_LAPSE] = {2, GATEWAY, true, false, NULL, fill_lines},
    [COMMAND_PAY_INTENT] = {8, GATEWAY, true, false, NULL, fill_intent},
    [COMMAND_PAY_REFUND] = {3, GATEWAY, true, false, NULL, fill_provider_refund},
    [COMMAND_PAY_DISPUTE] = {1, GATEWAY, true, false, NULL, fill_dispute},
    [COMMAND_PRINT] = {5, ANYWHERE, true, false, NULL, fill_print},
    [COMMAND_PRINT_CLAIM] = {9, ANYWHERE, true, false, NULL, fill_print_claim},
    [COMMAND_PRINT_DONE] = {14, ANYWHERE, true, false, NULL, fill_print_done},
    [COMMAND_STOCK_ADD] = {6, OFFICE, false, false, NULL, wish_stock_add},
    [COMMAND_STOCK_COUNT] = {1, OFFICE, false, false, NULL, wish_stock_count},
    [COMMAND_DAY_CLOSE] = {1, ANYWHERE, false, false, NULL, wish_day},
    [COMMAND_BLOB_ADD] = {2, ANYWHERE, false, false, NULL, wish_blob_add},
    [COMMAND_BLOB_ERASE] = {1, OFFICE, false, false, NULL, wish_erase},
    [COMMAND_CONTACT] = {2, ANYWHERE, true, false, NULL, fill_contact},
    [COMMAND_ORDER_ERASE] = {2, OFFICE, true, false, has_contact, fill_lines},
    [COMMAND_RECORD_SET] = {3, OFFICE, false, false, NULL, wish_record},
    [COMMAND_STAFF_PIN] = {3, OFFICE, false, false, NULL, wish_pin},
    [COMMAND_REVIEW] = {6, OFFICE, true, false, is_completed, fill_review},
    [COMMAND_REVIEW_HIDE] = {4, OFFICE, false, false, NULL, wish_review_hide},
    [COMMAND_DRAWER_OPEN] = {2, ANYWHERE, false, true, NULL, wish_drawer_open},
    [COMMAND_DRAWER_MOVE] = {2, ANYWHERE, false, true, NULL, wish_drawer_move},
    [COMMAND_DEVICE_PLACE] = {1, ANYWHERE, false, false, NULL, wish_place},
    [COMMAND_DRAWER_COUNT] = {1, ANYWHERE, false, true, NULL, wish_drawer_count},
};
