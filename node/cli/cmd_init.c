/* trestle init: a new pop-up, by flags, by answers or after the last one's example. The root key is
 * made here and stays here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/currency.h"
#include "node/cli/door.h"
#include "node/cli/inherit.h"
#include "node/cli/interview.h"
#include "node/cli/menu_source.h"
#include "node/cli/reply.h"
#include "node/cli/setup.h"
#include "node/os/clock.h"

enum { POPUP_TEXT_BYTES = 256, POPUP_TEXTS = 4 };

/* What the flags say about the pop-up, checked, over what the old one has. */
struct wishes {
    const char *lane, *device;
    enum role role;
    struct popup popup;                        /* its texts are in ... */
    char texts[POPUP_TEXTS][POPUP_TEXT_BYTES]; /* ... these */
    struct old_popup *old;                     /* NULL = it begins with nothing */
    struct inherited inherited;                /* of it */
    const char *stalls[STALLS_MAX];            /* their names */
    uint32_t stalls_count;
    struct menu_source menu; /* closed: it begins with none */
    uint32_t items;          /* that were in it */
};

static long number_of_flag(const struct args *args, const char *name, long otherwise, long most)
{
    char *end = NULL;
    const char *value = args_flag(args, name);
    if (value == NULL) {
        return otherwise;
    }
    long number = strtol(value, &end, 10);
    return value[0] == '\0' || *end != '\0' || number < 0 || number > most ? -1 : number;
}

static const char *text_of_flag(const struct args *args, const char *name, const char *otherwise)
{
    const char *value = args_flag(args, name);
    return value == NULL ? otherwise : value;
}

/* --- what is wished --- */

/* Texts outlive the old pop-up's next answer. */
static void popup_keep(struct wishes *wishes)
{
    struct bytes *texts[POPUP_TEXTS] = {&wishes->popup.name, &wishes->popup.currency,
                                        &wishes->popup.address, &wishes->popup.tips};
    for (size_t i = 0; i < POPUP_TEXTS; i++) {
        const size_t size =
            texts[i]->size < POPUP_TEXT_BYTES ? texts[i]->size : POPUP_TEXT_BYTES - 1;
        if (size > 0) {
            memcpy(wishes->texts[i], texts[i]->data, size);
        }
        wishes->texts[i][size] = '\0';
        *texts[i] = bytes_of(wishes->texts[i], size);
    }
}

/* What counts without a flag: the old pop-up's settings, or ours. */
static int popup_begin(const struct args *args, struct wishes *wishes)
{
    const char *from = args_flag(args, "from");
    wishes->popup = (struct popup){.name = bytes_of_text("Trestle"),
                                   .currency = bytes_of_text("EUR"),
                                   .currency_digits = 2,
                                   .prices_include_tax = true,
                                   .copies = 2};
    int status = from == NULL ? EXIT_DONE : old_popup_open(from, &wishes->old);
    if (status == EXIT_DONE && from != NULL) {
        const int err = old_popup_settings(wishes->old, &wishes->popup);
        wishes->inherited.path = from;
        status = err == 0 ? EXIT_DONE : tell_failure(from, err);
    }
    if (status == EXIT_DONE) {
        popup_keep(wishes);
    }
    return status;
}

/* Its digits are the currency's, unless somebody says others. */
static bool currency_wish(const struct args *args, struct wishes *wishes)
{
    char code[CURRENCY_BYTES];
    const char *currency = args_flag(args, "currency");
    if (currency == NULL) {
        return true;
    }
    if (!currency_read(currency, code)) {
        return false;
    }
    if (wishes->old == NULL) {
        wishes->popup.currency_digits = currency_digits(code);
    }
    char *kept = wishes->texts[1]; /* as popup_keep() has it */
    memcpy(kept, code, sizeof code);
    wishes->popup.currency = bytes_of_text(kept);
    return true;
}

static int popup_wish(const struct args *args, struct wishes *wishes)
{
    struct popup *popup = &wishes->popup;
    const bool is_currency = currency_wish(args, wishes);
    const long digits = number_of_flag(args, "digits", popup->currency_digits, CURRENCY_DIGITS_MAX);
    const long copies = number_of_flag(args, "copies", popup->copies, DEVICES_MAX);
    const char *name = args_flag(args, "name");
    if (digits < 0) {
        tell("--digits is 0 to %d", CURRENCY_DIGITS_MAX);
    } else if (args_has(args, "from") && digits != (long)popup->currency_digits) {
        tell("--digits is %u, as the prices of the old pop-up are written so",
             popup->currency_digits);
    } else if (copies < 1) {
        tell("--copies is 1 to %d", DEVICES_MAX);
    } else if (!is_currency) {
        tell("--currency is three letters, as EUR");
    } else {
        popup->currency_digits = (uint32_t)digits;
        popup->copies = (uint32_t)copies;
        popup->name = name == NULL ? popup->name : bytes_of_text(name);
        popup->prices_include_tax &= !args_has(args, "exclude-tax");
        popup->is_pay_first |= args_has(args, "pay-first");
        return EXIT_DONE;
    }
    return EXIT_USAGE;
}

