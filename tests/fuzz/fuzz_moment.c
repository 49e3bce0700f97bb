/* fuzz_moment.c - what devices say to each other of the moment, which no journal keeps, and what
 * commands ask the running node: read within its limits, and written again it says the same.
 *
 * Input: 1 byte, which; then a value.
 */
#include <string.h>

#include "node/core/control.h"
#include "node/core/moment_body.h"
#include "sync/base/check.h"
#include "tests/lib/fuzz_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(1)

static uint8_t buffer[CONTROL_PACKET_BYTES_MAX];

/* As newer software may say more, what is written again can be shorter. */
static struct bytes written(const struct writer *writer)
{
    struct bytes bytes;
    check(writer_finish(writer, &bytes) == 0);
    return bytes;
}

static void try_screens(struct bytes body)
{
    struct gate_screens screens, again;
    struct writer writer;
    if (screens_read(body, &screens)) {
        writer_init(&writer, buffer, sizeof buffer);
        screens_write(&writer, &screens);
        check(screens_read(written(&writer), &again) && screens.is_told &&
              memcmp(screens.counts, again.counts, sizeof again.counts) == 0);
    }
}

/* Written again it is the same, up to what newer software said behind it. */
static void try_health(struct bytes body)
{
    static struct gate_health health, again;
    static uint8_t rewritten[HEALTH_BODY_BYTES_MAX];
    struct writer writer;
    if (!health_read(body, &health)) {
        return;
    }
    check(health.printers_count <= HEALTH_PRINTERS_MAX && health.peers_count <= HEALTH_PEERS_MAX);
    for (uint32_t i = 0; i < health.peers_count; i++) {
        check(health.peers[i].link <= GATE_LOST);
    }
    writer_init(&writer, buffer, HEALTH_BODY_BYTES_MAX);
    health_write(&writer, &health);
    const struct bytes first = written(&writer);
    check(health_read(first, &again));
    writer_init(&writer, rewritten, sizeof rewritten);
    health_write(&writer, &again);
    check(bytes_equal(first, written(&writer)));
}

static bool is_same_wish(const struct reconcile_wish *a, const struct reconcile_wish *b)
{
    return a->days == b->days && a->is_shared == b->is_shared && a->day == b->day &&
           a->days <= RECONCILE_DAYS_MAX;
}

static void try_asked(struct bytes body)
{
    struct reconcile_asked asked, again;
    struct writer writer;
    if (reconcile_asked_read(body, &asked)) {
        check(asked.wish.days > 0);
        writer_init(&writer, buffer, sizeof buffer);
        reconcile_asked_write(&writer, &asked);
        check(reconcile_asked_read(written(&writer), &again) && again.number == asked.number &&
              is_same_wish(&asked.wish, &again.wish));
    }
}

static void try_part(struct bytes body)
{
    struct reconcile_part part, again;
    struct writer writer;
    if (reconcile_part_read(body, &part)) {
        check(part.parts > 0 && part.parts <= RECONCILE_PARTS_MAX &&
              part.bytes.size <= RECONCILE_PART_BYTES_MAX);
        writer_init(&writer, buffer, sizeof buffer);
        reconcile_part_write(&writer, &part);
        check(reconcile_part_read(written(&writer), &again) && again.number == part.number &&
              again.parts == part.parts && again.is_good == part.is_good &&
              bytes_equal(again.bytes, part.bytes) && is_same_wish(&part.wish, &again.wish));
    }
}

/* A request has one spelling: a word is clean text, so none ends early. */
static void try_request(struct bytes packet)
{
    static struct control_request request;
    struct bytes again;
    if (control_request_read(packet, &request) == 0) {
        check(request.count >= 1 && request.count <= CONTROL_WORDS_MAX);
        check(control_request_write(&request, buffer, &again) == 0 && bytes_equal(again, packet));
    }
}

static void try_answer(struct bytes packet)
{
    char text[64];
    memset(text, 'x', sizeof text);
    (void)!control_answer_read(packet, text, sizeof text);
    check(memchr(text, '\0', sizeof text) != NULL || text[0] == 'x');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[])(struct bytes) = {try_screens, try_asked,  try_part,
                                                  try_request, try_answer, try_health};
    if (size > 0) {
        tries[data[0] % (sizeof tries / sizeof tries[0])](bytes_of(data + 1, size - 1));
    }
    return 0;
}
