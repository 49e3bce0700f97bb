/* test_guest.c - how many orders of strangers may wait, and which of them count. */
#include "tests/lib/test.h"

#include "sync/domain/guest.h"

enum { ANNA = 1001, HERE = 7, ELSEWHERE = 8 };

static struct guests guests;

static void add(uint32_t count, uint64_t session, uint64_t origin)
{
    const struct entity_id order = {{1}};
    for (uint32_t i = 0; i < count; i++) {
        guests_add(&guests, session + i, origin, &order);
    }
}

TEST(guest, there_is_room_until_all_places_are_taken)
{
    guests.count = 0;
    add(GUEST_ORDERS_MAX - 1, 5000, 0);
    assert_true(guests_have_room(&guests, ANNA, HERE));
    add(1, ANNA, HERE);
    assert_false(guests_have_room(&guests, ANNA, HERE));
    guests_drop(&guests, 0);
    assert_true(guests_have_room(&guests, ANNA, HERE));
}

TEST(guest, those_from_one_place_have_their_share_and_one_customer_has_his)
{
    guests.count = 0;
    add(GUEST_ORIGIN_ORDERS_MAX, 5000, HERE);
    assert_false(guests_have_room(&guests, ANNA, HERE));
    assert_true(guests_have_room(&guests, ANNA, ELSEWHERE));
    assert_true(guests_have_room(&guests, ANNA, 0)); /* nobody knows from where */
    guests.count = 0;
    for (uint32_t i = 0; i < GUEST_SESSION_ORDERS_MAX; i++) {
        assert_true(guests_have_room(&guests, ANNA, HERE));
        add(1, ANNA, ELSEWHERE);
    }
    assert_false(guests_have_room(&guests, ANNA, HERE));
}

TEST(guest, an_order_counts_until_somebody_answers_for_it)
{
    static const struct {
        enum order_phase phase;
        int64_t owed, paid, due, held;
        bool is_open;
    } cases[] = {
        {PHASE_DRAFT, 500, 0, -500, 0, true},     /* not paid */
        {PHASE_PLACED, 500, 0, -500, 0, true},    /* nobody cooks it yet */
        {PHASE_ACCEPTED, 500, 0, -500, 0, false}, /* the kitchen wants it */
        {PHASE_CANCELLED, 500, 0, -500, 0, false},
        {PHASE_DRAFT, 500, 200, -300, 0, true},    /* not all of it */
        {PHASE_DRAFT, 500, 0, -500, 500, false},   /* a bank holds it */
        {PHASE_PLACED, 500, 500, 0, 0, false},     /* paid */
        {PHASE_PLACED, 0, 0, 0, 0, true},          /* who orders what costs nothing pays nothing */
        {PHASE_PLACED, 0, 500, 500, 0, false},     /* paid, and reduced to nothing since */
        {PHASE_COMPLETED, 500, 0, -500, 0, false}, /* given out */
    };
    static struct order order;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        order.phase = cases[i].phase;
        order.owed_minor = cases[i].owed;
        order.paid_minor = cases[i].paid;
        order.due_minor = cases[i].due;
        order.ledger.held_minor = cases[i].held;
        assert_int_equal(guest_order_is_open(&order), cases[i].is_open);
    }
}
