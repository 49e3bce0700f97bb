/* Whose request it is that a proxy passed on. */
#include "node/access/forwarded.h"

#include "tests/lib/test.h"

static const struct proxies none = {.count = 0};
static const struct proxies ours = {.count = 2, .addresses = {"127.0.0.1", "2001:db8::7"}};

static const char *client(const struct proxies *proxies, const char *peer, const char *list)
{
    static char text[PEER_TEXT_BYTES_MAX];
    forwarded_client(proxies, peer, list, text);
    return text;
}

TEST(forwarded, what_a_stranger_says_of_his_address_counts_for_nothing)
{
    assert_string_equal(client(&none, "127.0.0.1", "203.0.113.9"), "127.0.0.1");
    assert_string_equal(client(&ours, "198.51.100.4", "203.0.113.9"), "198.51.100.4");
    assert_string_equal(client(&ours, "127.0.0.1", ""), "127.0.0.1");
}

TEST(forwarded, a_proxy_of_ours_tells_the_address_and_not_what_it_was_told)
{
    assert_string_equal(client(&ours, "127.0.0.1", "203.0.113.9"), "203.0.113.9");
    assert_string_equal(client(&ours, "127.0.0.1", "10.1.1.1, 203.0.113.9"), "203.0.113.9");
    assert_string_equal(client(&ours, "127.0.0.1", "127.0.0.1,203.0.113.9 "), "203.0.113.9");
    assert_string_equal(client(&ours, "127.0.0.1", "10.1.1.1 , 203.0.113.9\t,2001:DB8:0::7"),
                        "203.0.113.9");
}

TEST(forwarded, who_has_no_address_is_who_he_is_and_names_nobody_else)
{
    assert_string_equal(client(&ours, "unix", "203.0.113.9"), "unix");
}

TEST(forwarded, a_list_that_names_nobody_leaves_who_passed_it_on)
{
    static const char *const lists[] = {
        ",",
        " ",
        "unknown",
        "203.0.113.9, unknown",
        "203.0.113.9:80",
        "203.0.113.9,",
        "00000000000000000000000000000000000000000000000000000203.0.113.9"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        assert_string_equal(client(&ours, "127.0.0.1", lists[i]), "127.0.0.1");
    }
}

TEST(forwarded, an_address_is_written_in_one_way)
{
    char text[PEER_TEXT_BYTES_MAX];
    assert_true(peer_text("2001:DB8:0:0::0007", text));
    assert_string_equal(text, "2001:db8::7");
    assert_true(peer_text("192.0.2.1", text));
    assert_false(peer_text("192.0.2", text));
    assert_false(peer_text("localhost", text));
    assert_false(peer_text("", text));
}

static uint64_t network(const char *address)
{
    return peer_network(bytes_of_text(address));
}

TEST(forwarded, a_household_of_ipv6_is_one_client_and_so_is_each_address_of_ipv4)
{
    assert_true(network("2001:db8:1:2::7") == network("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    assert_true(network("2001:db8:1:2::7") != network("2001:db8:1:3::7"));
    assert_true(network("192.0.2.1") != network("192.0.2.2"));
    assert_true(network("192.0.2.1") == network("::ffff:192.0.2.1"));
    assert_true(network("::1") != 0);
    assert_true(network("") == 0 && network("unix") == 0);
    assert_true(network("0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001") == 0);
}
