/* trestle config show: each setting, its value, and where it was said: what a start would take. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/door.h"
#include "node/cli/reply.h"
#include "node/cli/shape.h"
#include "node/cli/terminal.h"
#include "node/config/settings_said.h"

enum { NAME_COLUMNS = 24, VALUE_COLUMNS = 36, NUMBER_BYTES_MAX = 24 };

/* One line of it. */
struct shown {
    const char *name;
    const char *value; /* NULL = it has none */
    const char *from;  /* a word for programs */
    const char *where; /* for people: a file and line, a variable, a flag */
    const char *without;
};

struct showing {
    bool is_json, has_origin;
    struct text json; /* the rows so far */
};

static void show_json(struct showing *showing, const struct shown *shown)
{
    const struct {
        const char *name, *value;
    } fields[] = {{"name", shown->name},
                  {"value", shown->value},
                  {"without", shown->without},
                  {"from", shown->from},
                  {"where", shown->where}};
    text_append_text(&showing->json, showing->json.size == 0 ? "{" : ",{");
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].value != NULL) {
            text_append_text(&showing->json, i == 0 ? "" : ",");
            text_append_json(&showing->json, fields[i].name);
            text_append_text(&showing->json, ":");
            text_append_json(&showing->json, fields[i].value);
        }
    }
    text_append_text(&showing->json, "}");
}

static void show(struct showing *showing, const struct shown *shown)
{
    char line[3 * PATH_BYTES_MAX];
    const char *without = shown->without == NULL ? "nothing" : shown->without;
    if (showing->is_json) {
        show_json(showing, shown);
        return;
    }
    if (shown->value != NULL) {
        (void)snprintf(line, sizeof line, "%s = %s", shown->name, shown->value);
    } else {
        (void)snprintf(line, sizeof line, "# %s: %s", shown->name, without);
    }
    text_disarm(line);
    if (showing->has_origin) {
        (void)printf("%-*s  %s\n", NAME_COLUMNS + VALUE_COLUMNS, line, shown->where);
    } else {
        (void)printf("%s\n", line);
    }
}

/* --- this device's --- */

static void show_usual(struct showing *showing, const struct setting_info *info)
{
    const struct shown shown = {.name = info->name,
                                .value = info->usual,
                                .without = info->usual == NULL ? info->without : NULL,
                                .from = "default",
                                .where = "default"};
    show(showing, &shown);
}

static void show_setting(struct showing *showing, const struct settings_said *said,
                         const struct setting_info *info)
{
    static const char *const froms[] = {[SAID_NOWHERE] = "default",
                                        [SAID_IN_FILE] = "file",
                                        [SAID_IN_ENVIRONMENT] = "environment",
                                        [SAID_IN_FLAGS] = "flag"};
    const struct setting_said *row;
    uint32_t at = 0;
    for (; (row = settings_said_find(said, info->name, at)) != NULL; at++) {
        char value[PATH_BYTES_MAX];
        setting_value_show(row->value, value);
        const struct shown shown = {
            .name = info->name, .value = value, .from = froms[row->in], .where = row->where};
        show(showing, &shown);
    }
    if (at == 0) {
        show_usual(showing, info);
    }
}

static void show_settings(struct showing *showing, const struct settings_said *said)
{
    const struct setting_info *info;
    for (uint32_t i = 0; (info = setting_info_at(i)) != NULL; i++) {
        show_setting(showing, said, info);
    }
}

/* Where the state and the file are, which nobody can say in the file. */
static void show_places(struct showing *showing, const struct args *args)
{
    char state[PATH_BYTES_MAX], config[PATH_BYTES_MAX];
    const char *where = NULL;
    if (place_state_said(args, state, &where) != EXIT_DONE) {
        return;
    }
    const char *config_where = place_config(args, state, config);
    if (!showing->is_json && !showing->has_origin) {
        return; /* what is printed can be a settings file */
    }
    const struct shown rows[] = {
        {.name = "state", .value = state, .from = "place", .where = where},
        {.name = "config",
         .value = config_where == NULL ? NULL : config,
         .without = config_where == NULL ? "there is no settings file" : NULL,
         .from = "place",
         .where = config_where == NULL ? "nowhere" : config_where}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        show(showing, &rows[i]);
    }
}

