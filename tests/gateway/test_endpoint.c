/* test_endpoint.c - where strangers want messages to go: what passes, and what would lead into the
 * stall's own network. */
#include "gateway/notify/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "gateway/https/public_address.h"
#include "tests/lib/test.h"

static const char practice[] = "http://127.0.0.1:4711";

TEST(endpoint, push_services_of_the_browsers_pass)
{
    static const char *const right[] = {
        "https://fcm.googleapis.com/fcm/send/cZ:APA91b",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://web.push.apple.com/QGuQ?x=1",
        "https://wns2-par02p.notify.windows.com/w/?token=BQY%3d",
        "http://127.0.0.1:4711/push/1",
    };
    char origin[VAPID_ORIGIN_BYTES_MAX + 1], site[ENDPOINT_SITE_BYTES];
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        assert_int_equal(endpoint_check(right[i], practice), 0);
    }
    endpoint_origin(right[0], origin);
    assert_string_equal(origin, "https://fcm.googleapis.com");
    endpoint_origin(right[4], origin);
    assert_string_equal(origin, practice);
    endpoint_site(right[0], site);
    assert_string_equal(site, "googleapis.com");
    endpoint_site("https://example.net/x.y", site);
    assert_string_equal(site, "example.net");
}

TEST(endpoint, what_leads_anywhere_else_does_not)
{
    static const char *const wrong[] = {
        "",
        "https://",
        "https:///x",
        "https://push.example.net",
        "https://push.example.net?x",
        "http://push.example.net/x",
        "ftp://push.example.net/x",
        "https://push.example.net:443/x",
        "https://user@push.example.net/x",
        "https://push.example.net/x#y",
        "https://push.example.net/x y",
        "https://push.example.net/x\r\nHost: a",
        "https://push.example.net/\"",
        "https://push.example.net/\\",
        "https://push.example.net/\xc3\xa4",
        "https://PUSH.example.net/x",
        "https://localhost/x",
        "https://push.localhost/x",
        "https://printer.local/x",
        "https://router.lan/x",
        "https://metadata.google.internal/x",
        "https://1.0.0.127.in-addr.arpa/x",
        "https://127.0.0.1/x",
        "https://10.0.0.1/x",
        "https://2130706433/x",
        "https://a.0x7f000001/x",
        "https://[::1]/x",
        "https://push..net/x",
        "https://.push.net/x",
        "https://push.net./x",
        "https://-push.net/x",
        "https://push-.net/x",
        "https://pu_sh.net/x",
        "https://pu~sh.net/x",
        "https://push.example.net/\x7f",
        "https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.net/x",
        "http://127.0.0.1:4711",
        "http://127.0.0.1:47110/x",
        "http://127.0.0.1:4712/x",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(endpoint_check(wrong[i], practice), ERR_MALFORMED);
    }
    assert_int_equal(endpoint_check("http://127.0.0.1:4711/push/1", ""), ERR_MALFORMED);
}

TEST(endpoint, what_is_too_long_does_not)
{
    char url[ENDPOINT_URL_BYTES_MAX + 2];
    memset(url, 'a', sizeof url);
    memcpy(url, "https://push.example.net/", 25);
    url[sizeof url - 1] = '\0';
    assert_int_equal(endpoint_check(url, ""), ERR_TOO_LARGE);
    url[sizeof url - 2] = '\0';
    assert_int_equal(endpoint_check(url, ""), 0);
    memset(url, 'a', sizeof url);
    memcpy(url, "https://", 8);
    for (size_t i = 10; i < 300; i += 2) {
        url[i] = '.';
    }
    memcpy(url + 301, "/x", 3);
    assert_int_equal(endpoint_check(url, ""), ERR_MALFORMED);
}

/* --- a browser --- */

static const char point[] =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
static const char off_curve[] =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw8";
static const char auth[] = "BTBZMqHH6r4Tts7J_aSIgg";

