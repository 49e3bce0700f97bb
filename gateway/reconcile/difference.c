#include "gateway/reconcile/difference.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *code, *text, *next;
} rows[DIFFERENCE_KIND_COUNT] = {
#define X(name, code, text, next) [DIFFERENCE_##name] = {(code), (text), (next)},
    DIFFERENCES(X)
#undef X
};

const char *difference_code(enum difference_kind kind)
{
    return rows[kind].code;
}

const char *difference_next(enum difference_kind kind)
{
    return rows[kind].next;
}

void money_style_print(const struct money_style *style, int64_t minor, struct text *to)
{
    char text[64];
    uint64_t unit = 1;
    const uint64_t size = minor < 0 ? UINT64_C(0) - (uint64_t)minor : (uint64_t)minor;
    for (unsigned i = 0; i < style->digits; i++) {
        unit *= 10;
    }
    int written =
        snprintf(text, sizeof text, "%s%" PRIu64, minor < 0 ? "-" : "", (uint64_t)(size / unit));
    if (style->digits > 0) {
        written += snprintf(text + written, sizeof text - (size_t)written, ".%0*" PRIu64,
                            (int)style->digits, (uint64_t)(size % unit));
    }
    (void)snprintf(text + written, sizeof text - (size_t)written, " %s", style->currency);
    text_append_text(to, text);
}

/* --- the sentence --- */

static void put_order(const struct difference *difference, const struct money_style *style,
                      struct text *to)
{
    (void)style;
    text_append_text(to, "order ");
    text_append_text(to, difference->number[0] != '\0' ? difference->number : "without a number");
}

static void put_provider(const struct difference *difference, const struct money_style *style,
                         struct text *to)
{
    money_style_print(style, difference->provider_minor, to);
}

static void put_ledger(const struct difference *difference, const struct money_style *style,
                       struct text *to)
{
    money_style_print(style, difference->ledger_minor, to);
}

static void put_there(const struct difference *difference, const struct money_style *style,
                      struct text *to)
{
    (void)style;
    text_append_text(to, difference->there);
}

static void put_here(const struct difference *difference, const struct money_style *style,
                     struct text *to)
{
    (void)style;
    text_append_text(to, difference->here);
}

static const struct {
    const char *name;
    void (*put)(const struct difference *difference, const struct money_style *style,
                struct text *to);
} places[] = {{"{order}", put_order},
              {"{provider}", put_provider},
              {"{ledger}", put_ledger},
              {"{there}", put_there},
              {"{here}", put_here}};

/* The place that @text begins with is filled; its size, 0 = it begins with none. */
static size_t place_fill(const char *text, const struct difference *difference,
                         const struct money_style *style, struct text *to)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const size_t size = strlen(places[i].name);
        if (strncmp(text, places[i].name, size) == 0) {
            places[i].put(difference, style, to);
            return size;
        }
    }
    return 0;
}

void difference_print(const struct difference *difference, const struct money_style *style,
                      struct text *to)
{
    for (const char *at = rows[difference->kind].text; *at != '\0';) {
        const size_t size = place_fill(at, difference, style, to);
        if (size == 0) {
            text_append(to, at, 1);
        }
        at += size > 0 ? size : 1;
    }
}
