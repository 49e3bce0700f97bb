/* Which printers there are, which are ours, and the way to them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/core/core_print.h"
#include "node/figures/board.h"
#include "node/print/plain.h"

_Static_assert((int)PLAIN_BYTES_MAX <= (int)ESCPOS_BYTES_MAX, "one buffer for both");

/* --- records --- */

static void copy_text(char *to, size_t capacity, struct bytes text)
{
    const size_t size = text.size < capacity ? text.size : capacity - 1;
    if (size > 0) {
        memcpy(to, text.data, size);
    }
    to[size] = '\0';
}

static bool is_owner(const struct core *core, struct bytes owner)
{
    return owner.size == 8 && get_be64(owner.data) == core->identity->device;
}

/* Where a driver "text" writes; "" when the settings do not let it. */
static void text_path(const struct core *core, uint32_t number, char to[DEVICE_ADDRESS_BYTES_MAX])
{
    const char *folder = core->settings->print_folder;
    const bool has_room = strlen(folder) + 32 < DEVICE_ADDRESS_BYTES_MAX;
    to[0] = '\0';
    if (folder[0] != '\0' && has_room) {
        (void)snprintf(to, DEVICE_ADDRESS_BYTES_MAX, "%.*s/printer-%u.txt",
                       DEVICE_ADDRESS_BYTES_MAX - 32, folder, (unsigned)number);
    }
}

static void printer_of_record(struct core *core, const struct record *record,
                              struct core_printer *ret_printer)
{
    struct core_printer *printer = ret_printer;
    memset(printer, 0, sizeof *printer);
    printer->number = (uint32_t)record->number;
    printer->is_own = is_owner(core, record_text(record, PRINTER_OWNER));
    copy_text(printer->stations, sizeof printer->stations, record_text(record, PRINTER_STATIONS));
    printer->width = (uint32_t)record_number(record, PRINTER_WIDTH);
    printer->backup = (uint32_t)record_number(record, PRINTER_BACKUP);
    printer->codepage = codepage_find(record_text(record, PRINTER_CODEPAGE));
    printer->config.retry_ms = SPOOL_RETRY_MS;
    printer->config.gives_up = printer->backup != 0;
    printer->config.wake = core_wake;
    printer->config.context = core;
    printer->config.is_file =
        bytes_equal(record_text(record, PRINTER_DRIVER), bytes_of_text("text"));
    if (printer->config.is_file) {
        text_path(core, printer->number, printer->config.address);
    } else {
        copy_text(printer->config.address, sizeof printer->config.address,
                  record_text(record, PRINTER_ADDRESS));
    }
}

static int record_next(struct core *core, struct store_txn *txn, struct key *key,
                       struct record *ret_record)
{
    struct entity_id id;
    struct core_print *print = core->print;
    int err = board_next(txn, INDEX_RECORD, key, &id);
    if (err == 0 && key->data[1] != KIND_PRINTER) {
        err = ERR_NOT_FOUND;
    }
    if (err == 0) {
        err = board_led_to(history_get(print->history, txn, KIND_PRINTER, &id));
    }
    if (err == 0) {
        record_derive(print->history, ret_record);
    }
    return err;
}

/* --- ours --- */

static bool is_same_way(const struct core_printer *a, const struct core_printer *b)
{
    return a->is_own == b->is_own && a->config.is_file == b->config.is_file &&
           a->config.gives_up == b->config.gives_up &&
           strcmp(a->config.address, b->config.address) == 0;
}

/* What it had not printed is looked for again. */
static void printer_leave(struct core_print *print, struct core_printer *printer)
{
    if (printer->spool == NULL) {
        return;
    }
    spool_leave(printer->spool);
    printer->spool = NULL;
    for (size_t i = 0; i < PRINT_LIVE_MAX; i++) {
        if (print->live[i].printer == printer->number) {
            print->live[i].is_used = false;
        }
    }
}

static void printer_keep(struct core_print *print, struct core_printer *printer)
{
    struct core_printer *before = core_printer_find(print, printer->number);
    if (before != NULL && before->spool != NULL && is_same_way(before, printer)) {
        printer->spool = before->spool;
        printer->troubles = before->troubles;
        printer->test = before->test;
        printer->behind = before->behind;
        before->spool = NULL;
    }
}

static void printer_start(struct core_printer *printer)
{
    if (printer->is_own && printer->spool == NULL &&
        spool_start(&printer->config, &printer->spool) != 0) {
        logger_say(LEVEL_ERROR, "print", "printer %u cannot be started: no memory",
                   (unsigned)printer->number);
    }
}

int core_printers_load(struct core *core, struct store_txn *txn)
{
    struct core_print *print = core->print;
    struct core_printer *found = calloc(PRINTERS_MAX, sizeof *found);
    struct key key = {.data = {INDEX_RECORD, KIND_PRINTER}, .size = 2};
    struct record record;
    uint32_t count = 0;
    int err = found == NULL ? ERR_NO_MEMORY : 0;
    while (err == 0 && count < PRINTERS_MAX) {
        err = record_next(core, txn, &key, &record);
        if (err == 0 && record.is_known && !record.is_hidden) {
            printer_of_record(core, &record, &found[count++]);
        }
    }
    if (err == 0 || err == ERR_NOT_FOUND) {
        for (uint32_t i = 0; i < count; i++) {
            printer_keep(print, &found[i]);
        }
        for (uint32_t i = 0; i < print->printers_count; i++) {
            printer_leave(print, &print->printers[i]);
        }
        memcpy(print->printers, found, count * sizeof *found);
        print->printers_count = count;
        for (uint32_t i = 0; i < count; i++) {
            printer_start(&print->printers[i]);
        }
    }
    free(found);
    return err == ERR_NOT_FOUND ? 0 : err;
}

