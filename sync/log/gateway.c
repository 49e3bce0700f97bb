#include "sync/log/gateway.h"

bool capabilities_are_gateways(uint64_t capabilities)
{
    return (capabilities & capability_bit(CAP_GUEST)) != 0 &&
           (capabilities & capability_bit(CAP_COOK)) == 0;
}

static const struct {
    enum event_type type;
    enum gateway_reach reach;
} reaches[] = {
    /* the upkeep of its own log */
    {EVENT_LOG_OPEN, REACH_ANYTHING},
    {EVENT_LOG_CERT, REACH_ANYTHING},
    {EVENT_ROSTER_SAW, REACH_ANYTHING},
    {EVENT_LOG_FORK, REACH_ANYTHING},
    {EVENT_SALVAGE, REACH_ANYTHING},
    {EVENT_DEVICE_PLACE, REACH_ANYTHING},
    /* what customers do there: a gateway takes nothing off an order; what nobody answers, or pays,
     * in time lapses, which spares what the kitchen has begun */
    {EVENT_ORDER_OPEN, REACH_CUSTOMERS_ORDERS},
    {EVENT_LINE_ADD, REACH_CUSTOMERS_ORDERS},
    {EVENT_TIP_SET, REACH_CUSTOMERS_ORDERS},
    {EVENT_LAPSE, REACH_CUSTOMERS_ORDERS},
    {EVENT_CONTACT, REACH_CUSTOMERS_ORDERS},
    {EVENT_BLOB_ADD, REACH_ANYTHING},
    {EVENT_REVIEW_SET, REACH_ANYTHING},
    /* the provider's facts and money, whosever order it was paid for */
    {EVENT_PAY_INTENT, REACH_ANYTHING},
    {EVENT_PAY_REFUND, REACH_ANYTHING},
    {EVENT_PAY_DISPUTE, REACH_ANYTHING},
    {EVENT_PAY_SEEN, REACH_ANYTHING},
    {EVENT_REFUND_AUTO, REACH_ANYTHING},
    /* the rights to sell that it was given */
    {EVENT_STOCK_GIVE, REACH_ANYTHING},
    {EVENT_STOCK_TAKE, REACH_ANYTHING},
    {EVENT_STOCK_UNDO, REACH_ANYTHING},
};

static enum gateway_reach reach_of_unknown(enum kind kind)
{
    if (kind == KIND_ORDER) {
        return REACH_CUSTOMERS_ORDERS;
    }
    const bool is_its_own = kind == KIND_STOCK || kind == KIND_BLOB || kind == KIND_REVIEW;
    return is_its_own ? REACH_ANYTHING : REACH_NOTHING;
}

enum gateway_reach gateway_reach(uint32_t type, enum kind kind)
{
    if (event_info_find(type) == NULL) {
        return reach_of_unknown(kind);
    }
    for (size_t i = 0; i < sizeof reaches / sizeof reaches[0]; i++) {
        if (reaches[i].type == type) {
            return reaches[i].reach;
        }
    }
    return REACH_NOTHING;
}

bool device_may_write(uint64_t capabilities, const struct event_info *info)
{
    return (capabilities & capability_bit(info->capability)) != 0 &&
           (!capabilities_are_gateways(capabilities) ||
            gateway_reach(info->type, info->kind) != REACH_NOTHING);
}
