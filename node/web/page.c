#include "node/web/page.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/web/gzip.h"
#include "sync/base/crypto.h"

static const char facts_mark[] = "<script type=\"application/json\" id=\"facts\">";
static const char no_facts[] = "null";

struct page {
    struct bytes before, after; /* the facts; borrowed from the built file */
    char policy[PAGE_POLICY_BYTES_MAX];
    struct text facts; /* that @file has */
    struct text plain, gzip;
    struct web_file file; /* what they make; path empty until there is one */
};

/* --- the parts of the document --- */

/* Where @mark ends in @in; NULL when it is not there. */
static const uint8_t *find_end(struct bytes in, const char *mark)
{
    const size_t size = strlen(mark);
    for (size_t at = 0; at + size <= in.size; at++) {
        if (memcmp(in.data + at, mark, size) == 0) {
            return in.data + at + size;
        }
    }
    return NULL;
}

/* What stands between @open and the next @close; empty when there is none. */
static struct bytes find_between(struct bytes in, const char *open, const char *close)
{
    const uint8_t *begin = find_end(in, open);
    if (begin == NULL) {
        return bytes_of(NULL, 0);
    }
    const struct bytes rest = bytes_of(begin, in.size - (size_t)(begin - in.data));
    const uint8_t *end = find_end(rest, close);
    return bytes_of(begin, end == NULL ? 0 : (size_t)(end - begin) - strlen(close));
}

static int split(struct page *page, struct bytes document)
{
    const struct bytes hole = find_between(document, facts_mark, "</script>");
    if (!bytes_equal(hole, bytes_of_text(no_facts))) {
        return ERR_MALFORMED;
    }
    page->before = bytes_of(document.data, (size_t)(hole.data - document.data));
    page->after = bytes_of(hole.data + hole.size, document.size - page->before.size - hole.size);
    return 0;
}

/* --- the policy --- */

/* " 'sha256-...'" of an inline element's content; "" of none. */
static void print_hash(struct bytes content, char *to, size_t capacity)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    char text[sodium_base64_ENCODED_LEN(sizeof hash, sodium_base64_VARIANT_ORIGINAL)];
    to[0] = '\0';
    if (content.size == 0) {
        return;
    }
    (void)crypto_hash_sha256(hash, content.data, content.size);
    (void)sodium_bin2base64(text, sizeof text, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(to, capacity, " 'sha256-%s'", text);
}

static int print_policy(struct page *page, struct bytes document, const struct annex_card *card)
{
    char script[80], style[80];
    const struct annex_card hosts =
        card != NULL
            ? *card
            : (struct annex_card){.script_hosts = "", .frame_hosts = "'none'", .connect_hosts = ""};
    print_hash(find_between(document, "<script type=\"module\">", "</script>"), script,
               sizeof script);
    print_hash(find_between(document, "<style>", "</style>"), style, sizeof style);
    const int size =
        snprintf(page->policy, sizeof page->policy,
                 "default-src 'none'; script-src 'self'%s %s; style-src 'self'%s; "
                 "img-src 'self' data:; connect-src 'self' %s; frame-src %s; manifest-src 'self'; "
                 "worker-src 'self'; base-uri 'none'; "
                 "form-action 'none'; frame-ancestors 'none'",
                 script, hosts.script_hosts, style, hosts.connect_hosts, hosts.frame_hosts);
    return size >= 0 && (size_t)size < sizeof page->policy ? 0 : ERR_TOO_LARGE;
}

int page_new(const struct web_file *file, const struct annex_card *card, struct page **ret_page)
{
    struct page *page = calloc(1, sizeof *page);
    if (page == NULL) {
        return ERR_NO_MEMORY;
    }
    page->file.type = file->type;
    int err = split(page, file->body);
    if (err == 0) {
        err = print_policy(page, file->body, card);
    }
    if (err != 0) {
        page_free(page);
        return err;
    }
    *ret_page = page;
    return 0;
}

void page_free(struct page *page)
{
    if (page == NULL) {
        return;
    }
    text_close(&page->facts);
    text_close(&page->plain);
    text_close(&page->gzip);
    free(page);
}

const char *page_policy(const struct page *page)
{
    return page->policy;
}

/* --- filling --- */

/* JSON in HTML: a "<", which only texts have, could end the element. */
static void append_facts(struct text *to, struct bytes facts)
{
    for (size_t at = 0; at < facts.size;) {
        const uint8_t *next = memchr(facts.data + at, '<', facts.size - at);
        const size_t size = next == NULL ? facts.size - at : (size_t)(next - facts.data) - at;
        text_append(to, facts.data + at, size);
        at += size;
        if (next != NULL) {
            text_append_text(to, "\\u003c");
            at++;
        }
    }
}

static int build(struct page *page, struct bytes facts)
{
    uint8_t hash[8];
    text_clear(&page->plain);
    text_append(&page->plain, page->before.data, page->before.size);
    append_facts(&page->plain, facts);
    text_append(&page->plain, page->after.data, page->after.size);
    page->file.body = bytes_of(page->plain.data, page->plain.size);
    int err = gzip_bytes(page->file.body, &page->gzip);
    if (err != 0) {
        return err;
    }
    page->file.gzip = bytes_of(page->gzip.data, page->gzip.size);
    hash_parts(hash, sizeof hash, &page->file.body, 1);
    (void)snprintf(page->file.etag, sizeof page->file.etag, "\"%016llx\"",
                   (unsigned long long)get_be64(hash));
    text_clear(&page->facts);
    text_append(&page->facts, facts.data, facts.size);
    return 0;
}

int page_fill(struct page *page, struct bytes facts, const struct web_file **ret_file)
{
    const struct bytes said = facts.size > 0 ? facts : bytes_of_text(no_facts);
    const bool is_built = page->facts.size > 0;
    int err = is_built && bytes_equal(said, bytes_of(page->facts.data, page->facts.size))
                  ? 0
                  : build(page, said);
    if (err != 0) {
        text_clear(&page->facts); /* what was built is half of it */
        return err;
    }
    *ret_file = &page->file;
    return 0;
}
