/* card_page.h - what the page where customers pay needs of the card provider.
 *
 * Layer: gateway. Facts: docs/stripe.md, B1 and B5.
 */
#ifndef TRESTLE_GATEWAY_CONFIG_CARD_PAGE_H
#define TRESTLE_GATEWAY_CONFIG_CARD_PAGE_H

#include "gateway/config/credentials.h"
#include "node/api/annex.h"

struct card_page {
    struct annex_card card; /* its texts lie in the terms and below */
    char origin[SETTING_BYTES_MAX];
};

/* @terms and @ret_page outlive its card. The script of another host than the provider's has all
 * from that host: it is the one for practice. */
void card_page_init(const struct terms *terms, const struct credentials *credentials,
                    struct card_page *ret_page);

#endif
