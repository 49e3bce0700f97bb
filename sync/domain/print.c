#include "sync/domain/print.h"

#include <string.h>

enum { CHAIN_MAX = 8, LINE_HASHED_BYTES = 4 + 4 + 4 + PRINT_CONTENT_BYTES };

/* --- jobs --- */

/* Size, then bytes, so that neighbours cannot run into each other. */
static void hash_text(uint8_t state[HASH_BYTES], struct bytes text)
{
    uint8_t size[4];
    put_be32(size, (uint32_t)text.size);
    const struct bytes parts[] = {bytes_of(state, HASH_BYTES), bytes_of(size, sizeof size), text};
    uint8_t next[HASH_BYTES];
    hash_parts(next, sizeof next, parts, 3);
    memcpy(state, next, sizeof next);
}

static void hash_options(uint8_t state[HASH_BYTES], const struct line_option *options,
                         uint32_t count)
{
    uint8_t size[4];
    put_be32(size, count);
    hash_text(state, bytes_of(size, sizeof size));
    for (uint32_t i = 0; i < count; i++) {
        hash_text(state, options[i].name);
    }
}

static void hash_content(const struct order_line *line, uint8_t ret_content[PRINT_CONTENT_BYTES])
{
    uint8_t state[HASH_BYTES] = {0};
    hash_text(state, line->name);
    hash_text(state, line->note);
    hash_text(state, line->note_other);
    hash_options(state, line->options, line->options_count);
    hash_options(state, line->options_other, line->options_other_count);
    memcpy(ret_content, state, PRINT_CONTENT_BYTES);
}

static uint32_t shown_quantity(const struct order *order, const struct order_line *line)
{
    return order->is_cancelled || !line->is_active ? 0 : (uint32_t)line->quantity;
}

static uint32_t count_causal(const struct history *history)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        count += history->events[i].is_causal;
    }
    return count;
}

/* Cancelled, reinstated and cancelled again is another void ticket than the first. */
static uint32_t count_cancels(const struct history *history)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        count +=
            history->events[i].type == EVENT_CANCEL || history->events[i].type == EVENT_REINSTATE;
    }
    return count;
}

static void job_make(const struct order *order, const struct print_claim *claim,
                     struct bytes revision, struct print_job *ret_job)
{
    uint8_t head[1 + 4];
    head[0] = (uint8_t)claim->purpose;
    put_be32(head + 1, (uint32_t)claim->station.size);
    const struct bytes parts[] = {bytes_of_text("trestle/print/1"),
                                  bytes_of(order->id.bytes, sizeof order->id.bytes),
                                  bytes_of(head, sizeof head), claim->station, revision};
    hash_parts(ret_job->bytes, sizeof ret_job->bytes, parts, 5);
}

/* What of a line makes it another revision: how often it was changed, and what it says now. */
static void revision_line(const struct order_line *line, const struct print_line *print,
                          uint8_t *to)
{
    put_be32(to, print->line);
    put_be32(to + 4, line->revision);
    put_be32(to + 8, print->quantity);
    memcpy(to + 12, print->content, sizeof print->content);
}

void print_ticket_want(const struct history *history, const struct order *order,
                       struct bytes station, struct print_claim *ret_claim)
{
    uint8_t revision[4 + ORDER_LINES_MAX * LINE_HASHED_BYTES];
    size_t size = 4;
    struct print_claim *claim = ret_claim;
    *claim = (struct print_claim){
        .purpose = PRINT_TICKET, .station = station, .version = count_causal(history)};
    put_be32(revision, count_cancels(history));
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        if (!bytes_equal(line->station, station)) {
            continue;
        }
        struct print_line *print = &claim->lines[claim->lines_count++];
        print->line = line->id;
        print->quantity = shown_quantity(order, line);
        hash_content(line, print->content);
        revision_line(line, print, revision + size);
        size += LINE_HASHED_BYTES;
    }
    job_make(order, claim, bytes_of(revision, size), &claim->job);
}

static size_t revision_bill(const struct order *order, uint8_t *to)
{
    put_be64(to, (uint64_t)order->total_minor);
    put_be64(to + 8, (uint64_t)order->paid_minor);
    put_be64(to + 16, (uint64_t)order->refunded_minor);
    if (order->tip_minor == 0) {
        return 24;
    }
    put_be64(to + 24, (uint64_t)order->tip_minor);
    return 32;
}

