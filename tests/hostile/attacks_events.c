#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/os/clock.h"
#include "sync/base/check.h"
#include "sync/base/reader.h"
#include "sync/domain/menu_events.h"
#include "sync/domain/order_events.h"
#include "sync/log/gateway.h"
#include "tests/hostile/attacks.h"
#include "tests/lib/event_bodies.h"
#include "tests/lib/journal.h"
#include "tests/lib/plausible.h"

enum {
    PATIENCE_MS = 20000,
    PLAUSIBLE_NUMBER = 500000,
    PLAUSIBLE_ORDERS = 3,
    TYPE_OF_THE_FUTURE = 30000
};

/* Until the victim has all that was forged: void or not, it stands in its journal. */
static const char *until_taken(struct thief *thief)
{
    const uint64_t deadline_ms = clock_mono_ms() + PATIENCE_MS;
    do {
        thief_dial(thief);
        if (thief_claim(thief, thief->head.log) >= thief->head.seq) {
            return NULL;
        }
        if (!thief_push(thief) && thief->heard.kind == MESSAGE_BYE) {
            return "it refused events for what they mean";
        }
        (void)thief_is_linked(thief);
    } while (clock_mono_ms() < deadline_ms);
    return "it did not take events that are void";
}

/* --- what its role forbids --- */

static void forge_statement(struct thief *thief, uint32_t type, int err, struct bytes body)
{
    const struct entity_id roster = entity_id_derive(KIND_ROSTER, 0);
    check(err == 0);
    thief_forge(thief, type, &roster, body);
}

/* It revokes all others, makes itself an owner and everybody a cook. */
static void forge_roster(struct thief *thief)
{
    static uint8_t data[STAFF_ROLE_BYTES_MAX];
    static struct device_caps caps;
    static struct staff_role role;
    struct bytes body;
    for (uint32_t i = 0; i < thief->roster.logs_count; i++) {
        const struct roster_log *log = &thief->roster.logs[i];
        const struct log_cut cut = {.log = log->id, .seq = 1};
        const int err = log_cut_encode(&cut, data, sizeof data, &body);
        forge_statement(thief, EVENT_LOG_REVOKE, err, body);
        forge_statement(thief, EVENT_LOG_RETIRE, err, body);
    }
    caps = (struct device_caps){
        .device = thief->identity.device, .capabilities = UINT32_MAX, .count = 1};
    caps.from[0] = (struct log_point){.log = thief->head.log, .seq = 1};
    int err = device_caps_encode(&caps, data, sizeof data, &body);
    forge_statement(thief, EVENT_DEVICE_CAPS, err, body);
    role = (struct staff_role){.staff = 7, .role = ROLE_OWNER, .version = 1};
    err = staff_role_encode(&role, data, sizeof data, &body);
    forge_statement(thief, EVENT_STAFF_ROLE, err, body);
}

/* A certificate that it issued to itself. */
static void forge_papers(struct thief *thief)
{
    uint8_t chain_data[CERT_CHAIN_BYTES_MAX];
    uint8_t data[CERT_CHAIN_BYTES_MAX + 8];
    struct certificate papers = thief->identity.certificate;
    const struct bytes own = bytes_of(thief->identity.chain, thief->identity.chain_size);
    struct bytes chain;
    struct bytes body;
    papers.role = ROLE_OWNER;
    papers.capabilities = role_device_capabilities(ROLE_OWNER);
    papers.issued += 1000;
    const struct bytes *const issuers[] = {NULL, &own};
    for (size_t i = 0; i < 2; i++) {
        int err = certificate_issue(&papers, &thief->identity.device_secret, issuers[i], chain_data,
                                    sizeof chain_data, &chain);
        check(err == 0 || err == ERR_TOO_MANY);
        if (err == 0) {
            err = chain_body_encode(chain, data, sizeof data, &body);
            forge_statement(thief, EVENT_LOG_CERT, err, body);
            forge_statement(thief, EVENT_DEVICE_ADD, err, body);
        }
    }
}

/* One of each type that its certificate does not allow, on entities that are there. */
const char *attack_forbidden(struct thief *thief, uint64_t count)
{
    static const uint32_t numbers[] = {0, 1, 10}; /* the pop-up; staff, stalls; an item */
    static uint8_t data[EVENT_BYTES_MAX];
    (void)count;
    forge_roster(thief);
    forge_papers(thief);
    for (size_t i = 0; i < body_samples_count; i++) {
        const struct body_sample *sample = &body_samples[i];
        const struct event_info *info = event_info_find(sample->type);
        check(info != NULL);
        if ((thief->identity.certificate.capabilities & capability_bit(info->capability)) != 0) {
            continue;
        }
        for (size_t j = 0; j < sizeof numbers / sizeof numbers[0]; j++) {
            const struct entity_id entity = entity_id_derive(info->kind, numbers[j]);
            thief_forge(thief, sample->type, &entity, body_sample_bytes(sample, data, sizeof data));
        }
    }
    return until_taken(thief);
}

/* --- what its role allows, and nobody would mean --- */

