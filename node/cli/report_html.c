/* The report as a page: no script, nothing fetched, its chart inline, one sheet of A4. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/cli/report_put.h"

/* The chart, in its own units. */
enum { CHART_WIDTH = 720, CHART_HEIGHT = 110, CHART_FOOT = 16, CHART_HEAD = 14 };

/* Beside each pair of bars. */
static const int64_t bar_gap = 4;

static const char style[] =
    "@page{size:A4;margin:10mm}"
    "*{box-sizing:border-box}"
    "body{font:7.5pt/1.2 system-ui,sans-serif;color:#111;background:#fff;margin:0 auto;"
    "max-width:190mm}"
    "h1{font-size:14pt;margin:0}h2{font-size:8pt;margin:2mm 0 .5mm}p{margin:1mm 0}"
    ".sums{display:flex;gap:3mm;margin:2mm 0}"
    ".sums div{flex:1;border:.3mm solid #999;border-radius:1mm;padding:1.5mm 2mm}"
    ".sums b{display:block;font-size:12pt;white-space:nowrap}"
    ".columns{columns:3;column-gap:4mm}.wide{columns:2}section{break-inside:avoid}"
    "table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "th,td{text-align:start;padding:.1mm .5mm;border-bottom:.1mm solid #ccc;font-weight:400}"
    "th{color:#555;font-size:7pt}td+td,th+th{text-align:end;white-space:nowrap}"
    "td:first-child{overflow-wrap:anywhere}"
    ".warn{border:.4mm solid #a00;padding:1mm 2mm}svg{width:100%;height:auto;display:block}"
    ".now{fill:#1f4e79}.before{fill:#c9c9c9}text{font:11px system-ui,sans-serif;fill:#333}";

/* --- the sums --- */

static void put_change(int64_t now, int64_t before)
{
    if (before > 0) {
        const int64_t twice = 200 * (now - before);
        const int64_t percent = (twice + (twice < 0 ? -before : before)) / (2 * before);
        (void)printf(" (%s%" PRId64 " %%)", percent > 0 ? "+" : "", percent);
    }
}

static void put_sum(const struct report_look *look, const char *id, const char *title,
                    const char *field, bool is_money)
{
    const int64_t now = reply_number(reply_find(look->trade, "report"), field);
    const int64_t before = reply_number(reply_find(look->before, "report"), field);
    (void)printf("<div id=\"%s\">%s<b>", id, title);
    if (is_money) {
        put_amount(look, now);
    } else {
        (void)printf("%" PRId64, now);
    }
    put("</b>");
    if (look->before != NULL) {
        put("<span>before: ");
        if (is_money) {
            put_amount(look, before);
        } else {
            (void)printf("%" PRId64, before);
        }
        put("</span>");
        put_change(now, before);
    }
    put("</div>");
}

static void put_sums(const struct report_look *look)
{
    put("<div class=\"sums\">");
    put_sum(look, "sum-owed", "Sales, tax included", "owed", true);
    put_sum(look, "sum-orders", "Orders", "orders", false);
    put_sum(look, "sum-paid", "Paid", "paid", true);
    put_sum(look, "sum-tax", "Of that tax", "tax", true);
    put("</div>\n");
}

/* --- the chart --- */

static int64_t hours_most(const struct report_look *look)
{
    int64_t most = 1;
    for (uint32_t i = 0; i < look->hours_count; i++) {
        const struct report_hour *hour = &look->hours[i];
        most = hour->owed_minor > most ? hour->owed_minor : most;
        most = hour->before_owed_minor > most ? hour->before_owed_minor : most;
    }
    return most;
}

static void put_bar(const char *class, int64_t x, int64_t width, int64_t minor, int64_t most)
{
    const double share = minor > 0 ? (double)minor / (double)most : 0;
    const int height = (int)(share * (CHART_HEIGHT - CHART_FOOT - CHART_HEAD) + 0.5);
    (void)printf("<rect class=\"%s\" x=\"%" PRId64 "\" y=\"%d\" width=\"%" PRId64
                 "\" height=\"%d\"/>",
                 class, x, CHART_HEIGHT - CHART_FOOT - height, width, height);
}

static void put_chart(const struct report_look *look)
{
    const int64_t most = hours_most(look);
    if (look->hours_count == 0) {
        return;
    }
    const int64_t step = CHART_WIDTH / look->hours_count;
    const int64_t bar = (step - 2 * bar_gap) / 2 > 0 ? (step - 2 * bar_gap) / 2 : 1;
    (void)printf("<h2>Sales by hour%s</h2><svg viewBox=\"0 0 %d %d\" role=\"img\" "
                 "aria-label=\"Sales by hour\">",
                 look->before == NULL ? "" : ", grey: before", CHART_WIDTH, CHART_HEIGHT);
    for (uint32_t i = 0; i < look->hours_count; i++) {
        const struct report_hour *hour = &look->hours[i];
        const int64_t x = (int64_t)i * step + bar_gap;
        put_bar("before", x, bar, hour->before_owed_minor, most);
        put_bar("now", x + bar, bar, hour->owed_minor, most);
        (void)printf("<text x=\"%" PRId64 "\" y=\"%d\">%02u</text>", x, CHART_HEIGHT - 3,
                     hour->hour);
    }
    put("<text x=\"2\" y=\"10\">");
    put_amount(look, most);
    put("</text></svg>\n");
}

static void put_hours(const struct report_look *look)
{
    table_begin_named("hours", "By hour",
                      look->before == NULL ? "orders,sales" : "orders,sales,before");
    for (uint32_t i = 0; i < look->hours_count; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "%02u:00", look->hours[i].hour);
        cell_name(name);
        cell_count(look->hours[i].orders);
        cell_amount(look, look->hours[i].owed_minor);
        if (look->before != NULL) {
            cell_amount(look, look->hours[i].before_owed_minor);
        }
        put("</tr>");
    }
    table_end();
}