/* --- the pop-up's --- */

enum form { FORM_TEXT, FORM_NUMBER, FORM_TRUTH };

static const struct {
    const char *name, *field; /* field: of /api/session */
    enum form form;
} popup_settings[] = {{"popup.name", "popup", FORM_TEXT},
                      {"popup.currency", "currency", FORM_TEXT},
                      {"popup.digits", "digits", FORM_NUMBER},
                      {"popup.prices-include-tax", "prices_include_tax", FORM_TRUTH},
                      {"popup.cash-step", "cash_step", FORM_NUMBER},
                      {"popup.pay-first", "pay_first", FORM_TRUTH},
                      {"popup.copies", "copies", FORM_NUMBER},
                      {"popup.late-after-s", "late_after_s", FORM_NUMBER},
                      {"popup.escalate-after-s", "escalate_after_s", FORM_NUMBER},
                      {"popup.address", "address", FORM_TEXT},
                      {"popup.tips", "tips", FORM_TEXT}};

static void show_popup_setting(struct showing *showing, const struct reply_node *session, size_t at)
{
    char number[NUMBER_BYTES_MAX];
    const char *field = popup_settings[at].field;
    struct shown shown = {
        .name = popup_settings[at].name, .from = "popup", .where = "the pop-up, on every device"};
    switch (popup_settings[at].form) {
    case FORM_TEXT:
        shown.value = reply_text(session, field);
        break;
    case FORM_NUMBER:
        (void)snprintf(number, sizeof number, "%" PRId64, reply_number(session, field));
        shown.value = number;
        break;
    case FORM_TRUTH:
        shown.value = reply_truth(session, field) ? "yes" : "no";
        break;
    }
    shown.value = shown.value[0] == '\0' ? NULL : shown.value;
    show(showing, &shown);
}

static void show_popup(struct showing *showing, const struct reply_node *session)
{
    for (size_t i = 0; i < sizeof popup_settings / sizeof popup_settings[0]; i++) {
        show_popup_setting(showing, session, i);
    }
}

/* What the node says, or the store where none runs; nothing where there is neither yet. */
static int look_at_popup(const struct args *args, const char *state, struct showing *showing)
{
    const struct http_request request = {.method = "GET", .path = "/api/session"};
    struct text body = {0};
    struct door *door = NULL;
    if (!identity_exists(state)) {
        tell("%s is not part of a pop-up yet, so the pop-up says nothing", state);
        return EXIT_DONE;
    }
    int status = door_open(args, &door);
    status = status == EXIT_DONE ? door_get(door, &request, &body) : status;
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    if (reply != NULL) {
        show_popup(showing, reply_root(reply));
    }
    reply_free(reply);
    text_close(&body);
    door_close(door);
    return status;
}

/* --- the command --- */

static void print_json(const struct showing *showing)
{
    struct text whole = {0};
    text_append_text(&whole, "{\"settings\":[");
    text_append(&whole, showing->json.data, showing->json.size);
    text_append_text(&whole, "]}");
    shape_print("config.show", &whole);
    text_close(&whole);
}

static int config_show(const struct args *args, struct settings_said *said)
{
    struct place place;
    struct showing showing = {.is_json = args_has(args, "json"),
                              .has_origin = args_has(args, "origin")};
    int status = place_find_said(args, said, &place);
    if (status != EXIT_DONE) {
        return status;
    }
    show_places(&showing, args);
    show_settings(&showing, said);
    if (showing.is_json || showing.has_origin) {
        status = look_at_popup(args, place.state, &showing);
    }
    if (showing.is_json) {
        print_json(&showing);
    }
    text_close(&showing.json);
    return status;
}

int command_config(const struct args *args)
{
    if (strcmp(args->words[0], "show") != 0) {
        tell("usage: trestle config show [--origin] [--json]");
        return EXIT_USAGE;
    }
    struct settings_said *said = calloc(1, sizeof *said);
    if (said == NULL) {
        return tell_failure("this machine", ERR_NO_MEMORY);
    }
    const int status = config_show(args, said);
    free(said);
    return status;
}
