#include "node/cli/table.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "node/cli/reply.h"
#include "sync/base/check.h"
#include "sync/base/err.h"

void table_begin(struct table *table, FILE *file, bool is_json, const char *const *columns)
{
    *table = (struct table){.file = file, .is_json = is_json, .columns = columns};
    for (size_t i = 0; !is_json && columns[i] != NULL; i++) {
        (void)fprintf(file, "%s%s", i == 0 ? "" : ",", columns[i]);
    }
    if (!is_json) {
        (void)fputs("\r\n", file);
    }
}

static void begin_value(struct table *table)
{
    check(table->columns[table->at] != NULL);
    if (table->is_json) {
        text_append_text(&table->row, table->at == 0 ? "{" : ",");
        text_append_json(&table->row, table->columns[table->at]);
        text_append_text(&table->row, ":");
    } else if (table->at > 0) {
        text_append_text(&table->row, ",");
    }
    table->at++;
}

void table_put_int(struct table *table, int64_t number)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRId64, number);
    begin_value(table);
    text_append_text(&table->row, digits);
}

/* How many bytes at @at are a control character: C0, DEL, or C1 in two bytes of UTF-8. */
static size_t control_size(const uint8_t *at, size_t size)
{
    if (at[0] < 0x20 || at[0] == 0x7f) {
        return 1;
    }
    return size > 1 && at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0 ? 2 : 0;
}

static void put_csv(struct text *row, struct bytes text)
{
    const bool is_formula =
        text.size > 0 && strchr("=+-@\t\r", text.data[0]) != NULL && text.data[0] != '\0';
    const bool is_quoted =
        is_formula ||
        (text.size > 0 && (memchr(text.data, ',', text.size) || memchr(text.data, '"', text.size)));
    if (is_quoted) {
        text_append_text(row, is_formula ? "\"'" : "\"");
    }
    for (size_t i = 0; i < text.size; i++) {
        const size_t control = control_size(text.data + i, text.size - i);
        if (control > 0) {
            text_append_text(row, " ");
            i += control - 1;
        } else {
            text_append(row, text.data + i, 1);
            if (text.data[i] == '"') {
                text_append_text(row, "\"");
            }
        }
    }
    if (is_quoted) {
        text_append_text(row, "\"");
    }
}

static void put_json(struct text *row, struct bytes text)
{
    struct text terminated = {0};
    text_append(&terminated, text.data, text.size);
    text_append(&terminated, "", 1);
    text_append_json(row, terminated.data);
    text_close(&terminated);
}

void table_put_text(struct table *table, struct bytes text)
{
    begin_value(table);
    if (table->is_json) {
        put_json(&table->row, text);
    } else {
        put_csv(&table->row, text);
    }
}

void table_put_hex(struct table *table, struct bytes bytes)
{
    char hex[80];
    check(2 * bytes.size < sizeof hex);
    hex[0] = '\0';
    for (size_t i = 0; i < bytes.size; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", bytes.data[i]);
    }
    table_put_text(table, bytes_of_text(hex));
}

void table_put_time(struct table *table, int64_t wall_ms)
{
    char printed[40] = "";
    struct tm parts;
    const time_t seconds = (time_t)(wall_ms / 1000);
    if (wall_ms > 0 && gmtime_r(&seconds, &parts) != NULL &&
        strftime(printed, sizeof printed, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
        printed[0] = '\0';
    }
    table_put_text(table, bytes_of_text(printed));
}

int table_end_row(struct table *table)
{
    check(table->columns[table->at] == NULL);
    text_append_text(&table->row, table->is_json ? "}\n" : "\r\n");
    const size_t size = table->row.size;
    const bool is_written = fwrite(table->row.data, 1, size, table->file) == size;
    text_clear(&table->row);
    table->at = 0;
    return is_written ? 0 : ERR_FULL;
}

void table_close(struct table *table)
{
    text_close(&table->row);
}
