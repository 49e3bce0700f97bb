/* test_draft.c - what a customer pays is what is owed beyond what is paid and held, and its hash
 * names exactly these lines. */
#include "tests/lib/test.h"

#include <string.h>

#include "gateway/settle/draft.h"

static struct order order;

static struct order *draft_order(int64_t owed_minor)
{
    memset(&order, 0, sizeof order);
    order.id.bytes[0] = 1;
    order.phase = PHASE_DRAFT;
    order.lines_count = 2;
    for (uint32_t i = 0; i < 2; i++) {
        order.lines[i] = (struct order_line){.id = i + 1,
                                             .quantity = 2,
                                             .revision = 1,
                                             .is_active = true,
                                             .name = bytes_of_text(i == 0 ? "Pho" : "Tea"),
                                             .payable_minor = owed_minor / 2};
    }
    order.due_minor = -owed_minor;
    return &order;
}

static struct draft make(void)
{
    struct draft draft;
    assert_int_equal(draft_make(&order, bytes_of_text("eur"), &draft), 0);
    return draft;
}

static void assert_another(const struct draft *draft)
{
    const struct draft now = make();
    assert_memory_not_equal(now.hash, draft->hash, HASH_BYTES);
}

TEST(draft, it_asks_for_what_is_missing_and_says_the_lines)
{
    draft_order(900);
    order.due_minor = -500;
    order.ledger.held_minor = 200;
    const struct draft draft = make();
    assert_int_equal(draft.amount_minor, 300);
    assert_int_equal(draft.brief_size, strlen("2x Pho; 2x Tea"));
    assert_memory_equal(draft.brief, "2x Pho; 2x Tea", draft.brief_size);
}

TEST(draft, another_amount_another_line_or_another_intent_is_another_draft)
{
    draft_order(900);
    const struct draft draft = make();
    const struct draft again = make();
    assert_memory_equal(draft.hash, again.hash, HASH_BYTES);
    order.lines[1].revision = 2;
    assert_another(&draft);
    draft_order(900)->due_minor = -800;
    assert_another(&draft);
    draft_order(900)->ledger.intents_count = 1;
    assert_another(&draft);
    draft_order(900)->lines[0].is_active = false;
    assert_another(&draft);
    struct draft dollars;
    draft_order(900);
    assert_int_equal(draft_make(&order, bytes_of_text("usd"), &dollars), 0);
    assert_memory_not_equal(draft.hash, dollars.hash, HASH_BYTES);
}

TEST(draft, nothing_to_pay_is_no_draft)
{
    struct draft draft;
    draft_order(0);
    assert_int_equal(draft_make(&order, bytes_of_text("eur"), &draft), ERR_STATE);
    draft_order(900)->is_cancelled = true;
    assert_int_equal(draft_make(&order, bytes_of_text("eur"), &draft), ERR_STATE);
    draft_order(900)->phase = PHASE_REFUSED;
    assert_int_equal(draft_make(&order, bytes_of_text("eur"), &draft), ERR_STATE);
    draft_order(900)->flags = FLAG_PENDING;
    assert_int_equal(draft_make(&order, bytes_of_text("eur"), &draft), ERR_STATE);
    draft_order(900)->ledger.held_minor = 900;
    assert_int_equal(draft_make(&order, bytes_of_text("eur"), &draft), ERR_STATE);
    draft_order(900)->ledger.intents_count = ORDER_INTENTS_MAX; /* one more would not be counted */
    assert_int_equal(draft_make(&order, bytes_of_text("eur"), &draft), ERR_STATE);
    draft_order(900);
    assert_int_equal(draft_make(&order, bytes_of_text(""), &draft), ERR_STATE);
    assert_int_equal(draft_make(&order, bytes_of_text("a currency of none"), &draft), ERR_STATE);
}

TEST(draft, a_line_whose_name_is_too_long_for_it_is_left_out)
{
    static char name[NAME_BYTES_MAX + 64];
    memset(name, 'x', sizeof name - 1);
    draft_order(900)->lines[0].name = bytes_of_text(name);
    const struct draft draft = make();
    assert_int_equal(draft.brief_size, strlen("2x Tea"));
}

TEST(draft, the_least_that_is_captured_is_known_of_few_currencies)
{
    assert_int_equal(draft_smallest(bytes_of_text("gbp")), 30);
    assert_int_equal(draft_smallest(bytes_of_text("eur")), 50);
    assert_int_equal(draft_smallest(bytes_of_text("chf")), 0);
}

TEST(draft, a_long_order_is_named_in_whole_entries)
{
    static const char name[] = "A dish with quite a long name, as menus have them now and then";
    draft_order(900)->lines_count = ORDER_LINES_MAX;
    for (uint32_t i = 0; i < ORDER_LINES_MAX; i++) {
        order.lines[i] = (struct order_line){
            .id = i + 1, .quantity = 1, .is_active = true, .name = bytes_of_text(name)};
    }
    const struct draft draft = make();
    assert_true(draft.brief_size <= DRAFT_BRIEF_BYTES_MAX && draft.brief_size > 300);
    assert_memory_equal(draft.brief + draft.brief_size - 4, "then", 4);
}

TEST(draft, the_intent_that_asks_for_just_that_is_found)
{
    draft_order(900);
    const struct draft draft = make();
    order.ledger.intents_count = 3;
    order.ledger.intents[0] = (struct ledger_intent){.state = INTENT_CANCELED, .amount_minor = 900};
    order.ledger.intents[1] = (struct ledger_intent){.state = INTENT_CREATED, .amount_minor = 800};
    assert_null(draft_intent(&order, &draft));
    order.ledger.intents[2] = (struct ledger_intent){.state = INTENT_CREATED, .amount_minor = 900};
    assert_ptr_equal(draft_intent(&order, &draft), &order.ledger.intents[2]);
    order.ledger.intents[2].state = INTENT_PROCESSING;
    assert_ptr_equal(draft_intent(&order, &draft), &order.ledger.intents[2]);
}