/* A receipt says for good what it says: its name is enough. */
static size_t revision_receipt(const struct order_receipt *receipt, uint8_t *to)
{
    const size_t size = receipt->lane.size < LANE_BYTES_MAX ? receipt->lane.size : LANE_BYTES_MAX;
    put_be32(to, receipt->incarnation);
    put_be32(to + 4, receipt->number);
    if (size > 0) {
        memcpy(to + 8, receipt->lane.data, size);
    }
    return 8 + size;
}

void print_receipt_want(const struct order *order, const struct order_receipt *receipt,
                        struct print_claim *ret_claim)
{
    uint8_t revision[32 + LANE_BYTES_MAX];
    const size_t size =
        receipt != NULL ? revision_receipt(receipt, revision) : revision_bill(order, revision);
    *ret_claim = (struct print_claim){.purpose = PRINT_RECEIPT};
    job_make(order, ret_claim, bytes_of(revision, size), &ret_claim->job);
}

const struct order_receipt *print_receipt_of(const struct order *order, const struct print_job *job)
{
    struct print_claim claim;
    for (uint32_t i = 0; i < order->receipts_count; i++) {
        print_receipt_want(order, &order->receipts[i], &claim);
        if (print_job_equal(&claim.job, job)) {
            return &order->receipts[i];
        }
    }
    return NULL;
}

/* --- slips --- */

static bool claim_at(const struct history *history, uint32_t index, struct print_claim *ret_claim)
{
    return history->events[index].type == EVENT_PRINT_CLAIM &&
           print_claim_decode(history->events[index].body, ret_claim) == 0;
}

static void slip_add(const struct history *history, uint32_t index, const struct print_claim *claim,
                     struct print_slips *slips)
{
    if (slips->count == PRINT_SLIPS_MAX) {
        slips->is_cut_short = true;
        return;
    }
    slips->slips[slips->count++] = (struct print_slip){.id = history->events[index].id,
                                                       .event = index,
                                                       .t = history->events[index].t,
                                                       .job = claim->job,
                                                       .purpose = claim->purpose,
                                                       .printer = claim->printer,
                                                       .reason = claim->reason,
                                                       .is_asked = claim->is_asked,
                                                       .station = claim->station,
                                                       .has_of = claim->has_of,
                                                       .of = claim->of};
}

static struct print_slip *slip_find(struct print_slips *slips, const struct operation *id)
{
    for (uint32_t i = 0; i < slips->count; i++) {
        if (operation_equal(&slips->slips[i].id, id)) {
            return &slips->slips[i];
        }
    }
    return NULL;
}

/* Of a failure and a success the success stands: paper is a fact. */
static void slip_finish(struct print_slips *slips, const struct print_done *done)
{
    struct print_slip *slip = slip_find(slips, &done->claim);
    if (slip == NULL) {
        return;
    }
    slip->result = slip->is_done && slip->result == PRINT_DONE ? PRINT_DONE : done->result;
    slip->is_done = true;
}

/* Whether @slip was made knowing of @other. */
static bool slip_follows(struct print_slips *slips, const struct print_slip *slip,
                         const struct print_slip *other)
{
    for (uint32_t i = 0; i < CHAIN_MAX && slip != NULL && slip->has_of; i++) {
        if (operation_equal(&slip->of, &other->id)) {
            return true;
        }
        slip = slip_find(slips, &slip->of);
    }
    return false;
}

bool print_job_equal(const struct print_job *a, const struct print_job *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* A device knows of its own slips, and a reprint is wanted. */
static bool are_twins(struct print_slips *slips, const struct print_slip *a,
                      const struct print_slip *b)
{
    return a->id.log != b->id.log && print_job_equal(&a->job, &b->job) && print_slip_may_exist(a) &&
           print_slip_may_exist(b) && a->reason != PRINT_REPRINT && b->reason != PRINT_REPRINT &&
           !slip_follows(slips, a, b) && !slip_follows(slips, b, a);
}

static void twins_find(struct print_slips *slips)
{
    for (uint32_t i = 0; i < slips->count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (are_twins(slips, &slips->slips[i], &slips->slips[j])) {
                slips->slips[i].has_twin = slips->slips[j].has_twin = true;
            }
        }
    }
}