/* --- lists --- */

/* A list of the trade as a table: @count and @amount are fields of its rows. What has no room is
 * added up in the last row. */
struct listing {
    const char *id, *title, *heads;
    const char *name, *count, *amount; /* fields; count NULL = none */
    size_t shown;
};

static void put_list(const struct report_look *look, const struct reply_node *list,
                     const struct listing *listing)
{
    int64_t count = 0, amount = 0;
    table_begin_named(listing->id, listing->title, listing->heads);
    for (size_t i = 0; i < reply_count(list); i++) {
        const struct reply_node *row = reply_at(list, i);
        if (i + 1 >= listing->shown && reply_count(list) > listing->shown) {
            count += reply_number(row, listing->count);
            amount += reply_number(row, listing->amount);
            continue;
        }
        cell_name(reply_text(row, listing->name));
        cell_count(reply_number(row, listing->count));
        cell_amount(look, reply_number(row, listing->amount));
        put("</tr>");
    }
    if (reply_count(list) > listing->shown) {
        cell_name("all others");
        cell_count(count);
        cell_amount(look, amount);
        put("</tr>");
    }
    table_end();
}

static void put_lists(const struct report_look *look)
{
    static const struct listing items = {"items", "By item", "units,sales", "name",
                                         "units", "owed",    ITEMS_SHOWN};
    static const struct listing channels = {"channels", "By channel", "orders,sales", "name",
                                            "orders",   "owed",       ROWS_SHOWN};
    static const struct listing modes = {
        "modes", "Eat in, take away", "orders,sales", "name", "orders", "owed", ROWS_SHOWN};
    put_list(look, reply_find(look->trade, "items"), &items);
    put_list(look, reply_find(look->trade, "channels"), &channels);
    put_list(look, reply_find(look->trade, "modes"), &modes);
}

static void put_stall(const struct report_look *look, const struct report_stall *stall)
{
    cell_name(stall->name);
    cell_count(stall->units);
    cell_amount(look, stall->owed_minor);
    put("</tr>");
}