/* Orders that it makes up, one in the victim's own lane, under the last numbers there can be. */
const char *attack_plausible(struct thief *thief, uint64_t count)
{
    static uint8_t data[EVENT_BYTES_MAX];
    const struct plausible_about about = {.lane =
                                              bytes_of_text("A"), /* under_attack.py's counter */
                                          .day = 1,
                                          .log = thief->head.log,
                                          .number = PLAUSIBLE_NUMBER,
                                          .pay = entity_id_derive(KIND_ORDER, 1)};
    (void)count;
    for (size_t i = 0; i < plausibles_count; i++) {
        const struct event_info *info = event_info_find(plausibles[i].type);
        struct writer writer;
        struct bytes body;
        if ((thief->identity.certificate.capabilities & capability_bit(info->capability)) == 0) {
            continue;
        }
        writer_init(&writer, data, sizeof data);
        plausibles[i].encode(&about, &writer);
        check(writer_finish(&writer, &body) == 0);
        for (uint64_t order = 1; order <= PLAUSIBLE_ORDERS; order++) {
            const struct entity_id entity = entity_id_derive(KIND_ORDER, order);
            thief_forge(thief, plausibles[i].type, &entity, body);
        }
    }
    return until_taken(thief);
}

/* --- what a gateway's certificate allows, of orders that are not its customers' --- */

static void forge_on_order(struct thief *thief, const struct entity_id *order)
{
    static const uint8_t nothing[] = {0x90};
    static uint8_t data[EVENT_BYTES_MAX];
    for (size_t i = 0; i < body_samples_count; i++) {
        const struct body_sample *sample = &body_samples[i];
        if (event_info_find(sample->type)->kind == KIND_ORDER &&
            gateway_reach(sample->type, KIND_ORDER) != REACH_ANYTHING) {
            thief_forge(thief, sample->type, order, body_sample_bytes(sample, data, sizeof data));
        }
    }
    thief_forge(thief, TYPE_OF_THE_FUTURE, order, bytes_of(nothing, sizeof nothing));
}

/* It opens each order that it knows as a customer's, adds to it, cancels it, lets it lapse, prints
 * it, says what only newer software reads. */
const char *attack_orders(struct thief *thief, uint64_t count)
{
    (void)count;
    if (thief->orders_count == 0) {
        return "it knows no orders";
    }
    for (uint32_t i = 0; i < thief->orders_count; i++) {
        forge_on_order(thief, &thief->orders[i]);
    }
    return until_taken(thief);
}

/* --- what makes no sense --- */

/* Whole orders that would bring down a till that trusts them; types of the future. */
const char *attack_absurd(struct thief *thief, uint64_t count)
{
    static const char *const bodies[] = {
        "90",                                                     /* nothing */
        "99cf7fffffffffffffffa141cf7fffffffffffffffa0a0a0c2c3c0", /* numbers without end */
        "9901cf7fffffffffffffffa0cf7fffffffffffffffcf7fffffffffffffff9000a0a0",
        "9801ffffffffffffff00", /* below zero */
        "92ddffffffffa0",       /* a list that is not there */
    };
    static const uint32_t types[] = {
        EVENT_ORDER_OPEN, EVENT_LINE_ADD, EVENT_LINE_SET, EVENT_LINE_VOID, EVENT_PAY,
        EVENT_REFUND,     EVENT_DISCOUNT, EVENT_HANDED,   EVENT_DONE,      EVENT_RECALL,
        EVENT_STOCK_TAKE, 30000,          30001};
    uint8_t data[64];
    (void)count;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        for (size_t j = 0; j < sizeof bodies / sizeof bodies[0]; j++) {
            struct entity_id entity;
            memset(&entity, (int)(0xf0 + i), sizeof entity);
            const struct bytes body = bytes_of_hex(data, bodies[j]);
            if (msgpack_validate(body, VALUE_DEPTH_MAX - 1) == 0) {
                thief_forge(thief, types[i], &entity, body);
            }
        }
    }
    return until_taken(thief);
}

/* --- more than anybody could want --- */

/* The last of all trading days, which would be an allowance without end. */
static void forge_last_day(struct thief *thief)
{
    uint8_t data[16];
    const struct entity_id popup = entity_id_derive(KIND_POPUP, 0);
    const struct day_open open = {.n = ORDER_DAY_MAX};
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    day_open_encode(&open, &writer);
    check(writer_finish(&writer, &body) == 0);
    thief_forge(thief, EVENT_DAY_OPEN, &popup, body);
}

/* A day that has not come, then @count MiB of notes: the victim stops where a device's allowance
 * ends. */
const char *attack_gigabyte(struct thief *thief, uint64_t count)
{
    static uint8_t data[EVENT_BYTES_MAX];
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    enum { NOTE_BYTES = 15 * 1024 };
    static uint8_t note[NOTE_BYTES];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    write_array(&writer, 1);
    write_bin(&writer, note, sizeof note);
    check(writer_finish(&writer, &body) == 0);
    forge_last_day(thief);
    for (uint64_t sent = 0; sent < count * 1024 * 1024; sent += sizeof note) {
        thief_forge(thief, EVENT_LINE_ADD, &entity, body);
    }
    const uint64_t deadline_ms = clock_mono_ms() + 6 * PATIENCE_MS;
    uint64_t before;
    uint64_t held = 0;
    thief_dial(thief);
    do {
        before = thief_claim(thief, thief->head.log);
        (void)thief_push(thief);
        (void)thief_is_linked(thief);
        thief_dial(thief);
        held = thief_claim(thief, thief->head.log);
    } while (held > before && clock_mono_ms() < deadline_ms);
    (void)printf("%llu\n", (unsigned long long)held * sizeof note);
    return NULL;
}
