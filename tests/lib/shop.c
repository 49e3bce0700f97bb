#include "tests/lib/shop.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/menu.h"

enum { MANAGER_SESSION = 1, PRICE_FIRST = 350, PRICE_STEP = 50, OPEN_MS = 200 };

static const char *const names[SHOP_ITEMS] = {"Soup", "Wrap", "Cake", "Tea"};
static const char *const stations[SHOP_ITEMS] = {"pot", "grill", "", "pot"};

struct shop_key shop_key_make(uint32_t seconds, uint64_t number)
{
    struct shop_key key = {{0}};
    put_be32(key.bytes, seconds);
    put_be64(key.bytes + 4, number);
    return key;
}

void shop_command(struct command *ret_command, enum command_kind kind)
{
    memset(ret_command, 0, sizeof *ret_command);
    ret_command->kind = kind;
    ret_command->principal = (struct principal){.session = MANAGER_SESSION, .role = ROLE_MANAGER};
}

void shop_keyed(struct command *command, const struct shop_key *key)
{
    command->key = bytes_of(key->bytes, sizeof key->bytes);
    memcpy(command->body_hash.bytes, key->bytes, sizeof key->bytes);
}

static void field_text(struct command *command, uint32_t field, const char *text)
{
    command->fields[command->fields_count++] =
        (struct wanted_field){.field = field, .text = bytes_of_text(text)};
}

static void field_number(struct command *command, uint32_t field, int64_t number)
{
    command->fields[command->fields_count++] =
        (struct wanted_field){.field = field, .number = number};
}

/* [["Sauce", 0, 1, [["Mild", 0], ["Hot", 20]]]] */
static struct bytes options_sauce(void)
{
    static const uint8_t options[] = {0x91, 0x94, 0xa5, 'S',  'a',  'u', 'c', 'e',
                                      0x00, 0x01, 0x92, 0x92, 0xa4, 'M', 'i', 'l',
                                      'd',  0x00, 0x92, 0xa3, 'H',  'o', 't', 20};
    return bytes_of(options, sizeof options);
}

void shop_item(struct command *ret_command, uint64_t item)
{
    check(item >= 1 && item <= SHOP_ITEMS);
    shop_command(ret_command, COMMAND_MENU_SET);
    ret_command->item = item;
    field_text(ret_command, MENU_NAME, names[item - 1]);
    field_text(ret_command, MENU_CATEGORY, "Food");
    field_number(ret_command, MENU_PRICE, PRICE_FIRST + PRICE_STEP * (int64_t)(item - 1));
    field_number(ret_command, MENU_TAX_EAT_IN, 1900);
    field_number(ret_command, MENU_TAX_TAKE_AWAY, 700);
    field_text(ret_command, MENU_STATION, stations[item - 1]);
    if (item == SHOP_ITEM_CHOSEN) {
        ret_command->fields[ret_command->fields_count++] =
            (struct wanted_field){.field = MENU_OPTIONS, .text = options_sauce()};
    }
}

void shop_order(struct command *ret_command, const struct shop_key *key, uint32_t lines)
{
    check(lines >= 1 && lines <= SHOP_ITEMS);
    shop_command(ret_command, COMMAND_ORDER_PLACE);
    shop_keyed(ret_command, key);
    ret_command->channel = bytes_of_text("counter");
    ret_command->mode = bytes_of_text("take-away");
    ret_command->name = bytes_of_text("Ada");
    ret_command->lines_count = lines;
    for (uint32_t i = 0; i < lines; i++) {
        ret_command->lines[i] = (struct wanted_line){.item = i + 1, .quantity = i == 0 ? 2 : 1};
    }
}

void shop_open(struct cluster *cluster)
{
    struct command *commands = calloc(SHOP_SETTINGS, sizeof *commands);
    uint32_t count = 0;
    check(commands != NULL);
    shop_command(&commands[count], COMMAND_POPUP_SET);
    field_text(&commands[count], POPUP_NAME, "The Trestle");
    field_number(&commands[count++], POPUP_COPIES, 2);
    for (uint64_t item = 1; item <= SHOP_ITEMS; item++) {
        shop_item(&commands[count++], item);
        shop_command(&commands[count], COMMAND_MENU_AVAILABLE);
        commands[count].item = item;
        commands[count++].truth = true;
    }
    shop_command(&commands[count], COMMAND_DAY_OPEN);
    commands[count++].day = 1;
    for (uint32_t i = 0; i < count; i++) {
        cluster_command(cluster, 0, &commands[i], i);
    }
    cluster_run(cluster, OPEN_MS);
    free(commands);
}
