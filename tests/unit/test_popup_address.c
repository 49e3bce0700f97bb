/* test_popup_address.c - what can stand on a poster as the address of a pop-up.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/domain/menu.h"

static bool is_sound(const char *text)
{
    return popup_address_is_sound(bytes_of_text(text));
}

TEST(popup_address, a_public_one_is_https_and_a_name_with_or_without_a_port)
{
    static const char *const sound[] = {
        "https://order.example.org",   "https://example.org:8443",
        "https://xn--caf-dma.example", "https://a-b.c1.example",
        "https://203.0.113.9",         "https://[2001:db8::1]:443",
        "https://stall.example:65535", "https://[2001:db8:1:2:3:4:5:6]",
        "https://[2001:db8::]",        "https://[fd00:1::abcd]",
    };
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) {
        if (!is_sound(sound[i])) {
            fail_msg("%s is none", sound[i]);
        }
    }
}

TEST(popup_address, plain_http_is_for_a_network_of_its_own)
{
    static const char *const home[] = {"http://192.168.1.5:8081", "http://10.0.0.2",
                                       "http://172.16.0.1",       "http://172.31.255.255",
                                       "http://169.254.1.1",      "http://[fd00::5]:8081",
                                       "http://stall.local"};
    static const char *const public[] = {
        "http://order.example.org", "http://203.0.113.9", "http://172.32.0.1",
        "http://172.15.0.1",        "http://192.169.1.1", "http://169.253.1.1",
        "http://[2001:db8::1]",     "http://local",       "http://stall.localhost",
        "http://[fd:1::]",          "http://[fc::1]",     "http://[fe80::1]",
        "http://[fe00::1]",         "http://[::1]",
    };
    for (size_t i = 0; i < sizeof home / sizeof home[0]; i++) {
        if (!is_sound(home[i])) {
            fail_msg("%s is none", home[i]);
        }
    }
    for (size_t i = 0; i < sizeof public / sizeof public[0]; i++) {
        if (is_sound(public[i])) {
            fail_msg("%s is one", public[i]);
        }
    }
}

TEST(popup_address, nothing_stands_before_or_behind_the_host)
{
    static const char *const others[] = {
        "",
        "https://",
        "order.example.org",
        "ftp://order.example.org",
        "HTTPS://order.example.org",
        "https://ana@order.example.org",
        "https://ana:pw@order.example.org",
        "https://order.example.org/",
        "https://order.example.org/order",
        "https://order.example.org?x=1",
        "https://order.example.org#x",
        "https://order.example.org:",
        "https://order.example.org:0",
        "https://order.example.org:08",
        "https://order.example.org:65536",
        "https://order.example.org:123456",
        "https://order.example.org:80x",
        "https://order..org",
        "https://.example.org",
        "https://example.org.",
        "https://-a.example",
        "https://a-.example",
        "https://Order.example",
        "https://or der.example",
        "https://caf\xc3\xa9.example",
        "https://1.2.3",
        "https://1.2.3.256",
        "https://01.2.3.4",
        "https://127.0.0.1",
        "https://0.0.0.0",
        "https://224.0.0.1",
        "https://[::1",
        "https://[]",
        "https://[fd00]",
        "https://[fd00:xyz::1]",
        "https://[fd00::1]x",
        "https://[2001:2:3:4:5:6:7:8:9]",
        "https://[2001:2:3:4:5:6:7::8]",
        "https://[2001:2:3:4:5:6:7]",
        "https://[2001:2:3]",
        "https://[2001::2::3]",
        "https://[2001:::2]",
        "https://[2001:2::3:]",
        "https://[2001:12345::1]",
        "https://[2001:db8::g]",
        "https://[2001:db8::192.168.1.5]",
        "https://[:2001::1]",
        "https://\n",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (is_sound(others[i])) {
            fail_msg("%s is one", others[i]);
        }
    }
}

/* Each would lead the phone to itself, or to nobody. */
TEST(popup_address, no_poster_sends_a_phone_to_itself)
{
    static const char *const nowhere[] = {
        "https://localhost",
        "https://localhost:8443",
        "https://stall.localhost",
        "https://stall",
        "https://[::1]",
        "https://[::]",
        "https://[0:0:0:0:0:0:0:1]",
        "https://[::ffff:7f00:1]",
        "https://[1:2:3]",
        "https://[fd:1::]",
        "https://[fe80::1]",
        "https://[ff02::1]",
    };
    for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++) {
        if (is_sound(nowhere[i])) {
            fail_msg("%s is one", nowhere[i]);
        }
    }
    assert_true(is_sound("https://localhost.example"));
}

TEST(popup_address, one_that_is_long_is_none)
{
    char text[POPUP_ADDRESS_BYTES_MAX + 2];
    memset(text, 0, sizeof text);
    (void)snprintf(text, sizeof text, "https://");
    for (size_t i = 8; i < POPUP_ADDRESS_BYTES_MAX; i++) {
        text[i] = i % 50 == 0 ? '.' : 'a';
    }
    assert_true(is_sound(text));
    text[POPUP_ADDRESS_BYTES_MAX] = 'a';
    assert_false(is_sound(text));
    memset(text + 8, 'a', 64); /* a label of 64 */
    (void)snprintf(text + 72, sizeof text - 72, ".b");
    assert_false(is_sound(text));
}
