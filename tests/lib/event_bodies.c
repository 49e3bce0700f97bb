#include "tests/lib/event_bodies.h"

#include <stdlib.h>
#include <string.h>

#include "sync/domain/blob.h"
#include "sync/domain/day.h"
#include "sync/domain/drawer.h"
#include "sync/domain/ledger_events.h"
#include "sync/domain/menu_events.h"
#include "sync/domain/order_events.h"
#include "sync/domain/print_events.h"
#include "sync/domain/receipt.h"
#include "sync/domain/record.h"
#include "sync/domain/sheet.h"
#include "sync/domain/stock_events.h"

/* clang-format off */
const struct body_sample body_samples[] = {
    {EVENT_ORDER_OPEN, "order_open",
     "9807a1412aa7636f756e746572a66561742d696ea3416e61c2c3"},
    {EVENT_ORDER_OPEN, "order_open_owned",
     "9907a1412aa570686f6e65a974616b652d61776179a3416e61c2c3c410000102030405060708090a0b0c0d0e0f"},
    {EVENT_ORDER_OPEN, "order_open_at_table",
     "9a07a1412aa7636f756e746572a66561742d696ea3416e61c2c3c007"},
    {EVENT_ORDER_OPEN, "order_open_owned_at_table",
     "9a07a1412aa570686f6e65a66561742d696ea0c2c3c410000102030405060708090a0b0c0d0e0fcd01a4"},
    {EVENT_ORDER_OPEN, "order_open_named",
     "9b07a1412aa7636f756e746572a66561742d696ea0c2c3c0c0c420101112131415161718191a1b1c1d1e1f20"
     "2122232425262728292a2b2c2d2e2f"},
    {EVENT_ORDER_OPEN, "order_open_named_owned_at_table",
     "9b07a1412aa570686f6e65a66561742d696ea0c2c3c410000102030405060708090a0b0c0d0e0fcd01a4c420"
     "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"},
    {EVENT_LINE_ADD, "line_add",
     "99010ca644c3b66e657202cd02ee9292ac6f686e65205a77696562656c0092a54bc3a473"
     "6564cd02bca56772696c6ca6736368617266"},
    {EVENT_LINE_ADD, "line_add_deposit",
     "99ce8000000100ad5066616e64207a7572c3bc636b01d1ff3890cd076ca0a0"},
    {EVENT_LINE_SET, "line_set_quantity",
     "9401ffc0c0"},
    {EVENT_LINE_SET, "line_set_all",
     "9402039192a54bc3a4736564a96b65696e2053616c7a"},
    {EVENT_LINE_VOID, "line_void",
     "92920102a86d69737479706564"},
    {EVENT_ACCEPT, "accept",
     "93a56772696c6c92920100920203cd0640"},
    {EVENT_REFUSE, "refuse",
     "929102a8736f6c64206f7574"},
    {EVENT_START, "start",
     "91920102"},
    {EVENT_DONE, "done",
     "919101"},
    {EVENT_RECALL, "recall",
     "919193c408000000000000000509c410aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    {EVENT_HANDED, "handed",
     "9192920102920201"},
    {EVENT_HANDED, "handed_uncollected",
     "9291920102c3"},
    {EVENT_UNHAND, "unhand",
     "919193c40800000000000000050cc410bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},
    {EVENT_CANCEL, "cancel",
     "91a46c656674"},
    {EVENT_REINSTATE, "reinstate",
     "90"},
    {EVENT_AMEND, "amend",
     "929293c408000000000000000509c410aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa93c40800"
     "00000000000006cd012cc410ccccccccccccccccccccccccccccccccc3"},
    {EVENT_DISCOUNT, "discount",
     "92a7726567756c617292920164920232"},
    {EVENT_TIP_SET, "tip",
     "9278cd03e8"},
    {EVENT_SEEN, "seen",
     "92a56772696c6c93c408000000000000000509c410aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aa"},
    {EVENT_ORDER_DROP, "order_drop",
     "9293c408000000000000000509c410aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa76d697374616b"
     "65"},
    {EVENT_PRINT_CLAIM, "print_claim",
     "99c4100f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f010102c2a56772696c6c93c40800000000"
     "0000000509c410aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0492930102c408111111111111"
     "1111930200c4082222222222222222"},
    {EVENT_PRINT_CLAIM, "print_claim_receipt",
     "99c4100e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e02cd012c00c3a0c00090"},
    {EVENT_PRINT_DONE, "print_done",
     "9293c408000000000000000509c410aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa00"},
    {EVENT_PAY, "pay",
     "96c40c0102030405060708090a0b0ca463617368cd063ecd07d002a0"},
    {EVENT_REFUND, "refund",
     "95c40c0102030405060708090a0b0cad636172642d65787465726e616ccd0190a6736c69"
     "702037a4636f6c64"},
    {EVENT_LAPSE, "lapse",
     "92920102a774696d656f7574"},
    {EVENT_RECEIPT, "receipt",
     "9607cd0640cc8000a14101"},
    {EVENT_PAY_INTENT, "pay_intent",
     "96a470695f3102cd0640cd064000a3657572"},
    {EVENT_PAY_INTENT, "pay_intent_ends",
     "97a470695f3102cd0640cd064000a3657572ce6b49d200"},
    {EVENT_PAY_REFUND, "pay_refund",
     "95a472655f31a470695f31cd019002c410000102030405060708090a0b0c0d0e0f"},
    {EVENT_PAY_REFUND, "pay_refund_unwished",
     "95a472655f32a470695f31cd019000c400"},
    {EVENT_PAY_DISPUTE, "pay_dispute",
     "94a464705f31a470695f31cd064001"},
    {EVENT_REFUND_WISH, "refund_wish",
     "94c410000102030405060708090a0b0c0d0e0f92920192010392029101cd0384a4636f6c"
     "64"},
    {EVENT_REFUND_AUTO, "refund_auto",
     "94c410000102030405060708090a0b0c0d0e0f90cd0384a772656675736564"},
    {EVENT_PAY_SEEN, "pay_seen",
     "91a56576745f31"},
    {EVENT_MENU_SET, "menu_set",
     "91969201a644c3b66e65729204cd02ee9205cd076c9206cd02bc920cc2920b9194a5536f"
     "73736501019292a67363686172660092a84b72c3a47574657232"},
    {EVENT_MENU_AVAILABLE, "menu_available",
     "91c2"},
    {EVENT_MENU_CHOICE, "menu_choice",
     "93a44d696c6bab48616665722c206b616c74c2"},
    {EVENT_STOCK_ADD, "stock_add",
     "940728c4080000000000000005c4080000000000000005"},
    {EVENT_STOCK_ADD, "stock_add_negative",
     "9407fdc4080000000000000005c4080000000000000006"},
    {EVENT_STOCK_GIVE, "stock_give",
     "940705c4080000000000000006c4080000000000000005"},
    {EVENT_STOCK_TAKE, "stock_take",
     "970702c40c0102030405060708090a0b0c01c2c4080000000000000005c2"},
    {EVENT_STOCK_UNDO, "stock_undo",
     "940793c408000000000000000509c410aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac40c0102"
     "030405060708090a0b0c02"},
    {EVENT_STOCK_COUNT, "stock_count",
     "92070c"},
    {EVENT_POPUP_SET, "popup_set",
     "91949201aa536f6d6d6572666573749202a34348469205059204c3"},
    {EVENT_DAY_OPEN, "day_open",
     "9103"},
    {EVENT_STALL_SET, "stall_set",
     "91969201039202a644c3b66e65729204aa766f6d2053706965c39f9205029206a65a656c"
     "7420429207c420000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c"
     "1d1e1f"},
    {EVENT_STATION_SET, "station_set",
     "91969201019202a56772696c6c9204039206029207289203c2"},
    {EVENT_STAFF_SET, "staff_set",
     "91939201079202a44d6972619204ce00ff8800"},
    {EVENT_TAX_SET, "tax_set",
     "91949201019202a75370656973656e9204cd076c9205cd02bc"},
    {EVENT_OFFER_SET, "offer_set",
     "91969201029202a648656c6665729204cd13889205009206a4637265779207c3"},
    {EVENT_PRINTER_SET, "printer_set",
     "91999201019202a64bc3bc6368659204a6657363706f739205c408000102030405060792"
     "06ad31302e302e302e393a393130309207ab6772696c6c2c667279657292082a9209a563"
     "70383538920a02"},
    {EVENT_REVIEW_SET, "review_set",
     "91959204c40c000102030405060708090a0b9205c410000102030405060708090a0b0c0d"
     "0e0f9206059207a853656872206775749208c400"},
    {EVENT_STATION_BUSY, "station_busy",
     "9214cf000001936b3f2a00"},
    {EVENT_REVIEW_HIDE, "review_hide",
     "92c3a6696e73756c74"},
    {EVENT_CONTACT, "contact",
     "91c420101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"},
    {EVENT_DAY_CLOSE, "day_close",
     "93039193c408000000000000000509c420101112131415161718191a1b1c1d1e1f202122"
     "232425262728292a2b2c2d2e2fc420cccccccccccccccccccccccccccccccccccccccccc"
     "cccccccccccccccccccccc"},
    {EVENT_BLOB_ADD, "blob_add",
     "94c420101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2fcd"
     "1234a9696d6167652f706e67c2"},
    {EVENT_BLOB_ADD, "blob_add_about",
     "96c420101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f18aa746578742f706c61"
     "696ec301c40c0102030405060708090a0b0c"},
    {EVENT_BLOB_ERASE, "blob_erase",
     "92c420101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2fa7"
     "65726173757265"},
    {EVENT_DRAWER_OPEN, "drawer_open",
     "9302cd3a9803"},
    {EVENT_DRAWER_MOVE, "drawer_move",
     "93c40c000102030405060708090a0bd1ec78a462616e6b"},
    {EVENT_DRAWER_COUNT, "drawer_count",
     "94c40c000102030405060708090a0bcda122ae74776f206e6f74657320746f726ecd032c"},
    {EVENT_SHEET_SET, "sheet_set",
     "920703"},
    {EVENT_SHEET_CLEAR, "sheet_clear",
     "93070302"},
};
/* clang-format on */

const size_t body_samples_count = sizeof body_samples / sizeof body_samples[0];

static uint8_t digit_of(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

struct bytes body_sample_bytes(const struct body_sample *sample, uint8_t *data, size_t capacity)
{
    const size_t size = strlen(sample->hex) / 2;
    if (size > capacity) {
        abort();
    }
    for (size_t i = 0; i < size; i++) {
        data[i] = (uint8_t)(digit_of(sample->hex[2 * i]) << 4 | digit_of(sample->hex[2 * i + 1]));
    }
    return bytes_of(data, size);
}

struct bytes body_sample_of(enum event_type type, uint8_t *data, size_t capacity)
{
    for (size_t i = 0; i < body_samples_count; i++) {
        if (body_samples[i].type == type) {
            return body_sample_bytes(&body_samples[i], data, capacity);
        }
    }
    abort();
}

#define RECODER(kind, name)                                                                        \
    static int recode_##name(struct bytes body, struct writer *writer)                             \
    {                                                                                              \
        struct kind value;                                                                         \
        const int err = name##_decode(body, &value);                                               \
        if (err == 0) {                                                                            \
            name##_encode(&value, writer);                                                         \
        }                                                                                          \
        return err != 0 ? err : writer->err;                                                       \
    }

RECODER(order_open, order_open)
RECODER(line_add, line_add)
RECODER(line_set, line_set)
RECODER(line_void, line_void)
RECODER(order_accept, order_accept)
RECODER(order_refuse, order_refuse)
RECODER(order_progress, order_progress)
RECODER(order_undo, order_undo)
RECODER(order_handed, order_handed)
RECODER(order_cancel, order_cancel)
RECODER(order_amend, order_amend)
RECODER(order_discount, order_discount)
RECODER(tip, tip)
RECODER(order_seen, order_seen)
RECODER(print_claim, print_claim)
RECODER(print_done, print_done)
RECODER(order_pay, order_pay)
RECODER(order_refund, order_refund)
RECODER(order_drop, order_drop)
RECODER(receipt, receipt)
RECODER(pay_intent, pay_intent)
RECODER(pay_refund, pay_refund)
RECODER(pay_dispute, pay_dispute)
RECODER(pay_seen, pay_seen)
RECODER(refund_wish, refund_wish)
RECODER(field_values, menu_set)
RECODER(menu_available, menu_available)
RECODER(menu_choice_said, menu_choice)
RECODER(field_values, popup_set)
RECODER(day_open, day_open)
RECODER(review_hide, review_hide)
RECODER(station_busy, station_busy)
RECODER(drawer_open, drawer_open)
RECODER(drawer_move, drawer_move)
RECODER(drawer_count, drawer_count)
RECODER(sheet_set, sheet_set)
RECODER(sheet_clear, sheet_clear)
RECODER(contact, contact)
RECODER(day_close, day_close)
RECODER(blob_add, blob_add)
RECODER(blob_erase, blob_erase)
RECODER(stock_add, stock_add)
RECODER(stock_give, stock_give)
RECODER(stock_take, stock_take)
RECODER(stock_undo, stock_undo)
RECODER(stock_count, stock_count)

static int recode_order_reinstate(struct bytes body, struct writer *writer)
{
    const int err = order_reinstate_decode(body);
    if (err == 0) {
        order_reinstate_encode(writer);
    }
    return err != 0 ? err : writer->err;
}

static const struct {
    enum event_type type;
    int (*recode)(struct bytes body, struct writer *writer);
} recoders[] = {
    {EVENT_ORDER_OPEN, recode_order_open},     {EVENT_LINE_ADD, recode_line_add},
    {EVENT_LINE_SET, recode_line_set},         {EVENT_LINE_VOID, recode_line_void},
    {EVENT_ACCEPT, recode_order_accept},       {EVENT_REFUSE, recode_order_refuse},
    {EVENT_START, recode_order_progress},      {EVENT_DONE, recode_order_progress},
    {EVENT_RECALL, recode_order_undo},         {EVENT_HANDED, recode_order_handed},
    {EVENT_UNHAND, recode_order_undo},         {EVENT_CANCEL, recode_order_cancel},
    {EVENT_REINSTATE, recode_order_reinstate}, {EVENT_AMEND, recode_order_amend},
    {EVENT_DISCOUNT, recode_order_discount},   {EVENT_TIP_SET, recode_tip},
    {EVENT_SEEN, recode_order_seen},           {EVENT_PRINT_CLAIM, recode_print_claim},
    {EVENT_PRINT_DONE, recode_print_done},     {EVENT_PAY, recode_order_pay},
    {EVENT_REFUND, recode_order_refund},       {EVENT_ORDER_DROP, recode_order_drop},
    {EVENT_LAPSE, recode_order_refuse},        {EVENT_RECEIPT, recode_receipt},
    {EVENT_PAY_INTENT, recode_pay_intent},     {EVENT_PAY_REFUND, recode_pay_refund},
    {EVENT_PAY_DISPUTE, recode_pay_dispute},   {EVENT_REFUND_WISH, recode_refund_wish},
    {EVENT_REFUND_AUTO, recode_refund_wish},   {EVENT_PAY_SEEN, recode_pay_seen},
    {EVENT_MENU_SET, recode_menu_set},         {EVENT_MENU_AVAILABLE, recode_menu_available},
    {EVENT_MENU_CHOICE, recode_menu_choice},   {EVENT_POPUP_SET, recode_popup_set},
    {EVENT_DAY_OPEN, recode_day_open},         {EVENT_REVIEW_HIDE, recode_review_hide},
    {EVENT_STATION_BUSY, recode_station_busy}, {EVENT_DRAWER_OPEN, recode_drawer_open},
    {EVENT_DRAWER_MOVE, recode_drawer_move},   {EVENT_DRAWER_COUNT, recode_drawer_count},
    {EVENT_SHEET_SET, recode_sheet_set},       {EVENT_SHEET_CLEAR, recode_sheet_clear},
    {EVENT_CONTACT, recode_contact},           {EVENT_DAY_CLOSE, recode_day_close},
    {EVENT_BLOB_ADD, recode_blob_add},         {EVENT_BLOB_ERASE, recode_blob_erase},
    {EVENT_STOCK_ADD, recode_stock_add},       {EVENT_STOCK_GIVE, recode_stock_give},
    {EVENT_STOCK_TAKE, recode_stock_take},     {EVENT_STOCK_UNDO, recode_stock_undo},
    {EVENT_STOCK_COUNT, recode_stock_count},
};

static int recode_record(const struct record_kind *kind, struct bytes body, struct writer *writer)
{
    struct field_values set;
    const int err = record_set_decode(kind, body, &set);
    if (err == 0) {
        record_set_encode(kind, &set, writer);
    }
    return err != 0 ? err : writer->err;
}

int body_recode(uint32_t type, struct bytes body, struct writer *writer)
{
    const struct record_kind *record = record_kind_of_event(type);
    if (record != NULL) {
        return recode_record(record, body, writer);
    }
    for (size_t i = 0; i < sizeof recoders / sizeof recoders[0]; i++) {
        if ((uint32_t)recoders[i].type == type) {
            return recoders[i].recode(body, writer);
        }
    }
    return ERR_NOT_FOUND;
}
