/* trestle printer: the pop-up's printers, who drives them and how they are; a test slip; the
 * backup; a ticket or receipt once more. */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/order_id.h"
#include "node/cli/print_address.h"
#include "node/cli/printer_told.h"
#include "node/cli/reply.h"
#include "node/cli/shape.h"
#include "node/cli/terminal.h"
#include "node/cli/verb.h"
#include "node/os/clock.h"

enum { PRINTER_PATH_BYTES_MAX = 96, TEST_MS_MAX = 10000, TEST_LOOK_MS = 200 };

static int usage(void)
{
    tell("usage: trestle printer list | status PRINTER | test PRINTER | backup NUMBER OTHER|none | "
         "reprint NUMBER ORDER; PRINTER is a number of the list, or an address: 10.0.0.9:9100, "
         "/dev/usb/lp0");
    return EXIT_USAGE;
}

static bool is_number(const char *word)
{
    const size_t size = strlen(word);
    return size > 0 && size < 9 && strspn(word, "0123456789") == size;
}

/* --- looking --- */

/* The printers' records, who told how his are, and the devices' names. */
struct look {
    struct reply *printers, *mesh, *devices;
};

static int look_at(struct door *door, const char *path, struct reply **ret_reply)
{
    const struct http_request request = {.method = "GET", .path = path};
    struct text body = {0};
    const int status = door_get(door, &request, &body);
    *ret_reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    text_close(&body);
    return status;
}

static int look_open(struct door *door, struct look *ret_look)
{
    *ret_look = (struct look){.printers = NULL};
    int status = look_at(door, "/api/printers", &ret_look->printers);
    status = status == EXIT_DONE ? look_at(door, "/api/mesh", &ret_look->mesh) : status;
    return status == EXIT_DONE ? look_at(door, "/api/devices", &ret_look->devices) : status;
}

static void look_close(const struct look *look)
{
    reply_free(look->printers);
    reply_free(look->mesh);
    reply_free(look->devices);
}

/* The one of @list whose @field is @wanted; NULL. */
static const struct reply_node *find_by_text(const struct reply_node *list, const char *field,
                                             const char *wanted)
{
    for (size_t i = 0; i < reply_count(list); i++) {
        if (strcmp(reply_text(reply_at(list, i), field), wanted) == 0) {
            return reply_at(list, i);
        }
    }
    return NULL;
}

static const struct reply_node *find_by_number(const struct reply_node *list, int64_t number)
{
    for (size_t i = 0; i < reply_count(list); i++) {
        if (reply_number(reply_at(list, i), "number") == number) {
            return reply_at(list, i);
        }
    }
    return NULL;
}

/* How @printer is, as its owner told lately; NULL: he told nothing. */
static const struct reply_node *told_of(const struct look *look, const struct reply_node *printer)
{
    const struct reply_node *devices = reply_find(reply_root(look->mesh), "devices");
    const struct reply_node *owner = find_by_text(devices, "device", reply_text(printer, "owner"));
    return owner == NULL
               ? NULL
               : find_by_number(reply_find(owner, "printers"), reply_number(printer, "number"));
}

/* The device that drives it; NULL: nobody does. */
static const struct reply_node *owner_of(const struct look *look, const struct reply_node *printer)
{
    const char *owner = reply_text(printer, "owner");
    return find_by_text(reply_find(reply_root(look->devices), "devices"), "id", owner);
}

/* --- the list --- */

static void put_text(struct text *json, const char *name, const char *value)
{
    text_append_text(json, ",");
    text_append_json(json, name);
    text_append_text(json, ":");
    text_append_json(json, value);
}

static void put_number(struct text *json, const char *name, int64_t value)
{
    char number[64];
    (void)snprintf(number, sizeof number, "%s\"%s\":%" PRId64, json->size > 1 ? "," : "", name,
                   value);
    text_append_text(json, number);
}

