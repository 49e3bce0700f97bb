/* Who cooks an order: claims, acceptance, what two stations made twice; when it was ready and
 * handed over; which of its changes is the newest, and whether a board has drawn it. */
#include <string.h>

#include "sync/domain/order_events.h"
#include "sync/domain/order_fold.h"

/* --- accepts --- */

static bool accept_get(const struct fold *fold, uint32_t index, struct order_accept *ret_accept)
{
    return fold_has(fold, index, EVENT_ACCEPT) &&
           order_accept_decode(fold->history->events[index].body, ret_accept) == 0;
}

static uint64_t accept_bits(const struct fold *fold, const struct order_accept *accept)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < accept->lines_count; i++) {
        const int32_t at = fold_line_find(fold, accept->lines[i].line);
        bits |= at == FOLD_NONE ? 0 : UINT64_C(1) << (unsigned)at;
    }
    return bits;
}

/* The accepts that no other has seen: one who accepts after seeing an accept takes over. There is
 * at most one in a branch, because a log has seen its own. */
struct claims {
    uint32_t count;
    uint32_t events[ENTITY_LOGS_MAX];
    uint64_t lines[ENTITY_LOGS_MAX]; /* as bits */
};

static void claim_add(const struct fold *fold, struct claims *claims, uint32_t index,
                      uint64_t lines)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < claims->count; i++) {
        if (history_saw(fold->history, claims->events[i], index)) {
            return; /* taken over already; then nothing was dropped for it either */
        }
    }
    for (uint32_t i = 0; i < claims->count; i++) {
        if (!history_saw(fold->history, index, claims->events[i])) {
            claims->events[kept] = claims->events[i];
            claims->lines[kept++] = claims->lines[i];
        }
    }
    claims->events[kept] = index;
    claims->lines[kept] = lines;
    claims->count = kept + 1;
}

/* How many lines the log of @claim has started or done. */
static uint32_t claim_progress(const struct fold *fold, uint32_t claim)
{
    const uint64_t log = fold->history->events[claim].id.log;
    uint32_t count = 0;
    struct order_progress progress;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if ((fold_has(fold, i, EVENT_START) || fold_has(fold, i, EVENT_DONE)) &&
            fold->history->events[i].id.log == log &&
            order_progress_decode(fold->history->events[i].body, &progress) == 0) {
            count += progress.lines.count;
        }
    }
    return count;
}

/* Who has begun holds the claim; among equals the earlier, which is only a courtesy: both screens
 * show that two accepted. */
static void settle_claim(const struct fold *fold, const struct claims *claims, struct order *order)
{
    uint32_t best = 0;
    uint32_t best_progress = 0;
    for (uint32_t i = 0; i < claims->count; i++) {
        const uint32_t progress = claim_progress(fold, claims->events[i]);
        const bool is_earlier = i > 0 && history_compare_time(fold->history, claims->events[i],
                                                              claims->events[best]) < 0;
        if (i == 0 || progress > best_progress || (progress == best_progress && is_earlier)) {
            best = i;
            best_progress = progress;
        }
    }
    if (claims->count > 0) {
        order->claimed_by = fold->history->events[claims->events[best]].id.log;
    }
}

/* Two kitchens may share an order; they disagree only about a line that both took. */
static void flag_claims(const struct claims *claims, struct order *order)
{
    uint64_t taken = 0;
    for (uint32_t i = 0; i < claims->count; i++) {
        if ((claims->lines[i] & taken) != 0) {
            order->flags |= FLAG_CLAIM_CONFLICT;
        }
        taken |= claims->lines[i];
    }
}

/* One accepts what another refuses, without knowing: the refusal stands and both must hear of it.
 */
static void flag_refusals(const struct fold *fold, uint32_t accept, uint64_t lines,
                          struct order *order)
{
    struct order_refuse refuse;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (fold_refusal_get(fold, i, &refuse) && fold_is_concurrent(fold, accept, i) &&
            (fold_line_bits(fold, &refuse.lines) & lines) != 0) {
            order->flags |= FLAG_CLAIM_CONFLICT;
        }
    }
}

static void accept_lines(const struct fold *fold, const struct order_accept *accept,
                         struct order *order)
{
    for (uint32_t i = 0; i < accept->lines_count; i++) {
        const int32_t at = fold_line_find(fold, accept->lines[i].line);
        if (at != FOLD_NONE && accept->lines[i].revision == order->lines[at].revision) {
            order->lines[at].is_accepted = true;
        }
    }
}

/* The lines, as bits, that changed without the accept at @index having seen it. */
static uint64_t unseen_lines(const struct fold *fold, uint32_t index, struct order *order)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < fold->lines_count; i++) {
        if (!history_saw(fold->history, index, fold->lines[i].added_at)) {
            order->lines[i].is_added_late = true;
            bits |= UINT64_C(1) << i;
        }
    }
    for (uint32_t i = 0; i < fold->edits_count; i++) {
        if (!history_saw(fold->history, index, fold->edits[i].event)) {
            bits |= UINT64_C(1) << fold->edits[i].line;
        }
    }
    return bits;
}

/* What is being cooked needs no accept: a late change of it waits for an amend instead. */
static void flag_unaccepted(uint64_t changed, struct order *order)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        if ((changed >> i & 1) != 0 && line->is_active && !line->is_accepted &&
            line->progress == LINE_WAITING) {
            order->flags |= FLAG_NEEDS_ACCEPT;
        }
    }
}