static int stalls_wish(const struct args *args, struct wishes *wishes)
{
    for (uint32_t i = 0; i < args->flags_count; i++) {
        if (strcmp(args->flags[i].name, "stall") != 0) {
            continue;
        }
        if (wishes->old != NULL) {
            tell("with --from the stalls are the old pop-up's; add more with trestle record add");
            return EXIT_USAGE;
        }
        if (wishes->stalls_count == STALLS_MAX) {
            tell("--stall is said %d times at most", STALLS_MAX);
            return EXIT_USAGE;
        }
        wishes->stalls[wishes->stalls_count++] = args->flags[i].value;
    }
    return EXIT_DONE;
}

/* Before anything is made: what cannot be read keeps nobody waiting. */
static int menu_wish(const struct args *args, struct wishes *wishes)
{
    const char *menu = args_flag(args, "menu");
    if (menu == NULL) {
        return EXIT_DONE;
    }
    const int status = menu_source_open(menu, &wishes->menu);
    return status != EXIT_DONE ? status
                               : menu_source_check(&wishes->menu, wishes->popup.currency_digits,
                                                   "nothing was set up");
}

static int wishes_read(const struct args *args, struct wishes *wishes)
{
    *wishes = (struct wishes){.lane = text_of_flag(args, "lane", "A"),
                              .role = role_of_text(text_of_flag(args, "role", "counter"))};
    wishes->device = text_of_flag(args, "device", role_text(wishes->role));
    if (wishes->role == ROLE_NONE) {
        tell("there is no role '%s': " ROLE_WORDS, args_flag(args, "role"));
        return EXIT_USAGE;
    }
    if (!lane_is_right(wishes->lane)) {
        tell("--lane is one to three letters A-Z");
        return EXIT_USAGE;
    }
    int status = popup_begin(args, wishes);
    if (status == EXIT_DONE) {
        status = popup_wish(args, wishes);
    }
    if (status == EXIT_DONE) {
        status = stalls_wish(args, wishes);
    }
    return status == EXIT_DONE ? menu_wish(args, wishes) : status;
}

/* The first device may do what an owner's may: nobody else could grant anything. */
static int identity_make(const struct wishes *wishes, struct identity *identity)
{
    uint8_t buffer[CERT_CHAIN_BYTES_MAX];
    struct bytes chain;
    identity_make_keys(identity);
    entropy_signing_key(&identity->root_secret);
    identity->has_root = true;
    identity->root = signing_public(&identity->root_secret);
    identity->popup = popup_id_of_root(&identity->root);
    identity->epoch_ms = clock_wall_ms() / 1000 * 1000;
    struct certificate certificate = {.popup = identity->popup,
                                      .device_key = signing_public(&identity->device_secret),
                                      .transport_key =
                                          transport_public(&identity->transport_secret),
                                      .role = wishes->role,
                                      .capabilities = role_device_capabilities(wishes->role) |
                                                      role_device_capabilities(ROLE_OWNER)};
    certificate_name(&certificate, wishes->lane, wishes->device);
    int err = identity_issue(identity, &certificate, buffer, &chain);
    return err != 0 ? err : identity_adopt(identity, chain);
}

static int write_popup(struct door *door, const struct popup *popup)
{
    struct command command = {.kind = COMMAND_POPUP_SET, .principal = {.role = ROLE_OWNER}};
    const struct wanted_field fields[] = {
        {.field = POPUP_NAME, .text = popup->name},
        {.field = POPUP_CURRENCY, .text = popup->currency},
        {.field = POPUP_CURRENCY_DIGITS, .number = popup->currency_digits},
        {.field = POPUP_PRICES_INCLUDE_TAX, .truth = popup->prices_include_tax},
        {.field = POPUP_PAY_FIRST, .truth = popup->is_pay_first},
        {.field = POPUP_COPIES, .number = popup->copies},
        /* Only an old pop-up says these. */
        {.field = POPUP_CASH_STEP, .number = popup->cash_step_minor},
        {.field = POPUP_LATE_AFTER, .number = popup->late_after_s},
        {.field = POPUP_ESCALATE_AFTER, .number = popup->escalate_after_s},
        {.field = POPUP_ADDRESS, .text = popup->address},
        {.field = POPUP_TIPS, .text = popup->tips}};
    const size_t own = 6, all = sizeof fields / sizeof fields[0];
    command.fields_count = (uint32_t)(popup->cash_step_minor == 0 ? own : all);
    memcpy(command.fields, fields, command.fields_count * sizeof fields[0]);
    return door_command(door, &command);
}

/* The journal's first words: this device, the pop-up's settings, the first day. */
static int write_journal(struct door *door, const struct identity *identity, struct wishes *wishes)
{
    struct command device = {.kind = COMMAND_DEVICE_ADD,
                             .principal = {.role = ROLE_OWNER},
                             .chain = bytes_of(identity->chain, identity->chain_size)};
    struct command day = {.kind = COMMAND_DAY_OPEN, .principal = {.role = ROLE_OWNER}, .day = 1};
    int err = door_command(door, &device);
    if (err == 0) {
        err = write_popup(door, &wishes->popup);
    }
    if (err == 0 && wishes->old != NULL) {
        err = inherit(wishes->old, door, &identity->certificate, &wishes->inherited);
    }
    return err != 0 ? err : door_command(door, &day);
}

