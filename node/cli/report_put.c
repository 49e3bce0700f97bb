#include "node/cli/report_put.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "node/cli/menu_file.h"

void put(const char *text)
{
    (void)fputs(text, stdout);
}

void put_escaped(const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            put("&lt;");
            break;
        case '>':
            put("&gt;");
            break;
        case '&':
            put("&amp;");
            break;
        case '"':
            put("&quot;");
            break;
        default:
            (void)putchar(*text);
        }
    }
}

void put_amount(const struct report_look *look, int64_t minor)
{
    struct text text = {0};
    menu_put_amount(&text, minor, look->digits);
    (void)printf("%.*s", (int)text.size, text.data);
    text_close(&text);
}

void cell_name(const char *name)
{
    put("<tr><td><bdi>");
    put_escaped(name);
    put("</bdi></td>");
}

void cell_amount(const struct report_look *look, int64_t minor)
{
    put("<td>");
    put_amount(look, minor);
    put("</td>");
}

void cell_count(int64_t count)
{
    (void)printf("<td>%" PRId64 "</td>", count);
}

static bool local_of(int64_t at_ms, struct tm *ret_parts)
{
    const time_t seconds = (time_t)(at_ms / 1000);
    return localtime_r(&seconds, ret_parts) != NULL;
}

void report_time_print(int64_t at_ms, int64_t day_ms, char ret_text[REPORT_TIME_BYTES_MAX])
{
    struct tm at, day;
    ret_text[0] = '\0';
    if (at_ms == 0 || !local_of(at_ms, &at) || !local_of(day_ms, &day)) {
        return;
    }
    const bool is_same = at.tm_year == day.tm_year && at.tm_yday == day.tm_yday;
    (void)strftime(ret_text, REPORT_TIME_BYTES_MAX, is_same ? "%H:%M" : "%m-%d %H:%M", &at);
}

void cell_time(int64_t at_ms, int64_t day_ms)
{
    char text[REPORT_TIME_BYTES_MAX];
    report_time_print(at_ms, day_ms, text);
    (void)printf("<td>%s</td>", text);
}

void table_begin_named(const char *id, const char *title, const char *heads)
{
    (void)printf("<section><h2>%s</h2><table id=\"%s\"><thead><tr><th></th>", title, id);
    while (*heads != '\0') {
        const size_t size = strcspn(heads, ",");
        (void)printf("<th>%.*s</th>", (int)size, heads);
        heads += size + (heads[size] == ',' ? 1 : 0);
    }
    put("</tr></thead><tbody>");
}

void table_end(void)
{
    put("</tbody></table></section>\n");
}
