/* The lines of an order: what was added, how it was changed, and what left it again. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/order_events.h"
#include "sync/domain/order_fold.h"

/* --- as added --- */

static void fill_added(const struct fold *fold, const struct fold_line *from,
                       struct order_line *line)
{
    struct line_add add;
    *line = (struct order_line){.id = from->id, .revision = 1 + from->edits};
    check(line_add_decode(fold->history->events[from->added_at].body, &add) == 0); /* as before */
    line->item = add.item;
    line->name = add.name;
    line->station = add.station;
    line->stall = add.stall;
    line->note = add.note;
    line->unit_price_minor = add.unit_price_minor;
    line->options_count = add.options.count;
    memcpy(line->options, add.options.options, sizeof line->options);
    line->tax_bp = add.tax_bp;
    line->quantity = from->quantity;
    line->quantity_wished = from->quantity_wished;
}

/* --- options and notes: the edits that nobody has seen and overwritten --- */

enum register_kind { REGISTER_OPTIONS, REGISTER_NOTE };

static bool writes(const struct fold_edit *edit, enum register_kind kind)
{
    return edit->state == EDIT_APPLIED &&
           (kind == REGISTER_OPTIONS ? edit->has_options : edit->has_note);
}

static bool is_overwritten(const struct fold *fold, const struct fold_edit *edit,
                           enum register_kind kind)
{
    for (uint32_t i = 0; i < fold->edits_count; i++) {
        const struct fold_edit *other = &fold->edits[i];
        if (other->line == edit->line && writes(other, kind) &&
            history_saw(fold->history, other->event, edit->event)) {
            return true;
        }
    }
    return false;
}

static int64_t options_price(const struct line_options *options)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < options->count; i++) {
        sum += options->options[i].price_minor;
    }
    return sum;
}

static bool options_equal(const struct line_options *a, const struct line_options *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        if (!bytes_equal(a->options[i].name, b->options[i].name) ||
            a->options[i].price_minor != b->options[i].price_minor) {
            return false;
        }
    }
    return true;
}

static bool is_same(const struct line_set *a, const struct line_set *b, enum register_kind kind)
{
    return kind == REGISTER_OPTIONS ? options_equal(&a->options, &b->options)
                                    : bytes_equal(a->note, b->note);
}

/* Of two concurrent writes the cheaper options are charged, because clocks decide nothing of money;
 * otherwise the later one is shown first. */
static bool is_better(const struct fold *fold, uint32_t event, const struct line_set *set,
                      uint32_t best_event, const struct line_set *best, enum register_kind kind)
{
    const int64_t price = options_price(&set->options);
    const int64_t best_price = options_price(&best->options);
    if (kind == REGISTER_OPTIONS && price != best_price) {
        return price < best_price;
    }
    return history_compare_time(fold->history, event, best_event) > 0;
}

/* One register of one line while its writes are gone through. */
struct contest {
    enum register_kind kind;
    uint32_t event, other_event; /* FOLD_NONE as UINT32_MAX: none yet */
    struct line_set set, other;  /* the best and, when it says something else, the next */
};

static void contest_enter(const struct fold *fold, struct contest *contest, uint32_t event,
                          const struct line_set *set)
{
    if (contest->event == UINT32_MAX) {
        contest->event = event;
        contest->set = *set;
        return;
    }
    const bool wins = is_better(fold, event, set, contest->event, &contest->set, contest->kind);
    const bool differs = !is_same(set, &contest->set, contest->kind);
    if (wins && differs) {
        contest->other_event = contest->event;
        contest->other = contest->set;
    } else if (differs && (contest->other_event == UINT32_MAX ||
                           is_better(fold, event, set, contest->other_event, &contest->other,
                                     contest->kind))) {
        contest->other_event = event;
        contest->other = *set;
    }
    if (wins) {
        contest->event = event;
        contest->set = *set;
    }
}

static void contest_hold(const struct fold *fold, uint32_t line, struct contest *contest)
{
    struct line_set set;
    contest->event = UINT32_MAX;
    contest->other_event = UINT32_MAX;
    for (uint32_t i = 0; i < fold->edits_count; i++) {
        const struct fold_edit *edit = &fold->edits[i];
        if (edit->line == line && writes(edit, contest->kind) &&
            !is_overwritten(fold, edit, contest->kind)) {
            check(line_set_decode(fold->history->events[edit->event].body, &set) == 0); /* again */
            contest_enter(fold, contest, edit->event, &set);
        }
    }
}

static void fill_options(struct order_line *line, const struct contest *contest)
{
    if (contest->event == UINT32_MAX) {
        return;
    }
    line->options_count = contest->set.options.count;
    memcpy(line->options, contest->set.options.options, sizeof line->options);
    if (contest->other_event != UINT32_MAX) {
        line->has_conflict = true;
        line->options_other_count = contest->other.options.count;
        memcpy(line->options_other, contest->other.options.options, sizeof line->options_other);
    }
}

