/* test_terms.c - settings of card payments: money is asked for where it is safe to, and times are
 * times.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "gateway/config/terms.h"

static struct terms terms;
static struct settings settings;
static char problem[PROBLEM_BYTES_MAX];

static void begin(void)
{
    terms_extend(&terms);
    settings_defaults(&settings);
}

static int set(const char *name, const char *value)
{
    return settings_set(&settings, name, value, problem);
}

/* Secret keys go there: in the clear they go no further than this machine. */
TEST(terms, keys_are_sent_over_https_or_to_this_machine_alone)
{
    static const struct {
        const char *url;
        int err;
    } rows[] = {{"https://api.stripe.com", 0},
                {"http://127.0.0.1:8420", 0},
                {"http://[::1]:8420", 0},
                {"http://api.stripe.com", ERR_MALFORMED},
                {"http://127.0.0.1.example:80", ERR_MALFORMED},
                {"http://127.0.0.1:80@example.com", ERR_MALFORMED}, /* a name and a password */
                {"http://127.0.0.1:x@example.com", ERR_MALFORMED},
                {"http://127.0.0.1:80?@example.com", ERR_MALFORMED},
                {"http://127.0.0.1:", ERR_MALFORMED},
                {"https://", ERR_MALFORMED},
                {"https://api.stripe.com/ x", ERR_MALFORMED},
                {"https://api.stripe.com/\tx", ERR_MALFORMED},
                {"https://api.stripe.com/\"", ERR_MALFORMED},
                {"http://10.0.0.1:80", ERR_MALFORMED},
                {"ftp://127.0.0.1:1", ERR_MALFORMED},
                {"", ERR_MALFORMED}};
    static const char *const names[] = {"stripe-url", "stripe-script"};
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t at = 0; at < 2; at++) {
            assert_int_equal(set(names[at], rows[i].url), rows[i].err);
        }
    }
    assert_string_equal(terms.stripe_url, "http://[::1]:8420"); /* the last that was right */
    assert_string_equal(terms.stripe_script, "http://[::1]:8420");
}

TEST(terms, what_is_too_long_is_refused_and_not_cut)
{
    static char url[SETTING_BYTES_MAX + 16] = "https://", folder[PATH_BYTES_MAX + 1];
    begin();
    memset(url + 8, 'x', sizeof url - 9);
    memset(folder, 'x', sizeof folder - 1);
    assert_int_not_equal(set("stripe-url", url), 0);
    assert_int_not_equal(set("stripe-script", url), 0);
    assert_int_not_equal(set("stripe-keys", folder), 0);
    assert_string_equal(terms.stripe_url, "https://api.stripe.com");
    assert_int_equal(set("stripe-keys", "/etc/keys"), 0);
    assert_string_equal(terms.stripe_keys, "/etc/keys");
    assert_string_equal(terms.apple_pay_file, "");
    assert_int_equal(set("apple-pay-file", "/etc/apple"), 0);
    assert_string_equal(terms.apple_pay_file, "/etc/apple");
}

TEST(terms, minutes_are_a_number_up_to_a_week)
{
    static const char *const wrong[] = {"", "-1", "5m", "x", "10081", "99999999999999999999", " 5"};
    static const char *const names[] = {"pause-minutes", "decide-minutes", "pay-minutes",
                                        "unpaid-minutes"};
    begin();
    const uint32_t *const minutes[] = {&terms.pause_minutes, &terms.decide_minutes,
                                       &terms.pay_minutes, &terms.unpaid_minutes};
    for (size_t at = 0; at < sizeof names / sizeof *names; at++) {
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            assert_int_equal(set(names[at], wrong[i]), ERR_MALFORMED);
        }
        assert_int_equal(set(names[at], "10080"), 0);
        assert_int_equal(*minutes[at], 10080);
        assert_int_equal(set(names[at], "0"), 0);
        assert_int_equal(*minutes[at], 0);
    }
}

TEST(terms, messages_go_where_they_can_and_name_somebody)
{
    static const struct {
        const char *name, *value;
        int err;
    } rows[] = {{"push-contact", "mailto:a@b.example", 0},
                {"push-contact", "https://b.example/about", 0},
                {"push-contact", "a@b.example", ERR_MALFORMED},
                {"push-contact", "mailto:a\"@b", ERR_MALFORMED},
                {"push-contact", "mailto:a b", ERR_MALFORMED},
                {"push-contact", "mailto:a\\b", ERR_MALFORMED},
                {"push-contact", "mailto:\xc3\xa4", ERR_MALFORMED},
                {"push-practice", "http://127.0.0.1:4711", 0},
                {"push-practice", "http://127.0.0.1:", ERR_MALFORMED},
                {"push-practice", "http://127.0.0.1:4711/x", ERR_MALFORMED},
                {"push-practice", "http://10.0.0.1:4711", ERR_MALFORMED},
                {"push-practice", "http://[::1]:4711", ERR_MALFORMED},
                {"push-practice", "http://127.0.0.1:4711@example.com", ERR_MALFORMED},
                {"sms-url", "https://sms.example.net/send", 0},
                {"sms-url", "http://127.0.0.1:4711/send", 0},
                {"sms-url", "http://sms.example.net/send", ERR_MALFORMED},
                {"sms-url", "https://sms.example.net/a b", ERR_MALFORMED},
                {"sms-from", "The Trestle", 0},
                {"sms-from", "a\nb", ERR_MALFORMED},
                {"sms-fields", "from,to,text", 0},
                {"sms-fields", "from,to", ERR_MALFORMED},
                {"sms-fields", "from,to,text,more", ERR_MALFORMED},
                {"sms-fields", "from,,text", ERR_MALFORMED},
                {"sms-fields", "f=1,to,text", ERR_MALFORMED},
                {"sms-fields", "aaaaaaaaaabbbbbbbbbbccccccccccddd,to,text", ERR_MALFORMED},
                {"sms-repeats", "yes", 0},
                {"sms-repeats", "no", 0},
                {"sms-repeats", "perhaps", ERR_MALFORMED},
                {"sms-per-day", "0", 0},
                {"sms-per-day", "100001", ERR_MALFORMED},
                {"sms-per-day", "many", ERR_MALFORMED},
                {"late-minutes", "45", 0},
                {"late-minutes", "-1", ERR_MALFORMED}};
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(set(rows[i].name, rows[i].value), rows[i].err);
    }
    assert_string_equal(terms.sms_fields, "from,to,text");
    assert_int_equal(terms.sms_per_day, 0);
    assert_int_equal(terms.late_minutes, 45);
    assert_false(terms.is_sms_repeatable);
}
