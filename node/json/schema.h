/* schema.h - the shape of everything that the API says and hears, as plain tables.
 *
 * Layer: node. One source for the strict check of request bodies, the check of our own answers in
 * tests, docs/openapi.json, and through that the TypeScript types of the screens. Prose:
 * docs/api.md.
 */
#ifndef TRESTLE_NODE_API_SCHEMA_H
#define TRESTLE_NODE_API_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum schema_type {
    SCHEMA_TEXT, /* min..max bytes of clean UTF-8, see text_is_clean() */
    SCHEMA_INT,  /* min..max */
    SCHEMA_BOOL,
    SCHEMA_HEX,  /* lower-case, exactly max digits */
    SCHEMA_ENUM, /* one of the words */
    SCHEMA_OBJECT
};

struct schema_words {
    size_t count;
    const char *const *words;
};

struct schema_field {
    const char *name;
    enum schema_type type;
    bool is_optional;
    bool is_array; /* of items_min..items_max such values */
    uint32_t items_min, items_max;
    int64_t min, max;
    const struct schema_words *words; /* SCHEMA_ENUM */
    const struct schema *object;      /* SCHEMA_OBJECT */
    const char *note;                 /* for the document; NULL = the name says it all */
};

/* A closed object: no other fields. */
struct schema {
    const char *name; /* of the component; "OrderPlace" */
    const char *note;
    size_t count;
    const struct schema_field *fields;
};