static int write_stall(struct door *door, uint32_t number, const char *name)
{
    struct text body = {0}, answer = {0};
    char begun[32];
    (void)snprintf(begun, sizeof begun, "{\"number\":%u,\"name\":", number);
    text_append_text(&body, begun);
    text_append_json(&body, name);
    text_append_text(&body, "}");
    const struct http_request request = {
        .method = "POST", .path = "/api/stalls", .body = bytes_of(body.data, body.size)};
    const int status = door_get(door, &request, &answer);
    text_close(&answer);
    text_close(&body);
    return status;
}

/* Stalls and menu, by the routes that the screens have. EXIT_DONE, or told. */
static int write_offer(struct door *door, struct wishes *wishes)
{
    int status = EXIT_DONE;
    for (uint32_t i = 0; i < wishes->stalls_count && status == EXIT_DONE; i++) {
        status = write_stall(door, i + 1, wishes->stalls[i]);
    }
    if (status == EXIT_DONE && wishes->menu.text != NULL) {
        status =
            menu_source_import(&wishes->menu, wishes->popup.currency_digits, door, &wishes->items);
    }
    return status;
}

/* With the flag by which this folder was named: the next command needs it, too. */
static void say_next(const struct args *args, const struct place *place,
                     const struct wishes *wishes)
{
    const char *state = args_flag(args, "state");
    const char *flag = state == NULL ? "" : " --state ";
    state = state == NULL ? "" : state;
    if (wishes->items == 0 && wishes->old == NULL) {
        tell("next: trestle menu import FILE%s%s, or the first steps in /office", flag, state);
    }
    tell_set_up(args, place);
    tell("then: trestle invite --role kitchen --lane B%s%s, in another terminal, for each further "
         "device",
         flag, state);
}

static void say_done(const struct args *args, const struct place *place,
                     const struct identity *identity, const struct wishes *wishes)
{
    struct text from = {0};
    const struct bytes name = wishes->popup.name;
    if (wishes->old != NULL) {
        inherited_tell(&wishes->inherited);
    }
    if (args_has(args, "json")) {
        if (wishes->old != NULL) {
            inherited_json(&wishes->inherited, &from);
        }
        print_identity_json(place, identity, wishes->old == NULL ? NULL : &from);
        text_close(&from);
        return;
    }
    (void)printf("%016llx\n", (unsigned long long)identity->device);
    tell("'%.*s' is set up in %s; this %s's lane is %s", (int)name.size, (const char *)name.data,
         place->state, role_text(wishes->role), wishes->lane);
    if (wishes->items > 0) {
        tell("%u items are on its menu", wishes->items);
    }
    if (wishes->stalls_count > 1) {
        tell("its stalls are 1 to %u: an item names its own by that number", wishes->stalls_count);
    }
    say_next(args, place, wishes);
}

/* The store is closed before the keys are there: a device's page waits for them, and opens it. */
static int set_up_in(const struct args *args, const struct place *place, struct wishes *wishes,
                     struct identity *identity)
{
    struct door *door = NULL;
    int err = identity_make(wishes, identity);
    if (err != 0) {
        return tell_failure("init", err);
    }
    int status = door_open_new(place, identity, &door);
    if (status == EXIT_DONE) {
        err = write_journal(door, identity, wishes);
        status = err == 0 ? write_offer(door, wishes) : EXIT_DONE;
    }
    door_close(door);
    if (err == 0 && status == EXIT_DONE) {
        err = setup_save(args, place, identity, NULL);
    }
    return err == 0 ? status : tell_state_failure(place->state, err);
}

static int set_up(const struct args *args, struct wishes *wishes)
{
    struct place place;
    struct identity identity;
    int lock, status = place_find(args, &place);
    if (status == EXIT_DONE) {
        status = setup_folder(&place, false, &lock);
    }
    if (status != EXIT_DONE) {
        return status;
    }
    status = set_up_in(args, &place, wishes, &identity);
    setup_end(lock);
    if (status == EXIT_DONE) {
        say_done(args, &place, &identity, wishes);
    }
    entropy_wipe(&identity, sizeof identity);
    return status;
}

static int init(const struct args *args)
{
    struct wishes wishes;
    int status = wishes_read(args, &wishes);
    if (status == EXIT_DONE) {
        status = set_up(args, &wishes);
    }
    menu_source_close(&wishes.menu);
    old_popup_close(wishes.old);
    return status;
}

int command_init(const struct args *args)
{
    struct place place;
    struct interview interviewed;
    if (!interview_is_due(args)) {
        return init(args);
    }
    const int status = place_find(args, &place);
    if (status != EXIT_DONE || identity_exists(place.state)) {
        return status != EXIT_DONE ? status : init(args); /* which says what is wrong */
    }
    return interview(&interviewed, args, &place) ? init(&interviewed.args) : EXIT_FAILED;
}
