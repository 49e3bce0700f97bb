#include "node/api/api_read.h"

#include <stdio.h>

#include "node/api/annex.h"
#include "node/api/blob.h"
#include "node/api/cart.h"
#include "node/api/query.h"
#include "node/api/sign.h"
#include "node/figures/day_report.h"
#include "node/json/json_build.h"
#include "node/json/json_guest.h"
#include "node/json/json_money.h"
#include "node/json/json_qr.h"
#include "node/json/json_state.h"
#include "node/json/json_trade.h"
#include "node/os/clock.h"

enum { READY_TURN_MS_MAX = 2000, ALIVE_TURN_MS_MAX = 20000 };

struct reading {
    struct api *api;
    struct store_txn *txn;
    const struct api_request *request;
    const struct route *route;
    const struct route_match *match;
    const struct caller *caller;
    const struct answer *answer; /* of the command before; NULL = there was none */
    struct json_value *value;    /* what is answered */
};

static int read_health(struct reading *reading)
{
    if (reading->api->state->live.turned_ms_ago >= ALIVE_TURN_MS_MAX) {
        return ERR_BUSY;
    }
    reading->value = state_json_health(true);
    return 0;
}

static int read_ready(struct reading *reading)
{
    const struct gate_live *live = &reading->api->state->live;
    if (!live->is_writable || live->turned_ms_ago >= READY_TURN_MS_MAX) {
        return ERR_BUSY;
    }
    reading->value = state_json_health(true);
    return 0;
}

static int read_session(struct reading *reading)
{
    int err = state_popup(reading->api->state, reading->txn);
    if (err == 0) {
        reading->value = state_json_session(reading->api->state, reading->caller);
    }
    return err;
}

static int read_ticket(struct reading *reading)
{
    return sign_ticket(reading->api->state, reading->caller, &reading->value);
}

static int read_signed_out(struct reading *reading)
{
    return sign_out(reading->api->state, reading->caller, &reading->value);
}

static int read_customer(struct reading *reading)
{
    return sign_customer(reading->api->state, &reading->value);
}

static int read_status(struct reading *reading)
{
    return state_json_status(reading->api->state, reading->txn, &reading->value);
}

static int read_mesh(struct reading *reading)
{
    reading->value = state_json_mesh(reading->api->state);
    return 0;
}

static int read_menu(struct reading *reading)
{
    return state_json_menu(reading->api->state, reading->txn, &reading->value);
}

static int read_order_page(struct reading *reading)
{
    return json_order_page(reading->api->state, reading->txn, reading->api->annex, &reading->value);
}

static int read_order(struct reading *reading)
{
    int err = state_order_shown(reading->api->state, reading->txn, &reading->match->order);
    if (err != 0) {
        return err;
    }
    enum tick late = stuck_find(&reading->api->state->stuck, &reading->match->order);
    reading->value = state_json_order(reading->api->state);
    if (late != TICK_HERE) {
        json_put_string(reading->value, "stuck", tick_text(late));
    }
    return 0;
}

static int read_quote_of(struct reading *reading, const struct entity_id *id)
{
    struct state *state = reading->api->state;
    int err = station_load_look(state, reading->txn, clock_mono_ms());
    if (err == 0) {
        err = state_quote(state, reading->txn, reading->caller->principal.session, id);
    }
    if (err == 0) {
        err = state_popup(state, reading->txn);
    }
    struct json_value *quote = NULL;
    if (err == 0) {
        err = json_quote(state, clock_now(), &quote);
    }
    if (err == 0) {
        err = sign_quote(state, quote);
    }
    if (err != 0) {
        json_free(quote);
        return err;
    }
    reading->value = quote;
    return 0;
}

static int read_quote(struct reading *reading)
{
    return read_quote_of(reading, &reading->match->order);
}

static int read_quote_made(struct reading *reading)
{
    return read_quote_of(reading, &reading->answer->entity);
}

static int read_purchase(struct reading *reading)
{
    struct state *state = reading->api->state;
    int err = line_up_look(state, reading->txn, clock_mono_ms());
    if (err == 0) {
        err = state_order_shown(state, reading->txn, &reading->match->order);
    }
    if (err == 0) {
        err = state_review(state, reading->txn, reading->caller->principal.session);
    }
    if (err == 0) {
        reading->value = json_purchase(state, clock_wall_ms());
    }
    return err;
}

static int read_bill(struct reading *reading)
{
    struct state *state = reading->api->state;
    int err = state_order(state, reading->txn, &reading->match->order);
    if (err == 0) {
        reading->value = json_bill(state);
    }
    return err;
}