static void put_stalls(const struct report_look *look)
{
    struct report_stall others = {.name = "all others"};
    const bool is_more = look->stalls_count > ROWS_SHOWN;
    const uint32_t shown = is_more ? ROWS_SHOWN - 1 : look->stalls_count;
    table_begin_named("stalls", "By stall", "units,sales");
    for (uint32_t i = 0; i < shown; i++) {
        put_stall(look, &look->sums[i]);
    }
    for (uint32_t i = shown; i < look->stalls_count; i++) {
        others.units += look->sums[i].units;
        others.owed_minor += look->sums[i].owed_minor;
    }
    if (is_more) {
        put_stall(look, &others);
    }
    table_end();
}

static void put_methods(const struct report_look *look)
{
    const struct reply_node *methods = reply_find(reply_find(look->trade, "report"), "methods");
    table_begin_named("payments", "By payment", "paid,given back");
    for (size_t i = 0; i < reply_count(methods); i++) {
        const struct reply_node *method = reply_at(methods, i);
        cell_name(reply_text(method, "method"));
        cell_amount(look, reply_number(method, "paid"));
        cell_amount(look, reply_number(method, "refunded"));
        put("</tr>");
    }
    table_end();
}

static void put_rates(const struct report_look *look)
{
    const struct reply_node *rates = reply_find(reply_find(look->trade, "report"), "rates");
    table_begin_named("rates", "By rate of tax", "net,tax");
    for (size_t i = 0; i < reply_count(rates); i++) {
        const struct reply_node *rate = reply_at(rates, i);
        char name[48];
        const int64_t bp = reply_number(rate, "tax_bp");
        (void)snprintf(name, sizeof name, "%" PRId64 ".%02" PRId64 " %%", bp / 100, bp % 100);
        cell_name(name);
        cell_amount(look, reply_number(rate, "net"));
        cell_amount(look, reply_number(rate, "tax"));
        put("</tr>");
    }
    table_end();
}

/* --- how it went --- */

static void cell_seconds(int64_t seconds)
{
    (void)printf("<td>%" PRId64 ":%02" PRId64 "</td>", seconds / 60, seconds % 60);
}

static void put_waits(const struct report_look *look)
{
    static const struct {
        const char *field, *title;
    } waits[] = {{"waiting", "ordered to ready"},
                 {"cooking", "accepted to ready"},
                 {"handing", "ready to handed over"}};
    table_begin_named("waits", "How long it took, in minutes", "orders,half within,90 %,99 %");
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        const struct reply_node *wait = reply_find(look->trade, waits[i].field);
        cell_name(waits[i].title);
        cell_count(reply_number(wait, "orders"));
        cell_seconds(reply_number(wait, "half"));
        cell_seconds(reply_number(wait, "most"));
        cell_seconds(reply_number(wait, "nearly_all"));
        put("</tr>");
    }
    table_end();
}

static void put_losses(const struct report_look *look)
{
    static const char *const losses[] = {"voided", "refused", "uncollected"};
    const struct reply_node *report = reply_find(look->trade, "report");
    table_begin_named("losses", "Not sold, or for less", "units,amount");
    for (size_t i = 0; i < sizeof losses / sizeof losses[0]; i++) {
        const struct reply_node *loss = reply_find(look->trade, losses[i]);
        cell_name(losses[i]);
        cell_count(reply_number(loss, "units"));
        cell_amount(look, reply_number(loss, "amount"));
        put("</tr>");
    }
    cell_name("cancelled orders");
    cell_count(reply_number(report, "cancelled"));
    cell_amount(look, reply_number(look->trade, "cancelled_owed"));
    put("</tr>");
    cell_name("orders with a discount");
    cell_count(reply_number(look->trade, "discounted"));
    cell_amount(look, reply_number(report, "discount"));
    put("</tr>");
    table_end();
}