void print_slips_find(const struct history *history, struct print_slips *ret_slips)
{
    struct print_claim claim;
    struct print_done done;
    ret_slips->count = 0;
    ret_slips->is_cut_short = false;
    for (uint32_t i = 0; i < history->count; i++) {
        if (claim_at(history, i, &claim)) {
            slip_add(history, i, &claim, ret_slips);
        }
    }
    for (uint32_t i = 0; i < history->count && ret_slips->count > 0; i++) {
        if (history->events[i].type == EVENT_PRINT_DONE &&
            print_done_decode(history->events[i].body, &done) == 0) {
            slip_finish(ret_slips, &done);
        }
    }
    for (uint32_t i = 0; i < ret_slips->count; i++) {
        struct print_slip *of =
            ret_slips->slips[i].has_of ? slip_find(ret_slips, &ret_slips->slips[i].of) : NULL;
        if (of != NULL) {
            of->is_replaced = true;
        }
    }
    twins_find(ret_slips);
}

const struct print_slip *print_slip_at(const struct print_slips *slips, uint64_t log, uint64_t seq)
{
    for (uint32_t i = 0; i < slips->count; i++) {
        if (slips->slips[i].id.log == log && slips->slips[i].id.seq == seq) {
            return &slips->slips[i];
        }
    }
    return NULL;
}

bool print_is_doubled(const struct history *history)
{
    struct print_slips slips;
    bool has_claim = false;
    for (uint32_t i = 0; i < history->count && !has_claim; i++) {
        has_claim = history->events[i].type == EVENT_PRINT_CLAIM;
    }
    if (!has_claim) {
        return false;
    }
    print_slips_find(history, &slips);
    for (uint32_t i = 0; i < slips.count; i++) {
        if (slips.slips[i].has_twin) {
            return true;
        }
    }
    return false;
}

/* --- paper --- */

static const struct print_line *claim_line(const struct print_claim *claim, uint32_t line)
{
    for (uint32_t i = 0; i < claim->lines_count; i++) {
        if (claim->lines[i].line == line) {
            return &claim->lines[i];
        }
    }
    return NULL;
}

static bool is_line_equal(const struct print_line *a, const struct print_line *b)
{
    return a->quantity == b->quantity &&
           (a->quantity == 0 || memcmp(a->content, b->content, sizeof a->content) == 0);
}

bool print_paper_find(const struct history *history, struct bytes station, uint32_t line,
                      const struct print_job *except, struct print_line *ret_line,
                      bool *ret_is_agreed)
{
    struct print_claim claim;
    uint32_t version = 0;
    bool is_found = false;
    *ret_is_agreed = true;
    for (uint32_t i = 0; i < history->count; i++) {
        if (!claim_at(history, i, &claim) || claim.purpose != PRINT_TICKET ||
            !bytes_equal(claim.station, station) ||
            (except != NULL && print_job_equal(&claim.job, except))) {
            continue;
        }
        const struct print_line *said = claim_line(&claim, line);
        if (said == NULL || (is_found && claim.version < version)) {
            continue;
        }
        if (is_found && claim.version == version) {
            *ret_is_agreed = *ret_is_agreed && is_line_equal(said, ret_line);
        } else {
            *ret_is_agreed = true;
            *ret_line = *said;
        }
        version = claim.version;
        is_found = true;
    }
    return is_found;
}

/* Nothing is printed of what was made before it came to paper. */
static bool is_line_due(const struct history *history, const struct order_line *line,
                        const struct print_line *wanted)
{
    struct print_line paper;
    bool is_agreed = true;
    if (!print_paper_find(history, line->station, line->id, NULL, &paper, &is_agreed)) {
        return wanted->quantity > 0 && line->progress != LINE_DONE;
    }
    return !is_agreed || !is_line_equal(&paper, wanted);
}

static bool is_phase_due(const struct order *order)
{
    return order->phase != PHASE_DRAFT && order->phase != PHASE_COMPLETED;
}

bool print_ticket_is_due(const struct history *history, const struct order *order,
                         const struct print_slips *slips, struct bytes station,
                         struct print_claim *ret_claim)
{
    print_ticket_want(history, order, station, ret_claim);
    if (!is_phase_due(order) || slips->is_cut_short || slips->count == PRINT_SLIPS_MAX) {
        return false;
    }
    for (uint32_t i = 0, at = 0; i < order->lines_count; i++) {
        if (bytes_equal(order->lines[i].station, station) &&
            is_line_due(history, &order->lines[i], &ret_claim->lines[at++])) {
            return true;
        }
    }
    return false;
}