static int read_order_list(struct reading *reading)
{
    struct board_query query = {.phases = BOARD_PHASES_ALL, .count_max = BOARD_ORDERS_MAX};
    const char *asked = reading->request->query;
    int err = state_popup(reading->api->state, reading->txn);
    if (err != 0) {
        return err;
    }
    query.day = query_number(asked, "day", reading->api->state->popup.day);
    query.is_settled = query_number(asked, "settled", 0) != 0;
    query.before = reading->match->order;
    return state_json_orders(reading->api->state, reading->txn, &query, false, &reading->value);
}

static int read_receipt(struct reading *reading)
{
    struct state *state = reading->api->state;
    int err = state_order(state, reading->txn, &reading->match->order);
    if (err == 0) {
        reading->value = json_receipt(&state->order, state->live.epoch_ms);
    }
    return err == 0 && reading->value == NULL ? ERR_NOT_FOUND : err;
}

static int read_report(struct reading *reading)
{
    struct state *state = reading->api->state;
    struct report report;
    struct report_extent extent;
    int err = state_popup(state, reading->txn);
    if (err != 0) {
        return err;
    }
    uint64_t day = query_number(reading->request->query, "day", state->popup.day);
    if (day > state->popup.day) {
        return ERR_NOT_FOUND;
    }
    err = day_report(state, reading->txn, day, &report, &extent);
    if (err == 0) {
        reading->value = json_report(&report, day, &extent, &state->live);
    }
    return err;
}

/* Days before the first do not exist; of more than there is room for, nothing is told. */
static int read_trade(struct reading *reading)
{
    struct state *state = reading->api->state;
    struct trade *trade;
    struct report_extent extent;
    int err = state_popup(state, reading->txn);
    if (err != 0) {
        return err;
    }
    const uint64_t day = query_number(reading->request->query, "day", state->popup.day);
    const uint64_t days = query_number(reading->request->query, "days", 1);
    if (day > state->popup.day || days == 0 || days > TRADE_DAYS_MAX) {
        return ERR_NOT_FOUND;
    }
    const uint64_t first = days < day ? day - days + 1 : 1;
    err = days_trade(state, reading->txn, first, day, &trade, &extent);
    if (err == 0) {
        reading->value = json_trade(trade, day, &extent, &state->live);
        trade_free(trade);
    }
    return err;
}

static int read_kitchen_board(struct reading *reading)
{
    static const struct board_query query = {
        .is_any_day = true, .phases = BOARD_PHASES_COOK, .count_max = BOARD_ORDERS_MAX};
    return state_json_orders(reading->api->state, reading->txn, &query, true, &reading->value);
}

static int read_pickup_board(struct reading *reading)
{
    return state_json_pickup(reading->api->state, reading->txn, &reading->value);
}

static int read_item(struct reading *reading)
{
    struct entity_id id = entity_id_derive(KIND_MENU, reading->match->number);
    int err = state_item(reading->api->state, reading->txn, &id);
    if (err == 0) {
        reading->value = state_json_item(reading->api->state);
    }
    return err;
}

/* Of the device's own printers: another device's is tried there. */
static int read_printer_test(struct reading *reading)
{
    const struct state *state = reading->api->state;
    const struct gate *gate = state->gate;
    for (uint32_t i = 0; i < state->live.printers_count; i++) {
        struct gate_printer printer = state->live.printers[i];
        if (printer.number != reading->match->number) {
            continue;
        }
        if (gate->print_test == NULL || !gate->print_test(gate->context, printer.number)) {
            return ERR_BUSY;
        }
        printer.test = GATE_TEST_WAITS;
        reading->value = json_printer_status(&printer);
        return 0;
    }
    return ERR_NOT_FOUND;
}

static int read_record_list(struct reading *reading)
{
    return state_json_records(reading->api->state, reading->txn, reading->route->record,
                              &reading->value);
}

/* Of the command that was answered: its number may be one that it was given. */
static int read_record(struct reading *reading)
{
    struct state *state = reading->api->state;
    int err = state_record(state, reading->txn, reading->route->record, &reading->answer->entity);
    if (err == 0) {
        reading->value = state_json_record(state);
    }
    return err;
}

static int read_device_list(struct reading *reading)
{
    reading->value = state_json_devices(reading->api->state);
    return 0;
}

static int read_voided_list(struct reading *reading)
{
    reading->value = state_json_voided(reading->api->state, reading->txn);
    return 0;
}