static void put_told(struct text *json, const struct reply_node *told)
{
    text_append_text(json, reply_truth(told, "ready") ? ",\"ready\":true" : ",\"ready\":false");
    put_text(json, "state", reply_text(told, "state"));
    put_number(json, "waiting", reply_number(told, "waiting"));
}

static void put_printer(struct text *list, const struct look *look,
                        const struct reply_node *printer)
{
    static const char *const texts[] = {"name", "driver", "address", "stations", "owner"};
    const struct reply_node *told = told_of(look, printer);
    struct text json = {0};
    text_append_text(&json, "{");
    put_number(&json, "number", reply_number(printer, "number"));
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        put_text(&json, texts[i], reply_text(printer, texts[i]));
    }
    put_text(&json, "owner_name", reply_text(owner_of(look, printer), "name"));
    put_number(&json, "backup", reply_number(printer, "backup"));
    if (told != NULL) {
        put_told(&json, told);
    }
    text_append_text(&json, "}");
    text_append_text(list, list->size > 0 ? "," : "");
    text_append(list, json.data, json.size);
    text_close(&json);
}

static void print_json(const struct look *look)
{
    const struct reply_node *printers = reply_find(reply_root(look->printers), "printers");
    struct text list = {0}, whole = {0};
    for (size_t i = 0; i < reply_count(printers); i++) {
        if (!reply_truth(reply_at(printers, i), "hidden")) {
            put_printer(&list, look, reply_at(printers, i));
        }
    }
    text_append_text(&whole, "{\"printers\":[");
    text_append(&whole, list.data, list.size);
    text_append_text(&whole, "]}");
    shape_print("printer.list", &whole);
    text_close(&list);
    text_close(&whole);
}

/* What people typed, without what would move the cursor. */
static const char *shown(char *room, size_t capacity, const char *text, const char *otherwise)
{
    (void)snprintf(room, capacity, "%s", text[0] == '\0' ? otherwise : text);
    text_disarm(room);
    return room;
}

static void print_row(const struct look *look, const struct reply_node *printer)
{
    char name[128], owner[128], address[512], stations[256];
    const struct reply_node *told = told_of(look, printer);
    const int64_t waiting = reply_number(told, "waiting"), backup = reply_number(printer, "backup");
    (void)printf("%3" PRId64 "  %-16s %-16s %-22s %-16s %s", reply_number(printer, "number"),
                 shown(name, sizeof name, reply_text(printer, "name"), "-"),
                 shown(owner, sizeof owner, reply_text(owner_of(look, printer), "name"), "nobody"),
                 shown(address, sizeof address, reply_text(printer, "address"),
                       reply_text(printer, "driver")),
                 shown(stations, sizeof stations, reply_text(printer, "stations"), "all stations"),
                 told == NULL ? "not told: its device is not heard from"
                              : reply_text(told, "state"));
    if (waiting > 0) {
        (void)printf("; %" PRId64 " slips wait", waiting);
    }
    if (backup > 0) {
        (void)printf("; backup %" PRId64, backup);
    }
    (void)printf("\n");
}

static int printer_list(const struct args *args, struct door *door)
{
    struct look look;
    const int status = look_open(door, &look);
    const struct reply_node *printers =
        status == EXIT_DONE ? reply_find(reply_root(look.printers), "printers") : NULL;
    if (status == EXIT_DONE && args_has(args, "json")) {
        print_json(&look);
        printers = NULL;
    }
    for (size_t i = 0; i < reply_count(printers); i++) {
        if (!reply_truth(reply_at(printers, i), "hidden")) {
            print_row(&look, reply_at(printers, i));
        }
    }
    look_close(&look);
    return status;
}

/* --- one of them --- */

static int no_such_printer(const char *word)
{
    tell("there is no printer %s; trestle printer list shows all", word);
    return EXIT_FAILED;
}