static void put_drawer(const struct report_look *look, const struct reply_node *drawer)
{
    const struct reply_node *counts = reply_find(drawer, "counts");
    const struct reply_node *last = reply_at(counts, reply_count(counts) - 1);
    char name[32];
    (void)snprintf(name, sizeof name, "drawer %" PRId64, reply_number(drawer, "number"));
    cell_name(name);
    cell_amount(look, reply_number(last == NULL ? drawer : last, "cash"));
    cell_amount(look, reply_number(last == NULL ? drawer : last, "expected"));
    if (last == NULL) {
        put("<td>not counted</td><td></td>");
    } else {
        cell_amount(look, reply_number(last, "counted"));
        cell_amount(look, reply_number(last, "difference"));
    }
    put("</tr>");
}

static void put_drawers(const struct report_look *look)
{
    const size_t count = reply_count(look->drawers);
    if (count == 0) {
        return;
    }
    table_begin_named("drawers", "Cash drawers", "cash sales,expected,counted,difference");
    for (size_t i = 0; i < count && i < DRAWERS_SHOWN; i++) {
        put_drawer(look, reply_at(look->drawers, i));
    }
    if (count > DRAWERS_SHOWN) {
        cell_name("and more of them");
        put("<td></td><td></td><td></td><td></td></tr>");
    }
    table_end();
}

/* What the books know of the card provider, and what is still open with anybody. */
static void put_open(const struct report_look *look)
{
    static const struct {
        const char *field, *title;
    } rows[] = {{"refunded", "given back"},       {"give_back", "still to give back"},
                {"collect", "still to collect"},  {"held", "cards: held, not charged"},
                {"disputed", "cards: disputed"},  {"forgiven", "given back out of goodwill"},
                {"tip", "tips, beside the sales"}};
    const struct reply_node *report = reply_find(look->trade, "report");
    table_begin_named("open", "Given back, open, held", "amount");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cell_name(rows[i].title);
        cell_amount(look, reply_number(report, rows[i].field));
        put("</tr>");
    }
    table_end();
}

/* --- whether it is all --- */

static void put_missing(const struct report_look *look)
{
    const struct reply_node *report = reply_find(look->trade, "report");
    const struct reply_node *missing = reply_find(report, "missing");
    const bool is_whole = reply_count(missing) == 0 && reply_truth(report, "complete");
    (void)printf("<p id=\"missing\"%s>", is_whole ? "" : " class=\"warn\"");
    if (is_whole) {
        put("As far as this device knows, the journals of all devices are in it.");
    }
    for (size_t i = 0; i < reply_count(missing); i++) {
        put("Not all of <bdi>");
        put_escaped(reply_text(reply_at(missing, i), "name"));
        put("</bdi> is in it yet. ");
    }
    if (!reply_truth(report, "complete")) {
        put("The day has more orders than one report adds up. ");
    }
    if (reply_truth(report, "remaking")) {
        put("This device's figures are being worked over: print it again in some seconds.");
    }
    put("</p>\n");
}

static void put_head(const struct report_look *look)
{
    const char *popup = reply_text(look->session, "popup");
    put("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    put_escaped(popup);
    (void)printf(", day %" PRId64 "</title><style>%s</style></head><body>\n<h1><bdi>",
                 reply_number(look->trade, "day"), style);
    put_escaped(popup);
    (void)printf("</bdi>, day %" PRId64 "</h1><p>All amounts in ",
                 reply_number(look->trade, "day"));
    put_escaped(reply_text(look->session, "currency"));
    if (look->before != NULL) {
        put("; before: <bdi>");
        put_escaped(look->before_name);
        put("</bdi>");
    }
    put(".</p>\n");
}

void report_print_html(const struct report_look *look)
{
    put_head(look);
    put_missing(look);
    put_sums(look);
    put_chart(look);
    put("<div class=\"columns\">\n");
    put_hours(look);
    put_lists(look);
    put_stalls(look);
    put_methods(look);
    put_rates(look);
    put_losses(look);
    put_open(look);
    put_provider(look);
    put_sold_out(look);
    put("</div><div class=\"columns wide\">\n");
    put_waits(look);
    put_people(look);
    put_drawers(look);
    put_devices(look);
    put("</div></body></html>\n");
}
