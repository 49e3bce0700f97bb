/* The certificate of the https address, read again while the server runs. */

#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include <stdio.h>
#include <string.h>

#include "node/web/web_state.h"

/* Whether handshakes use the key that is in the files: lws says of an update no more than that it
 * tried. */
static bool is_served(const struct web *web)
{
    union {
        union lws_tls_cert_info_results info;
        char room[sizeof(union lws_tls_cert_info_results) + TLS_PUBLIC_KEY_BYTES_MAX];
    } served;
    uint8_t wanted[TLS_PUBLIC_KEY_BYTES_MAX];
    size_t size = 0;
    memset(&served, 0, sizeof served);
    return tls_public_key(web->tls.certificate, wanted, sizeof wanted, &size) == 0 &&
           lws_tls_vhost_cert_info(web->https_vhost, LWS_TLS_CERT_INFO_OPAQUE_PUBLIC_KEY,
                                   &served.info, TLS_PUBLIC_KEY_BYTES_MAX) == 0 &&
           (size_t)served.info.ns.len == size && memcmp(served.info.ns.name, wanted, size) == 0;
}

void web_certificate_read(struct web *web)
{
    char problem[TLS_PROBLEM_BYTES_MAX] = "the certificate was read again";
    if (!atomic_exchange(&web->wants_certificate, false) || web->https_vhost == NULL) {
        return;
    }
    if (tls_check(&web->tls, problem) == 0) {
        (void)lws_tls_cert_updated(web->context, web->tls.certificate, web->tls.key, NULL, 0, NULL,
                                   0);
        if (!is_served(web)) {
            (void)snprintf(problem, sizeof problem,
                           "the new certificate was not taken, the old one stays: start again");
        }
    }
    if (web->on_log != NULL) {
        web->on_log(web->log_context, problem);
    }
}