static int printer_status(const struct args *args, struct door *door)
{
    struct look look;
    const char *word = args->words[1];
    int status = look_open(door, &look);
    const struct reply_node *list =
        status == EXIT_DONE ? reply_find(reply_root(look.printers), "printers") : NULL;
    const struct reply_node *printer = find_by_number(list, strtoll(word, NULL, 10));
    const struct reply_node *told = told_of(&look, printer);
    if (status == EXIT_DONE && printer == NULL) {
        status = no_such_printer(word);
    } else if (status == EXIT_DONE) {
        const struct printer_told all = {
            .printer = word,
            .is_ready = reply_truth(told, "ready"),
            .state = told == NULL ? "the device that drives it is not heard from, or its node does "
                                    "not run"
                                  : reply_text(told, "state"),
            .waiting = reply_number(told, "waiting")};
        status = printer_told_print(args, &all);
    }
    look_close(&look);
    return status;
}

/* One look at the own printer @number: told and freed through @ret_reply. NULL: it is none. */
static const struct reply_node *own_look(struct door *door, int64_t number,
                                         struct reply **ret_reply)
{
    if (look_at(door, "/api/status", ret_reply) != EXIT_DONE) {
        return NULL;
    }
    return find_by_number(reply_find(reply_root(*ret_reply), "printers"), number);
}

static int await_test(const struct args *args, struct door *door, const char *word)
{
    const int64_t number = strtoll(word, NULL, 10);
    const uint64_t deadline_ms = clock_mono_ms() + TEST_MS_MAX;
    for (;;) {
        struct reply *reply = NULL;
        const struct reply_node *own = own_look(door, number, &reply);
        const struct printer_told told = {.printer = word,
                                          .is_ready = reply_truth(own, "ready"),
                                          .state = reply_text(own, "state"),
                                          .waiting = reply_number(own, "waiting"),
                                          .test = reply_text(own, "test")};
        const bool is_over = own == NULL || strcmp(told.test, "waits") != 0;
        if (is_over || clock_mono_ms() >= deadline_ms) {
            const int status =
                own == NULL ? no_such_printer(word) : printer_told_print(args, &told);
            reply_free(reply);
            return status;
        }
        reply_free(reply);
        (void)poll(NULL, 0, TEST_LOOK_MS);
    }
}

static int printer_test(const struct args *args, struct door *door)
{
    char path[PRINTER_PATH_BYTES_MAX], missing[2 * PRINTER_PATH_BYTES_MAX];
    struct text body = {0};
    (void)snprintf(path, sizeof path, "/api/printers/%s/test", args->words[1]);
    (void)snprintf(missing, sizeof missing,
                   "printer %s prints test slips where its device's node runs; trestle printer "
                   "list says which device",
                   args->words[1]);
    const struct http_request request = {
        .method = "POST", .path = path, .body = bytes_of_text("{}")};
    const int status = door_find(door, &request, missing, &body);
    text_close(&body);
    return status == EXIT_DONE ? await_test(args, door, args->words[1]) : status;
}

/* --- changing --- */

static int printer_backup(const struct args *args, struct door *door)
{
    char path[PRINTER_PATH_BYTES_MAX], json[PRINTER_PATH_BYTES_MAX];
    char missing[PRINTER_PATH_BYTES_MAX];
    const char *number = args->words[1], *other = args->words[2];
    const bool is_none = strcmp(other, "none") == 0;
    struct text body = {0};
    if (!is_number(number) || (!is_none && !is_number(other)) || strcmp(number, other) == 0) {
        return usage();
    }
    (void)snprintf(path, sizeof path, "/api/printers/%s", number);
    (void)snprintf(missing, sizeof missing, "there is no printer %s; trestle printer list", number);
    const int size =
        snprintf(json, sizeof json, "{\"backup\":%ld}", is_none ? 0 : strtol(other, NULL, 10));
    const struct http_request request = {
        .method = "PATCH", .path = path, .body = bytes_of(json, (size_t)size)};
    const int status = door_find(door, &request, missing, &body);
    if (status == EXIT_DONE && args_has(args, "json")) {
        shape_print("printer.backup", &body);
    } else if (status == EXIT_DONE) {
        tell("what printer %s cannot print goes to %s", number, is_none ? "no other" : other);
    }
    text_close(&body);
    return status;
}