void core_printers_close(struct core_print *print)
{
    for (uint32_t i = 0; i < print->printers_count; i++) {
        spool_stop(print->printers[i].spool);
    }
}

/* --- finding --- */

struct core_printer *core_printer_find(struct core_print *print, uint32_t number)
{
    for (uint32_t i = 0; i < print->printers_count; i++) {
        if (print->printers[i].number == number) {
            return &print->printers[i];
        }
    }
    return NULL;
}

/* Whether @list has @word between its commas, spaces around them left out. */
static bool list_names(const char *list, struct bytes word)
{
    while (*list != '\0') {
        list += strspn(list, ", ");
        size_t size = strcspn(list, ",");
        const size_t next = size;
        while (size > 0 && list[size - 1] == ' ') {
            size--;
        }
        if (size > 0 && bytes_equal(bytes_of(list, size), word)) {
            return true;
        }
        list += next;
    }
    return false;
}

struct core_printer *core_printer_of(struct core_print *print, struct bytes station)
{
    struct core_printer *of_all = NULL;
    for (uint32_t i = 0; i < print->printers_count; i++) { /* by number, as the index has them */
        struct core_printer *printer = &print->printers[i];
        if (list_names(printer->stations, station)) {
            return printer;
        }
        if (of_all == NULL && printer->stations[0] == '\0') {
            of_all = printer;
        }
    }
    return of_all;
}

/* --- telling --- */

void core_printers_tell(struct core_print *print)
{
    for (uint32_t i = 0; i < print->printers_count; i++) {
        struct core_printer *printer = &print->printers[i];
        unsigned troubles = 0;
        uint32_t waiting = 0;
        if (printer->spool == NULL) {
            continue;
        }
        spool_look(printer->spool, &troubles, &waiting);
        if (troubles != printer->troubles) {
            logger_say((troubles & PRINTER_STOPS) != 0 ? LEVEL_WARNING : LEVEL_NOTICE, "print",
                       "printer %u: %s; %u slips wait", (unsigned)printer->number,
                       printer_trouble_text(troubles), (unsigned)waiting);
        }
        printer->troubles = troubles;
    }
}

void core_print_live(const struct core *core, struct gate_live *live)
{
    const struct core_print *print = core->print;
    live->printers_count = 0;
    for (uint32_t i = 0; i < print->printers_count; i++) {
        unsigned troubles = 0;
        uint32_t waiting = 0;
        if (print->printers[i].spool == NULL) {
            continue;
        }
        spool_look(print->printers[i].spool, &troubles, &waiting);
        live->printers[live->printers_count++] =
            (struct gate_printer){.number = print->printers[i].number,
                                  .waiting = waiting,
                                  .is_ready = (troubles & PRINTER_STOPS) == 0,
                                  .troubles = troubles,
                                  .state = printer_trouble_text(troubles),
                                  .test = core_print_test_told(core, &print->printers[i])};
    }
}

/* --- printing --- */

static void print_time(const struct core *core, uint64_t t, char to[8])
{
    const time_t seconds = (time_t)((core->identity->epoch_ms + (int64_t)t) / 1000);
    struct tm local;
    if (localtime_r(&seconds, &local) == NULL || strftime(to, 8, "%H:%M", &local) == 0) {
        to[0] = '\0';
    }
}

static int load_popup(struct core_print *print, struct store_txn *txn, struct popup *ret_popup)
{
    const struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    int err = history_get(print->scratch, txn, KIND_POPUP, &id);
    if (err == ERR_NOT_FOUND) {
        history_reset(print->scratch, KIND_POPUP, &id);
        err = 0;
    }
    if (err == 0) {
        popup_derive(print->scratch, ret_popup);
    }
    return err;
}

static int lay_slip(struct core *core, struct store_txn *txn, const struct print_live *live,
                    const struct core_printer *printer)
{
    struct core_print *print = core->print;
    struct popup popup;
    char time_text[8];
    int err = history_get(print->history, txn, KIND_ORDER, &live->order);
    if (err == 0) {
        err = load_popup(print, txn, &popup);
    }
    if (err != 0) {
        return err;
    }
    order_derive(print->history, &print->order);
    if (print->order.has_name_blob) {
        print->order.name =
            words_shown(core->blobs, txn, &print->order.name_blob, NAME_BYTES_MAX, &print->name);
    }
    print_slips_find(print->history, &print->slips);
    const struct print_slip *slip = print_slip_at(&print->slips, live->log, live->seq);
    if (slip == NULL) {
        return ERR_NOT_FOUND;
    }
    print_time(core, slip->t, time_text);
    const struct slip_input input = {.history = print->history,
                                     .order = &print->order,
                                     .slip = slip,
                                     .popup = popup.name,
                                     .currency = popup.currency,
                                     .currency_digits = popup.currency_digits,
                                     .time = time_text,
                                     .width = printer->width};
    return slip_layout(&input, &print->paper);
}

size_t core_printer_encode(struct core_print *print, const struct core_printer *printer)
{
    return printer->config.is_file ? plain_encode(&print->paper, print->bytes)
                                   : escpos_encode(&print->paper, printer->codepage, print->bytes);
}

int core_printer_push(struct core *core, struct store_txn *txn, uint32_t live)
{
    struct core_print *print = core->print;
    struct core_printer *printer = core_printer_find(print, print->live[live].printer);
    if (printer == NULL || printer->spool == NULL) {
        return ERR_NOT_FOUND;
    }
    const int err = lay_slip(core, txn, &print->live[live], printer);
    if (err != 0) {
        return err;
    }
    return spool_push(printer->spool, live, print->bytes, core_printer_encode(print, printer));
}