/* X(symbol suffix, name). Referenced ones come first. */
#define SCHEMAS(X)                                                                                 \
    X(problem, "Problem")                                                                          \
    X(health, "Health")                                                                            \
    X(session, "Session")                                                                          \
    X(ticket, "Ticket")                                                                            \
    X(sign_in, "SignIn")                                                                           \
    X(signed_in, "SignedIn")                                                                       \
    X(staff_pin, "StaffPin")                                                                       \
    X(popup_write, "PopupWrite")                                                                   \
    X(day_open, "DayOpen")                                                                         \
    X(choice, "Choice")                                                                            \
    X(group, "Group")                                                                              \
    X(menu_item, "MenuItem")                                                                       \
    X(menu, "Menu")                                                                                \
    X(page_item, "PageItem")                                                                       \
    X(page_card, "PageCard")                                                                       \
    X(page_messages, "PageMessages")                                                               \
    X(order_page, "OrderPage")                                                                     \
    X(menu_new, "MenuNew")                                                                         \
    X(menu_write, "MenuWrite")                                                                     \
    X(stock, "Stock")                                                                              \
    X(stock_write, "StockWrite")                                                                   \
    X(option_wanted, "OptionWanted")                                                               \
    X(line_wanted, "LineWanted")                                                                   \
    X(payment_wanted, "PaymentWanted")                                                             \
    X(rate, "Rate")                                                                                \
    X(quote_wanted, "QuoteWanted")                                                                 \
    X(quoted_option, "QuotedOption")                                                               \
    X(quoted_line, "QuotedLine")                                                                   \
    X(quote_busy, "QuoteBusy")                                                                     \
    X(quote, "Quote")                                                                              \
    X(cart_line_new, "CartLineNew")                                                                \
    X(cart_line_set, "CartLineSet")                                                                \
    X(cart_line, "CartLine")                                                                       \
    X(cart_placed, "CartPlaced")                                                                   \
    X(cart, "Cart")                                                                                \
    X(cart_opened, "CartOpened")                                                                   \
    X(cart_join, "CartJoin")                                                                       \
    X(qr_wanted, "QrWanted")                                                                       \
    X(qr, "Qr")                                                                                    \
    X(table_join, "TableJoin")                                                                     \
    X(table_code, "TableCode")                                                                     \
    X(cart_seen, "CartSeen")                                                                       \
    X(order_place, "OrderPlace")                                                                   \
    X(order_placed, "OrderPlaced")                                                                 \
    X(lines_add, "LinesAdd")                                                                       \
    X(line_set, "LineSet")                                                                         \
    X(lines_void, "LinesVoid")                                                                     \
    X(refuse, "Refuse")                                                                            \
    X(accept, "Accept")                                                                            \
    X(lines, "Lines")                                                                              \
    X(recall, "Recall")                                                                            \
    X(amend, "Amend")                                                                              \
    X(line_units, "LineUnits")                                                                     \
    X(hand_over, "HandOver")                                                                       \
    X(contact, "Contact")                                                                          \
    X(blob, "Blob")                                                                                \
    X(day, "Day")                                                                                  \
    X(reason, "Reason")                                                                            \
    X(nothing, "Nothing")                                                                          \
    X(pay, "Pay")                                                                                  \
    X(refund, "Refund")                                                                            \
    X(unit_numbers, "UnitNumbers")                                                                 \
    X(refund_wish, "RefundWish")                                                                   \
    X(discount, "Discount")                                                                        \
    X(tip, "Tip")                                                                                  \
    X(seen, "Seen")                                                                                \
    X(print, "Print")                                                                              \
    X(done, "Done")                                                                                \
    X(option, "Option")                                                                            \
    X(line, "Line")                                                                                \
    X(payment, "Payment")                                                                          \
    X(provider_payment, "ProviderPayment")                                                         \
    X(provider_refund, "ProviderRefund")                                                           \
    X(provider_dispute, "ProviderDispute")                                                         \
    X(wish_lines, "WishLines")                                                                     \
    X(wish, "Wish")                                                                                \
    X(provider, "Provider")                                                                        \
    X(receipt_brief, "ReceiptBrief")                                                               \
    X(receipt_line, "ReceiptLine")                                                                 \
    X(receipt, "Receipt")                                                                          \
    X(report_method, "ReportMethod")                                                               \
    X(report_tip, "ReportTip")                                                                     \
    X(report_missing, "ReportMissing")                                                             \
    X(report, "Report")                                                                            \
    X(trade_day, "TradeDay")                                                                       \
    X(trade_slot, "TradeSlot")                                                                     \
    X(trade_share, "TradeShare")                                                                   \
    X(trade_item, "TradeItem")                                                                     \
    X(trade_loss, "TradeLoss")                                                                     \
    X(trade_deduction, "TradeDeduction")                                                           \
    X(trade_person, "TradePerson")                                                                 \
    X(trade_wait, "TradeWait")                                                                     \
    X(trade, "Trade")                                                                              \
    X(reconcile_wanted, "ReconcileWanted")                                                         \
    X(difference, "Difference")                                                                    \
    X(reconciled_sums, "ReconciledSums")                                                           \
    X(reconciliation, "Reconciliation")                                                            \
    X(order, "Order")                                                                              \
    X(bill_line, "BillLine")                                                                       \
    X(paid_by, "PaidBy")                                                                           \
    X(bill, "Bill")                                                                                \
    X(purchase_line, "PurchaseLine")                                                               \
    X(ready_in, "ReadyIn")                                                                         \
    X(own_review, "OwnReview")                                                                     \
    X(purchase, "Purchase")                                                                        \
    X(order_list, "OrderList")                                                                     \
    X(pickup_board, "PickupBoard")                                                                 \
    X(screens, "Screens")                                                                          \
    X(peer, "Peer")                                                                                \
    X(printer_status, "PrinterStatus")                                                             \
    X(mesh_peer, "MeshPeer")                                                                       \
    X(mesh_device, "MeshDevice")                                                                   \
    X(mesh, "Mesh")                                                                                \
    X(status, "Status")                                                                            \
    X(device, "Device")                                                                            \
    X(voided_line, "VoidedLine")                                                                   \
    X(voided, "Voided")                                                                            \
    X(voided_list, "VoidedList")                                                                   \
    X(device_list, "DeviceList")                                                                   \
    X(device_role, "DeviceRole")                                                                   \
    X(device_rename, "DeviceRename")                                                               \
    X(invitation_wanted, "InvitationWanted")                                                       \
    X(digits_compared, "DigitsCompared")                                                           \
    X(invitation, "Invitation")                                                                    \
    X(joining_wanted, "JoiningWanted")                                                             \
    X(joining_compared, "JoiningCompared")                                                         \
    X(joining_end, "JoiningEnd")                                                                   \
    X(joining, "Joining")                                                                          \
    X(person, "Person")                                                                            \
    X(person_list, "PersonList")                                                                   \
    X(person_role, "PersonRole")                                                                   \
    X(mark, "Mark")                                                                                \
    X(stall, "Stall")                                                                              \
    X(stall_list, "StallList")                                                                     \
    X(stall_write, "StallWrite")                                                                   \
    X(station, "Station")                                                                          \
    X(station_list, "StationList")                                                                 \
    X(station_write, "StationWrite")                                                               \
    X(staff, "Staff")                                                                              \
    X(staff_list, "StaffList")                                                                     \
    X(staff_write, "StaffWrite")                                                                   \
    X(tax, "Tax")                                                                                  \
    X(tax_list, "TaxList")                                                                         \
    X(tax_write, "TaxWrite")                                                                       \
    X(offer, "Offer")                                                                              \
    X(offer_list, "OfferList")                                                                     \
    X(offer_write, "OfferWrite")                                                                   \
    X(printer, "Printer")                                                                          \
    X(printer_list, "PrinterList")                                                                 \
    X(printer_write, "PrinterWrite")                                                               \
    X(review, "Review")                                                                            \
    X(review_list, "ReviewList")                                                                   \
    X(review_write, "ReviewWrite")                                                                 \
    X(station_busy, "StationBusy")                                                                 \
    X(choice_write, "ChoiceWrite")                                                                 \
    X(review_hide, "ReviewHide")                                                                   \
    X(drawer_moved, "DrawerMoved")                                                                 \
    X(drawer_counted, "DrawerCounted")                                                             \
    X(drawer, "Drawer")                                                                            \
    X(table, "Table")                                                                              \
    X(table_list, "TableList")                                                                     \
    X(drawer_list, "DrawerList")                                                                   \
    X(drawer_open, "DrawerOpen")                                                                   \
    X(drawer_move, "DrawerMove")                                                                   \
    X(drawer_count, "DrawerCount")                                                                 \
    X(frame_hello, "FrameHello")                                                                   \
    X(frame_snapshot, "FrameSnapshot")                                                             \
    X(frame_delta, "FrameDelta")                                                                   \
    X(stuck, "Stuck")                                                                              \
    X(frame_marks, "FrameMarks")                                                                   \
    X(frame_totals, "FrameTotals")                                                                 \
    X(frame_seen, "FrameSeen")                                                                     \
    X(live_open, "LiveOpen")                                                                       \
    X(live_follow, "LiveFollow")                                                                   \
    X(live_queue, "LiveQueue")                                                                     \
    X(live_snapshot, "LiveSnapshot")                                                               \
    X(live_delta, "LiveDelta")                                                                     \
    X(live_beat, "LiveBeat")

#define X(suffix, name) extern const struct schema schema_##suffix;
SCHEMAS(X)
#undef X

/* All of them, in the order above. */
extern const struct schema *const schemas[];
extern const size_t schemas_count;

/* NULL when @schema has no field of that name. */
const struct schema_field *schema_field_find(const struct schema *schema, const char *name);

/* NULL, or the field of @schema that contradicts itself or stands there twice. */
const char *schema_mistake(const struct schema *schema);
/* NULL, or what is wrong with the tables themselves (a mistake of ours). */
const char *schemas_mistake(void);

#endif
