#include "tests/lib/stage_shop.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/stock.h"

enum { KEY_BYTES = 16 };

static void run(struct stage *stage, struct command *command)
{
    command->principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    check(stage_run(stage, command)->err == 0);
}

void stage_open_day(struct stage *stage)
{
    struct command command = {.kind = COMMAND_DAY_OPEN, .day = 1};
    run(stage, &command);
}

void stage_set_item(struct stage *stage, uint64_t number, const char *name, int64_t price_minor,
                    enum stock_policy policy)
{
    struct command command = {.kind = COMMAND_MENU_SET,
                              .item = number,
                              .fields_count = 3,
                              .fields = {{.field = MENU_NAME, .text = bytes_of_text(name)},
                                         {.field = MENU_PRICE, .number = price_minor},
                                         {.field = MENU_STOCK, .number = policy}}};
    run(stage, &command);
}

void stage_command_begin(const struct stage *stage, struct command *command, enum command_kind kind,
                         uint64_t session, enum role role)
{
    static uint8_t key[KEY_BYTES];
    static uint32_t keys;
    memset(command, 0, sizeof *command);
    command->kind = kind;
    command->principal = (struct principal){.session = session, .role = role};
    put_be32(key, (uint32_t)(stage->now_ms / 1000));
    put_be32(key + 4, ++keys);
    command->key = bytes_of(key, sizeof key);
    command->mode = bytes_of_text("take-away");
    command->channel = bytes_of_text("phone");
}

int64_t stage_rights(struct stage *stage, uint64_t item)
{
    static struct stock stock;
    int64_t units = 0;
    const struct entity_id entity = entity_id_derive(KIND_STOCK, item);
    struct store_txn *txn = store_memory_begin(stage->store, false);
    const struct stock_view view = {.roster = replica_roster(stage->replica), .txn = txn};
    check(stock_get(&stock, txn, &entity) == 0);
    check(stock_rights(&stock, &view, replica_log(stage->replica), &units) == 0);
    store_memory_abort(txn);
    return units;
}
