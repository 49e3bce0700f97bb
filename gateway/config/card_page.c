#include "gateway/config/card_page.h"

#include <stdio.h>
#include <string.h>

#include "sync/base/check.h"

static const char provider_script[] = "https://js.stripe.com/";

/* "https://host:port" of a URL. */
static void origin_of(const char *url, char *to, size_t capacity)
{
    const char *host = strstr(url, "://");
    check(host != NULL); /* terms.c took it */
    const size_t before = (size_t)(host - url) + 3;
    const size_t size = before + strcspn(url + before, "/?#;, '\"");
    (void)snprintf(to, capacity, "%.*s", (int)size, url);
}

void card_page_init(const struct terms *terms, const struct credentials *credentials,
                    struct card_page *ret_page)
{
    const bool is_provider =
        strncmp(terms->stripe_script, provider_script, strlen(provider_script)) == 0;
    origin_of(terms->stripe_script, ret_page->origin, sizeof ret_page->origin);
    ret_page->card = (struct annex_card){.script = terms->stripe_script,
                                         .is_practice = !credentials->is_live,
                                         .script_hosts = ret_page->origin,
                                         .frame_hosts = ret_page->origin,
                                         .connect_hosts = ret_page->origin};
    if (is_provider) {
        ret_page->card.script_hosts = "https://js.stripe.com https://*.js.stripe.com";
        ret_page->card.frame_hosts =
            "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com";
        ret_page->card.connect_hosts = "https://api.stripe.com";
    }
}
