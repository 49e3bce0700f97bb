/* trestle init: a new pop-up. The root key is made here and stays here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/door.h"
#include "node/cli/reply.h"
#include "node/cli/setup.h"
#include "node/os/clock.h"

/* What the flags say about the pop-up, checked. */
struct wishes {
    const char *name, *currency, *lane, *device;
    enum role role;
    long digits, copies;
    bool includes_tax, is_pay_first;
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

static int wishes_read(const struct args *args, struct wishes *wishes)
{
    *wishes = (struct wishes){.name = text_of_flag(args, "name", "Trestle"),
                              .currency = text_of_flag(args, "currency", "EUR"),
                              .lane = text_of_flag(args, "lane", "A"),
                              .role = role_of_text(text_of_flag(args, "role", "counter")),
                              .digits = number_of_flag(args, "digits", 2, 4),
                              .copies = number_of_flag(args, "copies", 2, DEVICES_MAX),
                              .includes_tax = !args_has(args, "exclude-tax"),
                              .is_pay_first = args_has(args, "pay-first")};
    wishes->device = text_of_flag(args, "device", role_text(wishes->role));
    if (wishes->role == ROLE_NONE) {
        tell("there is no role '%s': " ROLE_WORDS, args_flag(args, "role"));
    } else if (wishes->digits < 0) {
        tell("--digits is 0 to 4");
    } else if (wishes->copies < 1) {
        tell("--copies is 1 to %d", DEVICES_MAX);
    } else if (!lane_is_right(wishes->lane)) {
        tell("--lane is one to three letters A-Z");
    } else if (strlen(wishes->currency) != 3) {
        tell("--currency is three letters, as EUR");
    } else {
        return EXIT_DONE;
    }
    return EXIT_USAGE;
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

static int write_popup(struct door *door, const struct wishes *wishes)
{
    struct command command = {.kind = COMMAND_POPUP_SET, .principal = {.role = ROLE_OWNER}};
    const struct wanted_field fields[] = {
        {.field = POPUP_NAME, .text = bytes_of_text(wishes->name)},
        {.field = POPUP_CURRENCY, .text = bytes_of_text(wishes->currency)},
        {.field = POPUP_CURRENCY_DIGITS, .number = wishes->digits},
        {.field = POPUP_PRICES_INCLUDE_TAX, .truth = wishes->includes_tax},
        {.field = POPUP_PAY_FIRST, .truth = wishes->is_pay_first},
        {.field = POPUP_COPIES, .number = wishes->copies}};
    command.fields_count = sizeof fields / sizeof fields[0];
    memcpy(command.fields, fields, sizeof fields);
    return door_command(door, &command);
}

/* The journal's first words: this device, the pop-up's settings, the first day. */
static int write_journal(struct door *door, const struct identity *identity,
                         const struct wishes *wishes)
{
    struct command device = {.kind = COMMAND_DEVICE_ADD,
                             .principal = {.role = ROLE_OWNER},
                             .chain = bytes_of(identity->chain, identity->chain_size)};
    struct command day = {.kind = COMMAND_DAY_OPEN, .principal = {.role = ROLE_OWNER}, .day = 1};
    int err = door_command(door, &device);
    if (err == 0) {
        err = write_popup(door, wishes);
    }
    return err != 0 ? err : door_command(door, &day);
}

static void say_done(const struct args *args, const struct place *place,
                     const struct identity *identity, const struct wishes *wishes)
{
    if (args_has(args, "json")) {
        print_identity_json(place, identity);
        return;
    }
    (void)printf("%016llx\n", (unsigned long long)identity->device);
    tell("'%s' is set up in %s; this %s's lane is %s", wishes->name, place->state,
         role_text(wishes->role), wishes->lane);
    tell(
        "next: trestle menu import FILE.csv, then trestle run, then trestle invite --role kitchen");
}

int command_init(const struct args *args)
{
    struct place place;
    struct wishes wishes;
    struct identity identity;
    struct door *door = NULL;
    int status = wishes_read(args, &wishes);
    if (status == EXIT_DONE) {
        status = place_find(args, &place);
    }
    if (status == EXIT_DONE) {
        status = setup_folder(&place, false);
    }
    if (status != EXIT_DONE) {
        return status;
    }
    int err = identity_make(&wishes, &identity);
    if (err != 0) {
        return tell_failure("init", err);
    }
    status = door_open_new(&place, &identity, &door);
    if (status == EXIT_DONE) {
        err = write_journal(door, &identity, &wishes);
        if (err == 0) {
            err = setup_save(args, &place, &identity, NULL);
        }
        status = err == 0 ? EXIT_DONE : tell_state_failure(place.state, err);
    }
    door_close(door);
    if (status == EXIT_DONE) {
        say_done(args, &place, &identity, &wishes);
    }
    entropy_wipe(&identity, sizeof identity);
    return status;
}
