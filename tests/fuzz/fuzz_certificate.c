/* fuzz_certificate.c - a chain is accepted only with the signatures that its bytes deserve.
 *
 * The input is a chain of the pop-up whose root key is that of the tests (number 1), so that the
 * kept corpus holds genuine ones. An accepted chain must be the genuine one of its device, byte for
 * byte what certificate_issue() makes of its contents when the root signed it. To reach behind the
 * signatures, the input is also read as the contents of a certificate to be issued.
 */
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/fuzz_mutate.h"
#include "tests/lib/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(0)

static void check_accepted(const struct journal *journal, struct bytes chain)
{
    struct certificate certificate;
    uint8_t buffer[CERT_CHAIN_BYTES_MAX];
    struct bytes again = {0};
    if (certificate_verify(chain, &journal->popup, &journal->root, &certificate) != 0) {
        return;
    }
    check(certificate_compare(&certificate, &certificate) == 0);
    check(certificate.lane[certificate.lane_size] == '\0');
    check(certificate.name[certificate.name_size] == '\0');
    if (certificate.is_by_root) {
        check(certificate_issue(&certificate, &journal->root_secret, NULL, buffer, sizeof buffer,
                                &again) == 0);
        check(bytes_equal(again, chain));
    }
}

/* What can be issued can be verified; what cannot is unclean. */
static void check_issued(const struct journal *journal, struct bytes input)
{
    struct certificate certificate;
    struct certificate found;
    uint8_t buffer[CERT_CHAIN_BYTES_MAX];
    struct bytes chain;
    memset(&certificate, 0, sizeof certificate);
    const size_t size = input.size < sizeof certificate.name ? input.size : NAME_BYTES_MAX;
    certificate.popup = journal->popup;
    certificate.role = size > 0 ? (enum role)(input.data[0] % 16) : ROLE_NONE;
    certificate.name_size = (uint8_t)size;
    memcpy(certificate.name, input.data, size);
    certificate.lane_size = (uint8_t)(size < LANE_BYTES_MAX ? size : LANE_BYTES_MAX);
    memcpy(certificate.lane, input.data, certificate.lane_size);
    const int err =
        certificate_issue(&certificate, &journal->root_secret, NULL, buffer, sizeof buffer, &chain);
    check(err == 0 || err == ERR_MALFORMED);
    if (err == 0) {
        check(certificate_verify(chain, &journal->popup, &journal->root, &found) == 0);
        check(certificate_compare(&found, &certificate) > 0); /* by the root */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct journal journal;
    static bool is_ready;
    if (!is_ready) {
        journal_init(&journal);
        is_ready = true;
    }
    check_accepted(&journal, bytes_of(data, size));
    if (size > 0) {
        check_issued(&journal, bytes_of(data, size));
    }
    return 0;
}
