#include "sync/domain/wish.h"

#include "sync/base/check.h"
#include "sync/base/money.h"

/* --- ids --- */

static struct wish_id id_of(const char *label, const struct entity_id *order, struct bytes rest)
{
    const struct bytes parts[] = {bytes_of_text(label), bytes_of(order->bytes, ENTITY_ID_BYTES),
                                  rest};
    struct wish_id id;
    hash_parts(id.bytes, sizeof id.bytes, parts, sizeof parts / sizeof parts[0]);
    return id;
}

struct wish_id wish_id_of_units(const struct entity_id *order, const struct wish_unit *units,
                                uint32_t count)
{
    uint8_t data[WISH_UNITS_MAX * 8];
    check(count <= WISH_UNITS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        put_be32(data + 8 * (size_t)i, units[i].line);
        put_be32(data + 8 * (size_t)i + 4, units[i].unit);
    }
    return id_of("trestle/wish/units/1", order, bytes_of(data, 8 * (size_t)count));
}

struct wish_id wish_id_of_slot(const struct entity_id *order, uint32_t slot)
{
    uint8_t data[4];
    put_be32(data, slot);
    return id_of("trestle/wish/slot/1", order, bytes_of(data, sizeof data));
}

struct wish_id wish_id_of_cause(const struct entity_id *order, const struct operation *cause)
{
    uint8_t data[16 + OPERATION_HASH_BYTES];
    put_be64(data, cause->log);
    put_be64(data + 8, cause->seq);
    for (size_t i = 0; i < OPERATION_HASH_BYTES; i++) {
        data[16 + i] = cause->hash[i];
    }
    return id_of("trestle/wish/cause/1", order, bytes_of(data, sizeof data));
}

/* --- units --- */

static bool is_before(struct wish_unit a, struct wish_unit b)
{
    return a.line != b.line ? a.line < b.line : a.unit < b.unit;
}

bool wish_units_sort(struct wish_unit *units, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const struct wish_unit moving = units[i];
        uint32_t at = i;
        while (at > 0 && is_before(moving, units[at - 1])) {
            units[at] = units[at - 1];
            at--;
        }
        units[at] = moving;
    }
    for (uint32_t i = 1; i < count; i++) {
        if (!is_before(units[i - 1], units[i])) {
            return false;
        }
    }
    return true;
}

/* One unit's share: of equal parts the first carry the odd cents. */
static int unit_amount(const struct order *order, struct wish_unit unit, int64_t *ret_amount)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        if (line->id != unit.line) {
            continue;
        }
        if (!line->is_active) {
            return ERR_STATE;
        }
        if (unit.unit == 0 || unit.unit > (uint32_t)line->quantity) {
            return ERR_NOT_FOUND;
        }
        *ret_amount = money_part(line->payable_minor, (uint32_t)line->quantity, unit.unit - 1);
        return 0;
    }
    return ERR_NOT_FOUND;
}

int wish_units_amount(const struct order *order, const struct wish_unit *units, uint32_t count,
                      int64_t *ret_amount)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t amount;
        int err = unit_amount(order, units[i], &amount);
        if (err == 0) {
            err = money_add(sum, amount, &sum);
        }
        if (err != 0) {
            return err;
        }
    }
    *ret_amount = sum;
    return 0;
}
