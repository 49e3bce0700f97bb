/* page.h - the page on which customers order: one document with its styles, its script and the menu
 * in it, so that a phone on a bad network has all with the first answer.
 *
 * Layer: node. The build gives the document (web/order.html) with `<script type="application/json"
 * id="facts">null</script>`; the facts, an OrderPage of the API, are put in place of the null. What
 * comes of it is kept until the facts change. Used by the web thread alone.
 */
#ifndef TRESTLE_NODE_WEB_PAGE_H
#define TRESTLE_NODE_WEB_PAGE_H

#include "node/api/annex.h"
#include "node/web/files.h"

enum { PAGE_POLICY_BYTES_MAX = 1200 };

struct page;

/* From the built @file, which outlives it. @card: whose script it may load; NULL = none's.
 * ERR_MALFORMED: it has no place for facts; ERR_TOO_LARGE: the hosts' names; ERR_NO_MEMORY. */
MUST_CHECK int page_new(const struct web_file *file, const struct annex_card *card,
                        struct page **ret_page);
/* Accepts NULL. */
void page_free(struct page *page);

/* Its Content-Security-Policy: its own inline script and style by their hashes, and the card
 * provider's hosts. */
const char *page_policy(const struct page *page);

/* The document with @facts (JSON; empty = none are known) in it. @ret_file is borrowed until the
 * next call. ERR_NO_MEMORY. */
MUST_CHECK int page_fill(struct page *page, struct bytes facts, const struct web_file **ret_file);

#endif
