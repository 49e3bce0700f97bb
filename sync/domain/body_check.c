#include "sync/domain/body_check.h"

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

/* Decodes and forgets. */
#define CHECKER(kind, name)                                                                        \
    static int check_##name(struct bytes body)                                                     \
    {                                                                                              \
        struct kind value;                                                                         \
        return name##_decode(body, &value);                                                        \
    }

CHECKER(order_open, order_open)
CHECKER(line_add, line_add)
CHECKER(line_set, line_set)
CHECKER(line_void, line_void)
CHECKER(order_accept, order_accept)
CHECKER(order_refuse, order_refuse)
CHECKER(order_progress, order_progress)
CHECKER(order_undo, order_undo)
CHECKER(order_handed, order_handed)
CHECKER(order_cancel, order_cancel)
CHECKER(order_amend, order_amend)
CHECKER(order_discount, order_discount)
CHECKER(tip, tip)
CHECKER(order_seen, order_seen)
CHECKER(order_drop, order_drop)
CHECKER(print_claim, print_claim)
CHECKER(print_done, print_done)
CHECKER(order_pay, order_pay)
CHECKER(order_refund, order_refund)
CHECKER(receipt, receipt)
CHECKER(pay_intent, pay_intent)
CHECKER(pay_refund, pay_refund)
CHECKER(pay_dispute, pay_dispute)
CHECKER(pay_seen, pay_seen)
CHECKER(refund_wish, refund_wish)
CHECKER(field_values, menu_set)
CHECKER(menu_available, menu_available)
CHECKER(menu_choice_said, menu_choice)
CHECKER(field_values, popup_set)
CHECKER(day_open, day_open)
CHECKER(review_hide, review_hide)
CHECKER(station_busy, station_busy)
CHECKER(drawer_open, drawer_open)
CHECKER(drawer_move, drawer_move)
CHECKER(drawer_count, drawer_count)
CHECKER(sheet_set, sheet_set)
CHECKER(sheet_clear, sheet_clear)
CHECKER(day_close, day_close)
CHECKER(contact, contact)
CHECKER(blob_add, blob_add)
CHECKER(blob_erase, blob_erase)
CHECKER(stock_add, stock_add)
CHECKER(stock_give, stock_give)
CHECKER(stock_take, stock_take)
CHECKER(stock_undo, stock_undo)
CHECKER(stock_count, stock_count)

static const struct {
    enum event_type type;
    int (*check)(struct bytes body);
} checks[] = {
    {EVENT_ORDER_OPEN, check_order_open},
    {EVENT_LINE_ADD, check_line_add},
    {EVENT_LINE_SET, check_line_set},
    {EVENT_LINE_VOID, check_line_void},
    {EVENT_ACCEPT, check_order_accept},
    {EVENT_REFUSE, check_order_refuse},
    {EVENT_START, check_order_progress},
    {EVENT_DONE, check_order_progress},
    {EVENT_RECALL, check_order_undo},
    {EVENT_HANDED, check_order_handed},
    {EVENT_UNHAND, check_order_undo},
    {EVENT_CANCEL, check_order_cancel},
    {EVENT_REINSTATE, order_reinstate_decode},
    {EVENT_AMEND, check_order_amend},
    {EVENT_DISCOUNT, check_order_discount},
    {EVENT_TIP_SET, check_tip},
    {EVENT_SEEN, check_order_seen},
    {EVENT_ORDER_DROP, check_order_drop},
    {EVENT_LAPSE, check_order_refuse},
    {EVENT_PRINT_CLAIM, check_print_claim},
    {EVENT_PRINT_DONE, check_print_done},
    {EVENT_RECEIPT, check_receipt},
    {EVENT_PAY, check_order_pay},
    {EVENT_REFUND, check_order_refund},
    {EVENT_PAY_INTENT, check_pay_intent},
    {EVENT_PAY_REFUND, check_pay_refund},
    {EVENT_PAY_DISPUTE, check_pay_dispute},
    {EVENT_REFUND_WISH, check_refund_wish},
    {EVENT_REFUND_AUTO, check_refund_wish},
    {EVENT_PAY_SEEN, check_pay_seen},
    {EVENT_MENU_SET, check_menu_set},
    {EVENT_MENU_AVAILABLE, check_menu_available},
    {EVENT_MENU_CHOICE, check_menu_choice},
    {EVENT_POPUP_SET, check_popup_set},
    {EVENT_DAY_OPEN, check_day_open},
    {EVENT_REVIEW_HIDE, check_review_hide},
    {EVENT_STATION_BUSY, check_station_busy},
    {EVENT_DRAWER_OPEN, check_drawer_open},
    {EVENT_DRAWER_MOVE, check_drawer_move},
    {EVENT_DRAWER_COUNT, check_drawer_count},
    {EVENT_SHEET_SET, check_sheet_set},
    {EVENT_SHEET_CLEAR, check_sheet_clear},
    {EVENT_DAY_CLOSE, check_day_close},
    {EVENT_CONTACT, check_contact},
    {EVENT_BLOB_ADD, check_blob_add},
    {EVENT_BLOB_ERASE, check_blob_erase},
    {EVENT_STOCK_ADD, check_stock_add},
    {EVENT_STOCK_GIVE, check_stock_give},
    {EVENT_STOCK_TAKE, check_stock_take},
    {EVENT_STOCK_UNDO, check_stock_undo},
    {EVENT_STOCK_COUNT, check_stock_count},
};

static int check_record(const struct record_kind *kind, struct bytes body)
{
    struct field_values set;
    return record_set_decode(kind, body, &set);
}

int body_check(uint32_t type, struct bytes body)
{
    const struct record_kind *record = record_kind_of_event(type);
    if (record != NULL) {
        return check_record(record, body);
    }
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if ((uint32_t)checks[i].type == type) {
            return checks[i].check(body);
        }
    }
    return ERR_NOT_FOUND;
}