static int read_person_list(struct reading *reading)
{
    reading->value = state_json_people(reading->api->state);
    return 0;
}

static int read_drawer_of(struct reading *reading, const struct entity_id *id)
{
    struct state *state = reading->api->state;
    int err = state_drawer(state, reading->txn, id);
    return err != 0 ? err : state_json_drawer(state, reading->txn, &reading->value);
}

static int read_drawer(struct reading *reading)
{
    return read_drawer_of(reading, &reading->match->order);
}

static int read_drawer_opened(struct reading *reading)
{
    return read_drawer_of(reading, &reading->answer->entity);
}

static int read_drawer_list(struct reading *reading)
{
    struct state *state = reading->api->state;
    int err = state_popup(state, reading->txn);
    if (err != 0) {
        return err;
    }
    uint64_t day = query_number(reading->request->query, "day", state->popup.day);
    return state_json_drawers(state, reading->txn, day, &reading->value);
}

static int read_day(struct reading *reading)
{
    struct state *state = reading->api->state;
    int err = state_popup(state, reading->txn);
    if (err == 0) {
        err = state_day(state, reading->txn,
                        query_number(reading->request->query, "day", state->popup.day));
    }
    if (err == 0) {
        reading->value = state_json_day(state);
    }
    return err;
}

static int read_blob(struct reading *reading)
{
    char media[MEDIA_BYTES_MAX + 1];
    struct blob blob;
    int err = api_blob_find(reading->api->state->history, reading->txn, &reading->match->blob,
                            &blob, media);
    if (err == 0) {
        reading->value = state_json_blob(&reading->match->blob, &blob);
    }
    return err;
}

/* Who sells has none: the order itself. */
static int read_cart(struct reading *reading)
{
    if (reading->caller->kind != CALLER_CUSTOMER) {
        return ERR_NOT_FOUND;
    }
    return api_cart_read(reading->txn, reading->caller->principal.session, &reading->value);
}

static int read_cart_opened(struct reading *reading)
{
    return api_cart_open(reading->api->state, &reading->value);
}

static int read_cart_joined(struct reading *reading)
{
    return api_cart_join(reading->api->state, reading->request->body, &reading->value);
}

static int read_qr(struct reading *reading)
{
    return json_qr(reading->request->body, &reading->value);
}

static int read_table_joined(struct reading *reading)
{
    return api_table_joined(reading->api->state, reading->answer, &reading->value);
}

static int read_table_code(struct reading *reading)
{
    return api_table_code(reading->api->state, reading->txn, reading->match->number,
                          &reading->value);
}

static int read_table_list(struct reading *reading)
{
    return state_json_tables(reading->api->state, reading->txn, &reading->value);
}

static int (*const readers[SHAPE_COUNT])(struct reading *reading) = {
    [SHAPE_HEALTH] = read_health,
    [SHAPE_READY] = read_ready,
    [SHAPE_SESSION] = read_session,
    [SHAPE_TICKET] = read_ticket,
    [SHAPE_CART] = read_cart,
    [SHAPE_CART_CHANGED] = read_cart,
    [SHAPE_CART_OPENED] = read_cart_opened,
    [SHAPE_CART_JOINED] = read_cart_joined,
    [SHAPE_QR] = read_qr,
    [SHAPE_TABLE_JOINED] = read_table_joined,
    [SHAPE_TABLE_CODE] = read_table_code,
    [SHAPE_SIGNED_OUT] = read_signed_out,
    [SHAPE_CUSTOMER] = read_customer,
    [SHAPE_STATUS] = read_status,
    [SHAPE_MESH] = read_mesh,
    [SHAPE_MENU] = read_menu,
    [SHAPE_ORDER_PAGE] = read_order_page,
    [SHAPE_ORDER_LIST] = read_order_list,
    [SHAPE_ORDER] = read_order,
    [SHAPE_QUOTE] = read_quote_made,
    [SHAPE_QUOTE_READ] = read_quote,
    [SHAPE_PURCHASE] = read_purchase,
    [SHAPE_BILL] = read_bill,
    [SHAPE_KITCHEN_BOARD] = read_kitchen_board,
    [SHAPE_REPORT] = read_report,
    [SHAPE_TRADE] = read_trade,
    [SHAPE_RECEIPT_READ] = read_receipt,
    [SHAPE_RECEIPT] = read_receipt,
    [SHAPE_PICKUP_BOARD] = read_pickup_board,
    [SHAPE_DEVICE_LIST] = read_device_list,
    [SHAPE_VOIDED_LIST] = read_voided_list,
    [SHAPE_PERSON_LIST] = read_person_list,
    [SHAPE_MENU_ITEM] = read_item,
    [SHAPE_BLOB] = read_blob,
    [SHAPE_DAY] = read_day,
    [SHAPE_RECORD_LIST] = read_record_list,
    [SHAPE_PRINTER_TEST] = read_printer_test,
    [SHAPE_RECORD] = read_record,
    [SHAPE_DRAWER_LIST] = read_drawer_list,
    [SHAPE_TABLE_LIST] = read_table_list,
    [SHAPE_DRAWER] = read_drawer,
    [SHAPE_DRAWER_OPENED] = read_drawer_opened,
};

