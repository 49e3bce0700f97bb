/* fuzz_event.c - whatever event_decode() accepts has one spelling and a body within the bounds, and
 * every body of the roster is judged without harm.
 *
 * The input is an event. Accepted, it is encoded again and must come out byte for byte. Its body,
 * and then the whole input as a body, go to all decoders of roster statements, with a root that
 * signed nothing.
 */
#include <stdlib.h>

#include "sync/base/check.h"
#include "sync/log/event.h"
#include "sync/roster/place.h"
#include "sync/roster/statement.h"
#include "tests/lib/fuzz_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(0)

static void check_spelling(const struct event *event, struct bytes input)
{
    uint8_t *buffer = malloc(input.size);
    struct bytes written = {0};
    check(buffer != NULL);
    check(event_encode(event, buffer, input.size, &written) == 0);
    check(bytes_equal(written, input));
    check(msgpack_validate(input, VALUE_DEPTH_MAX) == 0);
    check(event->parents_count <= PARENTS_MAX);
    free(buffer);
}

/* What is understood of a cut or a list is written and read again to the same. */
static void check_statements(struct bytes body)
{
    static struct device_caps caps;
    static struct roster_saw saw;
    static struct staff_role role;
    struct log_cut cut;
    struct device_place place;
    struct bytes chain;
    if (log_cut_decode(body, &cut) == 0) {
        check(cut.seq >= 1 && cut.seq <= SEQ_MAX);
    }
    if (device_caps_decode(body, &caps) == 0) {
        check(caps.count <= LOGS_MAX);
    }
    if (roster_saw_decode(body, &saw) == 0) {
        check(saw.count <= LOGS_MAX);
    }
    if (device_place_decode(body, &place) == 0) {
        check(place.count <= PLACE_ENDPOINTS_MAX);
        for (uint32_t i = 0; i < place.count; i++) {
            check(endpoint_is_dialable(bytes_of_text(place.endpoints[i])));
        }
    }
    if (staff_role_decode(body, &role) == 0) {
        check(role.staff >= 1 && role.version >= 1 && role.held.count <= LOGS_MAX);
    }
    if (chain_body_decode(body, &chain) == 0) {
        check(chain.size > 0 && chain.size < body.size);
    }
}

static void check_proofs(struct bytes body)
{
    static const struct public_key nobody = {{1}};
    const struct popup_id popup = popup_id_of_root(&nobody);
    struct log_open open;
    struct log_point point;
    check(log_open_verify(body, &popup, &nobody, &open) != 0);
    (void)!log_fork_verify(body, &popup, &point);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes input = bytes_of(data, size);
    struct event event;
    if (event_decode(input, &event) == 0) {
        check_spelling(&event, input);
        check_statements(event.body);
        check_proofs(event.body);
    }
    check_statements(input);
    check_proofs(input);
    return 0;
}
