/* The page on which customers order: what is put into it, what its browser lets run, and that what
 * is sent compressed is the same. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "node/web/page.h"
#include "tests/lib/test.h"

#define SCRIPT "let a = 1 < 2"
#define STYLE  "p{color:red}"
#define HEAD   "<html><script type=\"application/json\" id=\"facts\">"
#define TAIL   "</script><style>" STYLE "</style><script type=\"module\">" SCRIPT "</script></html>"

static struct web_file file_of(const char *text)
{
    return (struct web_file){.type = "text/html; charset=utf-8", .body = bytes_of_text(text)};
}

static struct web_file whole;

static struct page *make(const struct annex_card *card)
{
    struct page *page = NULL;
    whole = file_of(HEAD "null" TAIL);
    assert_int_equal(page_new(&whole, card, &page), 0);
    return page;
}

static const struct web_file *fill(struct page *page, const char *facts)
{
    const struct web_file *file = NULL;
    assert_int_equal(page_fill(page, bytes_of_text(facts), &file), 0);
    return file;
}

static void assert_text(struct bytes bytes, const char *text)
{
    if (bytes.size != strlen(text) || memcmp(bytes.data, text, bytes.size) != 0) {
        fail_msg("%.*s", (int)bytes.size, (const char *)bytes.data);
    }
}

/* As a browser does. */
static void unzip(struct bytes packed, char *to, size_t capacity)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)packed.data,
                       .avail_in = (uInt)packed.size,
                       .next_out = (Bytef *)to,
                       .avail_out = (uInt)capacity - 1};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    to[stream.total_out] = '\0';
    (void)inflateEnd(&stream);
}

/* " 'sha256-...'" of @text, as CSP 3 has it. */
static const char *hash_of(const char *text)
{
    static char printed[80];
    uint8_t hash[crypto_hash_sha256_BYTES];
    char base64[sodium_base64_ENCODED_LEN(sizeof hash, sodium_base64_VARIANT_ORIGINAL)];
    (void)crypto_hash_sha256(hash, (const uint8_t *)text, strlen(text));
    (void)sodium_bin2base64(base64, sizeof base64, hash, sizeof hash,
                            sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(printed, sizeof printed, " 'sha256-%s'", base64);
    return printed;
}

TEST(page, the_facts_stand_in_the_document_and_can_end_no_element)
{
    struct page *page = make(NULL);
    assert_text(fill(page, "{\"name\":\"</script><script>\"}")->body,
                HEAD "{\"name\":\"\\u003c/script>\\u003cscript>\"}" TAIL);
    assert_text(fill(page, "")->body, HEAD "null" TAIL);
    page_free(page);
    page_free(NULL);
}

TEST(page, what_is_sent_compressed_is_the_same)
{
    char text[400];
    struct page *page = make(NULL);
    const struct web_file *file = fill(page, "{\"items\":[1,2,3]}");
    unzip(file->gzip, text, sizeof text);
    assert_text(file->body, text);
    page_free(page);
}

TEST(page, it_has_another_tag_when_the_facts_changed_and_only_then)
{
    char first[FILE_ETAG_BYTES_MAX], again[FILE_ETAG_BYTES_MAX];
    struct page *page = make(NULL);
    (void)snprintf(first, sizeof first, "%s", fill(page, "1")->etag);
    (void)snprintf(again, sizeof again, "%s", fill(page, "1")->etag);
    assert_string_equal(first, again);
    assert_string_not_equal(first, fill(page, "2")->etag);
    assert_string_equal(first, fill(page, "1")->etag);
    page_free(page);
}

TEST(page, its_own_script_and_style_may_run_and_nobody_elses)
{
    struct page *page = make(NULL);
    const char *policy = page_policy(page);
    assert_non_null(strstr(policy, hash_of(SCRIPT)));
    assert_non_null(strstr(policy, hash_of(STYLE)));
    assert_non_null(strstr(policy, "frame-src 'none'"));
    assert_null(strstr(policy, "unsafe"));
    assert_null(strstr(policy, "http"));
    page_free(page);
}

TEST(page, where_customers_pay_the_card_providers_hosts_may_what_they_need)
{
    static const struct annex_card card = {.script = "https://a.example/x.js",
                                           .script_hosts = "https://a.example",
                                           .frame_hosts = "https://b.example",
                                           .connect_hosts = "https://c.example"};
    struct page *page = make(&card);
    const char *policy = page_policy(page);
    assert_non_null(strstr(policy, " https://a.example; style-src"));
    assert_non_null(strstr(policy, "frame-src https://b.example;"));
    assert_non_null(strstr(policy, "connect-src 'self' https://c.example;"));
    page_free(page);
}

TEST(page, a_document_without_a_place_for_facts_is_none)
{
    static const char *const texts[] = {"", "<html></html>", HEAD, HEAD "{}" TAIL, HEAD "null"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct page *page = NULL;
        const struct web_file file = file_of(texts[i]);
        assert_int_equal(page_new(&file, NULL, &page), ERR_MALFORMED);
    }
}

TEST(page, names_of_hosts_have_an_end)
{
    char names[PAGE_POLICY_BYTES_MAX];
    struct page *page = NULL;
    memset(names, 'x', sizeof names - 1);
    names[sizeof names - 1] = '\0';
    const struct annex_card card = {
        .script = "", .script_hosts = names, .frame_hosts = "", .connect_hosts = ""};
    whole = file_of(HEAD "null" TAIL);
    assert_int_equal(page_new(&whole, &card, &page), ERR_TOO_LARGE);
}