/* Whether a shape says nothing of the store: these answer also when it cannot be read. */
static bool shape_is_storeless(enum route_shape shape)
{
    return shape == SHAPE_HEALTH || shape == SHAPE_READY || shape == SHAPE_TICKET ||
           shape == SHAPE_SIGNED_OUT || shape == SHAPE_CUSTOMER;
}

static int read_within(struct reading *reading, enum route_shape shape)
{
    const struct gate *gate = reading->api->state->gate;
    if (shape_is_storeless(shape)) {
        return readers[shape](reading);
    }
    int err = gate->read_begin(gate->context, &reading->txn);
    if (err != 0) {
        return err;
    }
    err = readers[shape](reading);
    gate->read_end(gate->context, reading->txn);
    return err;
}

int api_written(struct api *api, int err)
{
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    state_refresh(api->state); /* as of what was read, or later */
    return api->state->live.is_carrying ? ERR_BUSY : ERR_NOT_FOUND;
}

void api_read(struct api *api, const struct api_request *request, const struct answer *answer,
              struct api_reply *reply)
{
    struct reading reading = {.api = api,
                              .request = request,
                              .route = reply->route,
                              .match = &reply->match,
                              .caller = &reply->caller,
                              .answer = answer};
    int err = read_within(&reading, reply->route->shape);
    if (answer != NULL) {
        err = api_written(api, err);
    }
    if (err != 0) {
        api_problem(reply, state_read_error(api->state, err), "");
        return;
    }
    reply->status = reply->route->status;
    json_print(reading.value, &reply->body);
}

/* What of a blob may be seen: all but what a guest said of themselves, which takes the till's
 * right. */
static int bytes_within(struct api *api, struct store_txn *txn, struct api_reply *reply)
{
    const struct gate *gate = api->state->gate;
    struct blob blob;
    int err = api_blob_find(api->state->history, txn, &reply->match.blob, &blob, reply->media);
    if (err == 0 && reply->route->shape == SHAPE_PHOTO) {
        err = api_blob_is_photo(api->state, txn, &reply->match.blob, &blob);
    } else if (err == 0 && blob.is_personal && !caller_may(&reply->caller, CAP_ORDER)) {
        err = ERR_FORBIDDEN;
    }
    if (err == 0) {
        err = api_blob_read(gate, &reply->match.blob, &blob, &reply->body);
    }
    if (err == 0 && !blob.is_personal) {
        err = api_blob_type(&reply->body, reply->media);
    }
    reply->is_lasting = err == 0 && reply->route->shape == SHAPE_PHOTO;
    return err;
}

void api_read_bytes(struct api *api, struct api_reply *reply)
{
    const struct gate *gate = api->state->gate;
    struct store_txn *txn = NULL;
    int err = gate->read_begin(gate->context, &txn);
    if (err == 0) {
        err = bytes_within(api, txn, reply);
        gate->read_end(gate->context, txn);
    }
    reply->status = reply->route->status;
    if (err != 0) {
        api_problem(reply, state_read_error(api->state, err), "");
    }
}

void api_read_metrics(struct api *api, struct api_reply *reply)
{
    const struct gate *gate = api->state->gate;
    struct store_txn *txn = NULL;
    int err = gate->read_begin(gate->context, &txn);
    if (err == 0) {
        err = metrics_print(&api->metrics, api->state, txn, &reply->body);
        gate->read_end(gate->context, txn);
    }
    if (err == 0 && api->annex != NULL && api->annex->metrics != NULL) {
        api->annex->metrics(api->annex->context, &reply->body);
    }
    reply->status = reply->route->status;
    (void)snprintf(reply->media, sizeof reply->media, "%s", METRICS_MEDIA);
    if (err != 0) {
        api_problem(reply, state_read_error(api->state, err), "");
    }
}