static void fill_note(struct order_line *line, const struct contest *contest)
{
    if (contest->event == UINT32_MAX) {
        return;
    }
    line->note = contest->set.note;
    if (contest->other_event != UINT32_MAX) {
        line->has_conflict = true;
        line->note_other = contest->other.note;
    }
}

static void fill_registers(const struct fold *fold, uint32_t index, struct order_line *line)
{
    struct contest contest;
    if (fold->lines[index].edits == 0) {
        return;
    }
    contest.kind = REGISTER_OPTIONS;
    contest_hold(fold, index, &contest);
    fill_options(line, &contest);
    contest.kind = REGISTER_NOTE;
    contest_hold(fold, index, &contest);
    fill_note(line, &contest);
}

/* --- progress, voids, refusals --- */

static void fill_progress(const struct fold_line *from, struct order_line *line)
{
    const uint64_t quantity = (uint64_t)line->quantity;
    line->progress = from->is_done ? LINE_DONE : from->is_started ? LINE_STARTED : LINE_WAITING;
    line->handed = (uint32_t)(from->units_handed < quantity ? from->units_handed : quantity);
    /* Who has it in his hand came, whatever somebody said who had not heard of it. */
    line->uncollected =
        from->units_collected < line->handed ? line->handed - (uint32_t)from->units_collected : 0;
}

static void void_line(const struct fold *fold, struct order_line *line, uint32_t index,
                      struct bytes reason)
{
    if (!line->is_void) {
        line->voided = fold_hand(fold, index, reason);
    }
    line->is_void = true;
    line->revision++;
}

static void void_lines(const struct fold *fold, struct order *order)
{
    struct line_void gone;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (!fold_has(fold, i, EVENT_LINE_VOID) ||
            line_void_decode(fold->history->events[i].body, &gone) != 0) {
            continue;
        }
        for (uint32_t l = 0; l < gone.lines.count; l++) {
            const int32_t at = fold_line_find(fold, gone.lines.ids[l]);
            if (at != FOLD_NONE) {
                void_line(fold, &order->lines[at], i, gone.reason);
            }
        }
    }
}

/* What the kitchen has begun cannot be refused any more: the fact wins, and is pointed out. */
static void refuse_line(struct order *order, struct order_line *line)
{
    if (line->progress == LINE_WAITING) {
        line->is_refused = true;
    } else if (!line->is_void) {
        order->flags |= FLAG_REFUSED_BUT_STARTED;
    }
}

static void refuse_lines(const struct fold *fold, struct order *order)
{
    struct order_refuse refuse;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (!fold_refusal_get(fold, i, &refuse)) {
            continue;
        }
        for (uint32_t l = 0; l < refuse.lines.count; l++) {
            const int32_t at = fold_line_find(fold, refuse.lines.ids[l]);
            if (at != FOLD_NONE) {
                refuse_line(order, &order->lines[at]);
            }
        }
    }
}

/* --- what a person must look at --- */

static void flag_line(const struct fold_line *from, const struct order_line *line,
                      struct order *order)
{
    if (from->has_rival) {
        order->flags |= FLAG_LINE_CONFLICT;
    }
    if (line->has_conflict && line->is_active) {
        order->flags |= FLAG_EDIT_CONFLICT;
    }
    if (from->handovers > 1 && from->units_handed > (uint64_t)line->quantity) {
        order->flags |= FLAG_DOUBLE_HANDOVER;
    }
    if (line->is_void && line->handed > 0) {
        order->flags |= FLAG_HANDED_AND_CANCELLED;
    }
}

/* An edit waits for who began the line, which therefore is not refused. */
static void flag_late_edits(const struct fold *fold, struct order *order)
{
    for (uint32_t i = 0; i < fold->edits_count; i++) {
        const struct order_line *line = &order->lines[fold->edits[i].line];
        if (fold->edits[i].state == EDIT_WAITING && !line->is_void) {
            order->flags |= FLAG_LATE_EDIT;
        }
    }
}

void order_fill_lines(const struct fold *fold, struct order *order)
{
    order->lines_count = fold->lines_count;
    for (uint32_t i = 0; i < fold->lines_count; i++) {
        struct order_line *line = &order->lines[i];
        fill_added(fold, &fold->lines[i], line);
        fill_registers(fold, i, line);
        fill_progress(&fold->lines[i], line);
    }
    void_lines(fold, order);
    refuse_lines(fold, order);
    for (uint32_t i = 0; i < fold->lines_count; i++) {
        struct order_line *line = &order->lines[i];
        line->is_active = !line->is_void && !line->is_refused && line->quantity > 0;
        flag_line(&fold->lines[i], line, order);
    }
    flag_late_edits(fold, order);
}
