/* trestle doctor: what is wrong and what to do about it, whether or not a node runs. */
#include "node/cli/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/http.h"
#include "node/cli/program.h"
#include "node/cli/terminal.h"
#include "node/core/control.h"

const char *diagnosis_level_text(enum diagnosis_level level)
{
    static const char *const texts[] = {
#define X(name, text) [name] = (text),
        DIAGNOSIS_LEVELS(X)
#undef X
    };
    return texts[level];
}

void diagnose(struct diagnoses *all, enum diagnosis_level level, const char *check, const char *fix,
              const char *format, ...)
{
    if (all->count == DIAGNOSES_MAX) {
        return;
    }
    struct diagnosis *one = &all->items[all->count++];
    va_list arguments;
    *one = (struct diagnosis){.level = level, .check = check, .fix = fix};
    va_start(arguments, format);
    (void)vsnprintf(one->text, sizeof one->text, format, arguments);
    va_end(arguments);
    text_disarm(one->text); /* names come from other devices */
}

/* --- looking --- */

static void ask_node(const struct place *place, struct diagnoses *all)
{
    const struct http_request ready = {.method = "GET", .path = "/readyz"};
    const struct http_request whole = {.method = "GET", .path = "/api/status"};
    struct text health = {0}, body = {0};
    int ready_status = 0, status = 0;
    int err = http_ask(place->state, "ctl.sock", &ready, &ready_status, &health);
    if (err == 0) {
        err = http_ask(place->state, "ctl.sock", &whole, &status, &body);
    }
    struct reply *reply = err == 0 && status == 200 ? reply_new(&body) : NULL;
    if (reply != NULL) {
        doctor_node(place, reply_root(reply), all);
    } else {
        diagnose(all, DIAGNOSIS_FAIL, "node", "look at its log, then start it again",
                 "it runs and does not answer");
    }
    if (reply != NULL && ready_status != 200) {
        diagnose(all, DIAGNOSIS_FAIL, "node", "look at its log: a full disk is told there",
                 "it cannot write, or hangs");
    }
    reply_free(reply);
    text_close(&health);
    text_close(&body);
}

/* --- saying --- */

static enum diagnosis_level worst(const struct diagnoses *all)
{
    enum diagnosis_level level = DIAGNOSIS_OK;
    for (uint32_t i = 0; i < all->count; i++) {
        level = all->items[i].level > level ? all->items[i].level : level;
    }
    return level;
}

static void print_text(const struct diagnoses *all)
{
    static const char *const colours[] = {"\033[32m", "\033[33m", "\033[31m"};
    const bool is_colourful = terminal_is_colourful(stdout);
    for (uint32_t i = 0; i < all->count; i++) {
        const struct diagnosis *one = &all->items[i];
        (void)printf("%s%-4s%s  %-8s  %s\n", is_colourful ? colours[one->level] : "",
                     diagnosis_level_text(one->level), is_colourful ? "\033[0m" : "", one->check,
                     one->text);
        if (one->fix != NULL) {
            (void)printf("                -> %s\n", one->fix);
        }
    }
}

static void print_json(const struct diagnoses *all)
{
    struct text text = {0};
    text_append_text(&text, "{\"verdict\":");
    text_append_json(&text, diagnosis_level_text(worst(all)));
    text_append_text(&text, ",\"findings\":[");
    for (uint32_t i = 0; i < all->count; i++) {
        const struct diagnosis *one = &all->items[i];
        text_append_text(&text, i == 0 ? "{\"level\":" : ",{\"level\":");
        text_append_json(&text, diagnosis_level_text(one->level));
        text_append_text(&text, ",\"check\":");
        text_append_json(&text, one->check);
        text_append_text(&text, ",\"text\":");
        text_append_json(&text, one->text);
        text_append_text(&text, ",\"fix\":");
        text_append_json(&text, one->fix == NULL ? "" : one->fix);
        text_append_text(&text, "}");
    }
    text_append_text(&text, "]}\n");
    (void)fwrite(text.data, 1, text.size, stdout);
    text_close(&text);
}

int command_doctor(const struct args *args)
{
    struct place place;
    struct diagnoses *all = calloc(1, sizeof *all);
    if (all == NULL) {
        return tell_failure("this machine", ERR_NO_MEMORY);
    }
    int status = place_find(args, &place);
    if (status == EXIT_DONE) {
        doctor_machine(&place, all);
        doctor_store(&place, all);
        if (control_is_running(place.state)) {
            ask_node(&place, all);
        } else {
            diagnose(all, DIAGNOSIS_OK, "node", NULL, "none runs; start it with trestle run");
            doctor_ports(&place, all);
        }
        if (program_running()->doctor != NULL) {
            program_running()->doctor(&place, all);
        }
        if (args_has(args, "json")) {
            print_json(all);
        } else {
            print_text(all);
        }
        status = (int)worst(all);
    }
    free(all);
    return status;
}
