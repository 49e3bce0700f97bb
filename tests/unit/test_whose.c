/* test_whose.c - what becomes of a gateway's event on an order, by whose that is. */
#include "sync/domain/whose.h"

#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/event_bodies.h"
#include "tests/lib/forked_order.h"
#include "tests/lib/test.h"

static struct bytes opening(const char *name)
{
    static uint8_t data[256];
    for (size_t i = 0; i < body_samples_count; i++) {
        if (strcmp(body_samples[i].name, name) == 0) {
            return body_sample_bytes(&body_samples[i], data, sizeof data);
        }
    }
    fail();
    return bytes_of(NULL, 0);
}

/* What becomes of the opening of a new order, said by @device. */
static enum history_way way_of(uint32_t device, const char *name)
{
    const struct log_head *head = &forked.devices[device].head;
    const struct operation id = {.log = head->log, .seq = head->seq};
    const struct entity_id entity = forked_entity(9);
    const struct event event = {.type = EVENT_ORDER_OPEN, .entity = entity, .body = opening(name)};
    history_reset(forked.history, KIND_ORDER, &entity);
    return history_way(forked.history, &forked.roster, &id, &event);
}

TEST(whose, a_gateway_opens_customers_orders_and_none_of_the_stalls)
{
    forked_begin_at_gateway(2);
    (void)forked_fold();
    assert_int_equal(way_of(FORKED_COUNTER, "order_open_owned"), WAY_APPEND);
    assert_int_equal(way_of(FORKED_COUNTER, "order_open"), WAY_SKIP);
    assert_int_equal(way_of(FORKED_OWNER, "order_open"), WAY_APPEND);
    forked_end();
}
