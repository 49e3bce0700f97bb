#include "sync/domain/tip.h"

#include "sync/base/limits.h"
#include "sync/base/money.h"
#include "sync/domain/body.h"

void tip_encode(const struct tip *tip, struct writer *writer)
{
    write_array(writer, 2);
    write_int(writer, tip->amount_minor);
    write_uint(writer, tip->most_bp);
}

int tip_decode(struct bytes body, struct tip *ret_tip)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct tip tip = {0};
    tip.amount_minor = read_int(&reader, 0, MONEY_MAX);
    tip.most_bp = (uint32_t)read_int(&reader, 1, TIP_BP_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_tip = tip;
    }
    return err;
}

/* Of what comes to less than nothing (deposits that came back) nobody tips. */
static int64_t share_of(int64_t owed_minor, uint32_t bp)
{
    int64_t share = 0;
    const int err = money_mul_div_half_up(owed_minor, bp, TIP_BP_MAX, &share);
    return err == 0 && share > 0 ? share : 0;
}

int tip_of(int64_t amount_minor, uint32_t bp, int64_t owed_minor, struct tip *ret_tip)
{
    if (amount_minor < 0 || bp > TIP_BP_MAX || (amount_minor > 0 && bp > 0)) {
        return ERR_MALFORMED;
    }
    if (amount_minor > share_of(owed_minor, TIP_BP_MAX)) {
        return ERR_TOO_LARGE;
    }
    *ret_tip = (struct tip){.amount_minor = bp > 0 ? share_of(owed_minor, bp) : amount_minor,
                            .most_bp = bp > 0 ? bp : TIP_BP_MAX};
    return 0;
}

int64_t tip_in_effect(const struct tip *tip, int64_t owed_minor)
{
    const int64_t most = share_of(owed_minor, tip->most_bp);
    return tip->amount_minor < most ? tip->amount_minor : most;
}

/* The number that @text begins with, which is taken off it; 0 when there is none, or it begins with
 * a zero or has more than three digits. */
static uint32_t take_number(struct bytes *text)
{
    uint32_t number = 0;
    size_t size = 0;
    while (size < text->size && size < 3 && text->data[size] >= '0' && text->data[size] <= '9') {
        number = number * 10 + (uint32_t)(text->data[size] - '0');
        size++;
    }
    const bool is_plain = size > 0 && text->data[0] != '0';
    *text = bytes_of(text->data + size, text->size - size);
    return is_plain ? number : 0;
}

bool tip_shares_are_sound(struct bytes text)
{
    uint32_t before = 0;
    if (text.size == 0) {
        return true;
    }
    for (uint32_t i = 0; i < TIP_SHARES_MAX; i++) {
        const uint32_t share = take_number(&text);
        if (share <= before || share > 100) {
            return false;
        }
        if (text.size == 0) {
            return true;
        }
        if (text.data[0] != ' ') {
            return false;
        }
        before = share;
        text = bytes_of(text.data + 1, text.size - 1);
    }
    return false;
}