static void fill_claims(const struct fold *fold, struct order *order)
{
    struct claims claims = {.count = 0};
    uint64_t changed = 0;
    struct order_accept accept;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (!accept_get(fold, i, &accept)) {
            continue;
        }
        const uint64_t lines = accept_bits(fold, &accept);
        const uint64_t t = fold->history->events[i].t;
        order->accepted_t = order->accepted_t == 0 || t < order->accepted_t ? t : order->accepted_t;
        claim_add(fold, &claims, i, lines);
        flag_refusals(fold, i, lines, order);
        accept_lines(fold, &accept, order);
        changed |= unseen_lines(fold, i, order);
    }
    settle_claim(fold, &claims, order);
    flag_claims(&claims, order);
    flag_unaccepted(changed, order);
}

/* --- made twice --- */

/* Who began each line. */
struct makers {
    uint64_t log[ORDER_LINES_MAX];                          /* the first found; 0 = nobody */
    uint64_t first_start[ORDER_LINES_MAX][ENTITY_LOGS_MAX]; /* lowest seq of a start; 0 = none */
};

static void maker_add(struct makers *makers, uint32_t line, uint64_t log, struct order *order)
{
    if (makers->log[line] == 0) {
        makers->log[line] = log;
    } else if (makers->log[line] != log) {
        order->flags |= FLAG_DOUBLE_MADE;
    }
}

static bool saw_start(const struct fold *fold, const struct makers *makers, uint32_t line,
                      uint32_t index)
{
    for (uint32_t b = 0; b < fold->history->branches_count; b++) {
        const uint64_t start = makers->first_start[line][b];
        if (start != 0 && fold->history->saw[index][b] >= start) {
            return true;
        }
    }
    return false;
}

/* Go over the lines of a start, or of a done: who ends what he had not seen begun began it. */
static void makers_note(const struct fold *fold, struct makers *makers, uint32_t index,
                        struct order *order)
{
    const struct history_event *event = &fold->history->events[index];
    struct order_progress progress;
    if (order_progress_decode(event->body, &progress) != 0) {
        return;
    }
    for (uint32_t i = 0; i < progress.lines.count; i++) {
        const int32_t at = fold_line_find(fold, progress.lines.ids[i]);
        if (at == FOLD_NONE) {
            continue;
        }
        uint64_t *start = &makers->first_start[at][event->branch];
        if (event->type == EVENT_START && *start == 0) {
            *start = event->id.seq;
        }
        if (event->type == EVENT_START || !saw_start(fold, makers, (uint32_t)at, index)) {
            maker_add(makers, (uint32_t)at, event->id.log, order);
        }
    }
}

static void flag_double_made(const struct fold *fold, struct order *order)
{
    struct makers makers;
    memset(makers.log, 0, fold->lines_count * sizeof makers.log[0]);
    memset(makers.first_start, 0, fold->lines_count * sizeof makers.first_start[0]);
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (fold_has(fold, i, EVENT_START)) {
            makers_note(fold, &makers, i, order);
        }
    }
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (fold_has(fold, i, EVENT_DONE)) {
            makers_note(fold, &makers, i, order);
        }
    }
}

/* --- times --- */

/* When the last active line was done; 0 while one is not. */
static uint64_t ready_time(const struct fold *fold, const struct order *order)
{
    uint64_t latest = 0;
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (!order->lines[i].is_active) {
            continue;
        }
        if (order->lines[i].progress != LINE_DONE) {
            return 0;
        }
        latest = fold->lines[i].done_t > latest ? fold->lines[i].done_t : latest;
    }
    return latest;
}

static uint64_t handed_time(const struct fold *fold)
{
    uint64_t latest = 0;
    struct order_handed handed;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        const struct history_event *event = &fold->history->events[i];
        if (fold_has(fold, i, EVENT_HANDED) && event->t > latest &&
            order_handed_decode(event->body, &handed) == 0) {
            latest = event->t;
        }
    }
    return latest;
}

void order_fill_kitchen(const struct fold *fold, struct order *order)
{
    fill_claims(fold, order);
    flag_double_made(fold, order);
    order->ready_t = ready_time(fold, order);
    order->handed_t = handed_time(fold);
}

/* --- the newest change, and whether the kitchen has seen it --- */

static bool changes_lines(uint32_t type)
{
    return type == EVENT_LINE_ADD || type == EVENT_LINE_SET || type == EVENT_LINE_VOID;
}

/* The newest of each branch, as far as no other branch's has seen it; among these the one whose
 * writer had seen most. */
static int32_t find_newest(const struct history *history)
{
    int32_t newest = FOLD_NONE;
    int32_t last[ENTITY_LOGS_MAX];
    memset(last, 0xff, sizeof last);
    for (uint32_t i = 0; i < history->count; i++) {
        if (changes_lines(history->events[i].type)) {
            last[history->events[i].branch] = (int32_t)i;
        }
    }
    for (uint32_t b = 0; b < history->branches_count; b++) {
        bool is_seen = last[b] == FOLD_NONE;
        for (uint32_t o = 0; o < history->branches_count && !is_seen; o++) {
            is_seen =
                last[o] != FOLD_NONE && history_saw(history, (uint32_t)last[o], (uint32_t)last[b]);
        }
        if (!is_seen && (newest == FOLD_NONE ||
                         history_compare_seen(history, (uint32_t)last[b], (uint32_t)newest) > 0)) {
            newest = last[b];
        }
    }
    return newest;
}

void order_fill_newest(const struct fold *fold, struct order *order)
{
    const int32_t newest = find_newest(fold->history);
    struct order_seen seen;
    if (newest == FOLD_NONE) {
        return;
    }
    order->changed = fold->history->events[newest].id;
    order->changed_log = order->changed.log;
    order->changed_seq = order->changed.seq;
    for (uint32_t i = 0; i < fold->history->count && !order->is_seen; i++) {
        order->is_seen = fold_has(fold, i, EVENT_SEEN) &&
                         order_seen_decode(fold->history->events[i].body, &seen) == 0 &&
                         operation_equal(&seen.changed, &order->changed);
    }
}