/* Ask for the slip of @station: a ticket, or the receipt where @station is NULL. */
static int reprint_one(const struct args *args, struct door *door, const char *path,
                       const char *station)
{
    struct text json = {0}, body = {0};
    text_append_text(&json, station == NULL ? "{\"what\":\"receipt\"" : "{\"what\":\"ticket\"");
    put_text(&json, "station", station == NULL ? "" : station);
    put_number(&json, "printer", strtol(args->words[1], NULL, 10));
    text_append_text(&json, "}");
    const struct http_request request = {
        .method = "POST", .path = path, .body = bytes_of(json.data, json.size)};
    const int status = door_get(door, &request, &body);
    if (status == EXIT_DONE && args_has(args, "json")) {
        shape_print("printer.reprint", &body);
    } else if (status == EXIT_DONE) {
        tell("printer %s is asked for the %s%s; trestle printer list says whether it waits",
             args->words[1], station == NULL ? "receipt" : "ticket of ",
             station == NULL ? "" : station);
    }
    text_close(&json);
    text_close(&body);
    return status;
}

/* Whether a line before @at is made there, too. */
static bool is_station_done(const struct reply_node *lines, size_t at)
{
    const char *station = reply_text(reply_at(lines, at), "station");
    for (size_t i = 0; i < at; i++) {
        if (strcmp(reply_text(reply_at(lines, i), "station"), station) == 0) {
            return true;
        }
    }
    return false;
}

/* A ticket for each station that makes something of it. */
static int reprint_tickets(const struct args *args, struct door *door, const char *order,
                           const char *path)
{
    struct reply *reply = NULL;
    int status = look_at(door, order, &reply);
    const struct reply_node *lines =
        status == EXIT_DONE ? reply_find(reply_root(reply), "lines") : NULL;
    for (size_t i = 0; i < reply_count(lines) && status == EXIT_DONE; i++) {
        if (!is_station_done(lines, i)) {
            status = reprint_one(args, door, path, reply_text(reply_at(lines, i), "station"));
        }
    }
    reply_free(reply);
    return status;
}

static int printer_reprint(const struct args *args, struct door *door)
{
    char id[PRINTER_PATH_BYTES_MAX], order[2 * PRINTER_PATH_BYTES_MAX];
    char path[3 * PRINTER_PATH_BYTES_MAX];
    const char *station = args_flag(args, "station");
    if (!is_number(args->words[1])) {
        return usage();
    }
    const int status = order_id_of(door, args->words[2], id, sizeof id);
    if (status != EXIT_DONE) {
        return status;
    }
    (void)snprintf(order, sizeof order, "/api/orders/%s", id);
    (void)snprintf(path, sizeof path, "%s/print", order);
    if (args_has(args, "receipt")) {
        return reprint_one(args, door, path, NULL);
    }
    return station != NULL ? reprint_one(args, door, path, station)
                           : reprint_tickets(args, door, order, path);
}

/* --- the command --- */

static bool is_at_address(const struct args *args)
{
    return args->words_count == 2 && !is_number(args->words[1]);
}

int command_printer(const struct args *args)
{
    static const struct verb verbs[] = {{"list", 1, printer_list},
                                        {"status", 2, printer_status},
                                        {"test", 2, printer_test},
                                        {"backup", 3, printer_backup},
                                        {"reprint", 3, printer_reprint}};
    const struct verb *verb = verb_find(args, verbs, sizeof verbs / sizeof verbs[0]);
    if (verb == NULL) {
        return usage();
    }
    if (is_at_address(args)) {
        return verb->run == printer_test ? print_address_test(args, args->words[1])
                                         : print_address_status(args, args->words[1]);
    }
    return verb_run(args, verb);
}
