/* Whose script the page where customers pay may load. */
#include <stdio.h>

#include "gateway/config/card_page.h"
#include "tests/lib/test.h"

static struct card_page page_of(const char *script, bool is_live)
{
    static struct terms terms;
    static struct card_page page;
    const struct credentials credentials = {.is_live = is_live};
    (void)snprintf(terms.stripe_script, sizeof terms.stripe_script, "%s", script);
    card_page_init(&terms, &credentials, &page);
    assert_string_equal(page.card.script, script);
    return page;
}

TEST(card_page, the_providers_script_may_what_its_documentation_asks_for)
{
    const struct card_page page = page_of("https://js.stripe.com/endive/stripe.js", true);
    assert_string_equal(page.card.script_hosts, "https://js.stripe.com https://*.js.stripe.com");
    assert_string_equal(page.card.frame_hosts,
                        "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com");
    assert_string_equal(page.card.connect_hosts, "https://api.stripe.com");
    assert_false(page.card.is_practice);
}

TEST(card_page, a_script_for_practice_has_all_from_its_own_host)
{
    const struct card_page page = page_of("http://127.0.0.1:4711/endive/stripe.js", false);
    assert_string_equal(page.origin, "http://127.0.0.1:4711");
    assert_string_equal(page.card.script_hosts, page.card.frame_hosts);
    assert_true(page.card.is_practice);
}

TEST(card_page, a_url_brings_no_further_words_into_the_policy)
{
    assert_string_equal(page_of("https://a.example; script-src *", false).origin,
                        "https://a.example");
    assert_string_equal(page_of("https://a.example 'unsafe-inline'/x", false).origin,
                        "https://a.example");
    assert_string_equal(page_of("https://js.stripe.com.evil.example/x.js", false).origin,
                        "https://js.stripe.com.evil.example");
}