TEST(endpoint, a_subscription_is_taken_whole_or_not_at_all)
{
    static const char url[] = "https://push.example.net/1";
    struct push_target target = {.endpoint = "kept"};
    assert_int_equal(push_target_parse("http://x", point, auth, "", &target), ERR_MALFORMED);
    assert_int_equal(push_target_parse(url, "BCVx", auth, "", &target), ERR_MALFORMED);
    assert_int_equal(push_target_parse(url, off_curve, auth, "", &target), ERR_MALFORMED);
    assert_int_equal(push_target_parse(url, point, "BTBZ", "", &target), ERR_MALFORMED);
    assert_string_equal(target.endpoint, "kept");
    assert_int_equal(push_target_parse(url, point, auth, "", &target), 0);
    assert_string_equal(target.endpoint, url);
    assert_int_equal(target.keys.p256dh.bytes[0], 4);
    assert_int_equal(target.keys.auth[0], 5);
}

TEST(endpoint, telephones_have_a_country_and_digits_alone)
{
    static const char *const wrong[] = {"",
                                        "+",
                                        "491701234567",
                                        "+0491701234",
                                        "+49170",
                                        "+4917012345678901",
                                        "+49 1701234",
                                        "+49170123a",
                                        "++491701234",
                                        "+49170123\n"};
    char phone[PHONE_TEXT_BYTES] = "kept";
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(phone_parse(wrong[i], phone), ERR_MALFORMED);
    }
    assert_string_equal(phone, "kept");
    assert_int_equal(phone_parse("+491701234567", phone), 0);
    assert_string_equal(phone, "+491701234567");
    assert_int_equal(phone_parse("+491701234567890", phone), 0);
}

/* --- addresses --- */

static bool is_public(const char *text)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        return socket_address_is_public((const struct sockaddr *)(const void *)&four);
    }
    assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
    return socket_address_is_public((const struct sockaddr *)(const void *)&six);
}

TEST(endpoint, only_addresses_of_the_public_internet_are_dialled)
{
    static const char *const rights[] = {"8.8.8.8",         "1.1.1.1",           "100.63.255.255",
                                         "100.128.0.1",     "172.15.255.255",    "172.32.0.1",
                                         "192.167.1.1",     "198.17.255.255",    "198.20.0.1",
                                         "223.255.255.255", "2a00:1450:4001::1", "2001:4860::8888",
                                         "::ffff:8.8.8.8",  "64:ff9b::808:808",  "2002:808:808::1"};
    static const char *const wrongs[] = {"0.0.0.0",
                                         "10.1.2.3",
                                         "100.64.0.1",
                                         "100.127.255.255",
                                         "127.0.0.1",
                                         "127.9.9.9",
                                         "169.254.169.254",
                                         "172.16.0.1",
                                         "172.31.255.255",
                                         "192.0.0.1",
                                         "192.0.2.1",
                                         "192.88.99.1",
                                         "192.168.0.1",
                                         "198.18.0.1",
                                         "198.19.255.255",
                                         "198.51.100.1",
                                         "203.0.113.1",
                                         "224.0.0.1",
                                         "240.0.0.1",
                                         "255.255.255.255",
                                         "::",
                                         "::1",
                                         "fe80::1",
                                         "fc00::1",
                                         "fd12::1",
                                         "ff02::1",
                                         "::ffff:10.0.0.1",
                                         "::ffff:127.0.0.1",
                                         "::127.0.0.1",
                                         "64:ff9b::a00:1",
                                         "64:ff9b:1::1",
                                         "2002:a00:1::1",
                                         "2001::1",
                                         "2001:db8::1",
                                         "3fff::1",
                                         "100::1",
                                         "5f00::1"};
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
        assert_true(is_public(rights[i]));
    }
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        assert_false(is_public(wrongs[i]));
    }
}

TEST(endpoint, practice_is_on_this_machine_alone)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    assert_true(socket_address_is_loopback((const struct sockaddr *)(const void *)&four));
    four.sin_addr.s_addr = htonl(0x0a000001);
    assert_false(socket_address_is_loopback((const struct sockaddr *)(const void *)&four));
    assert_false(socket_address_is_loopback((const struct sockaddr *)(const void *)&six));
    six.sin6_addr.s6_addr[15] = 1;
    assert_true(socket_address_is_loopback((const struct sockaddr *)(const void *)&six));
    assert_false(socket_address_is_loopback((const struct sockaddr *)(const void *)&local));
    assert_false(socket_address_is_public((const struct sockaddr *)(const void *)&local));
}
