/* oracle_report.c - I10: a day's report is what the journal says, to the cent.
 *
 * The report is what people see: the sum over all orders as they are folded. Beside it stands the
 * sum over the journals as they were written, each payment that counts once, without any fold.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/report.h"
#include "tests/sim/sim_internal.h"

enum { PAYMENTS_MAX = 1024 }; /* far above what a run makes */

struct journal_sums {
    const struct roster *roster;
    uint32_t count;
    struct {
        struct entity_id id;
        int64_t amount_minor;
    } payments[PAYMENTS_MAX];
    int64_t paid_minor;
};

/* Said twice, as when it was asked for again elsewhere, it counts once, at the most that was said.
 */
static void payment_note(struct journal_sums *sums, const struct order_pay *pay)
{
    uint32_t at = 0;
    while (at < sums->count && !entity_id_equal(&sums->payments[at].id, &pay->id)) {
        at++;
    }
    check(at < PAYMENTS_MAX);
    if (at == sums->count) {
        sums->payments[sums->count++].id = pay->id;
        sums->payments[at].amount_minor = 0;
    }
    if (sums->payments[at].amount_minor < pay->amount_minor) {
        sums->paid_minor += pay->amount_minor - sums->payments[at].amount_minor;
        sums->payments[at].amount_minor = pay->amount_minor;
    }
}

static void journal_add(void *context, struct bytes key, struct bytes row)
{
    struct journal_sums *sums = context;
    struct log_point at;
    struct hash hash;
    struct bytes bytes;
    struct event event;
    struct order_pay pay;
    if (key_event_parse(key, &at.log, &at.seq) != 0 || event_row_parse(row, &hash, &bytes) != 0 ||
        event_decode(bytes, &event) != 0 || event.type != EVENT_PAY ||
        roster_judge(sums->roster, at.log, at.seq, event.type, event.by) != VERDICT_VALID ||
        order_pay_decode(event.body, &pay) != 0) {
        return;
    }
    payment_note(sums, &pay);
}

/* False when some order is too large for all of it to be counted. */
static bool report_make(struct sim *sim, struct cluster_node *node, struct report *report)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes row;
    bool is_whole = true;
    struct store_txn *txn = store_memory_begin(node->store, false);
    report_reset(report);
    check(store_cursor_open(txn, TABLE_STATE, &cursor) == 0);
    while (store_cursor_next(&cursor, &key, &row) == 0) {
        enum kind kind;
        struct entity_id entity;
        check(key_state_parse(key, &kind, &entity) == 0);
        if (kind == KIND_ORDER) {
            check(history_decode(sim->history, kind, &entity, row) == 0);
            order_derive(sim->history, sim->order);
            report_add(report, sim->order);
            is_whole = is_whole && (sim->order->flags & FLAG_CUT_SHORT) == 0;
        }
    }
    store_cursor_close(&cursor);
    store_memory_abort(txn);
    return is_whole;
}

static void methods_check(struct sim *sim, const struct cluster_node *node,
                          const struct report *report)
{
    int64_t paid_minor = 0;
    int64_t refunded_minor = 0;
    for (uint32_t i = 0; i < report->methods_count; i++) {
        paid_minor += report->methods[i].paid_minor;
        refunded_minor += report->methods[i].refunded_minor;
    }
    if (paid_minor != report->paid_minor || refunded_minor != report->refunded_minor) {
        sim_fail(sim, ORACLE_REPORT, node,
                 "%lld were paid and %lld given back, by all methods %lld and %lld",
                 (long long)report->paid_minor, (long long)report->refunded_minor,
                 (long long)paid_minor, (long long)refunded_minor);
    }
}

/* What the provider's intents paid stands in no journal of ours: it is tests/settle that holds
 * those against the provider's. */
static int64_t provider_minor(const struct report *report)
{
    for (uint32_t i = 0; i < report->methods_count; i++) {
        if (strcmp(report->methods[i].name, "card-online") == 0) {
            return report->methods[i].paid_minor;
        }
    }
    return 0;
}

void report_check(struct sim *sim, struct cluster_node *node)
{
    static struct journal_sums sums;
    static struct report report;
    if (sim->is_forking || !report_make(sim, node, &report)) {
        return; /* what others carry on stands in salvages, and counts once all the same: P8, P9 */
    }
    sums = (struct journal_sums){.roster = replica_roster(node->replica)};
    store_memory_each(node->store, TABLE_LOG, journal_add, &sums);
    sim->stats->oracles[ORACLE_REPORT]++;
    methods_check(sim, node, &report);
    if (report.paid_minor - provider_minor(&report) != sums.paid_minor) {
        sim_fail(sim, ORACLE_REPORT, node, "the report says %lld paid, the journals %lld",
                 (long long)(report.paid_minor - provider_minor(&report)),
                 (long long)sums.paid_minor);
    }
}
