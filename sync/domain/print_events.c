/* The bytes, in docs/protocol.md's words:
 *
 *   print.claim [bin16 job, purpose, printer, reason, asked, station, operation or nil, version,
 *                [[line, quantity, bin8 content], ...]]
 *   print.done  [operation, result]
 */
#include "sync/domain/print_events.h"

#include "sync/domain/body.h"

static void write_lines(struct writer *writer, const struct print_claim *claim)
{
    write_array(writer, claim->lines_count);
    for (uint32_t i = 0; i < claim->lines_count; i++) {
        const struct print_line *line = &claim->lines[i];
        write_array(writer, 3);
        write_uint(writer, line->line);
        write_uint(writer, line->quantity);
        write_bin(writer, line->content, sizeof line->content);
    }
}

static void read_lines(struct reader *reader, struct print_claim *claim)
{
    claim->lines_count = read_array(reader, 0, ORDER_LINES_MAX);
    for (uint32_t i = 0; i < claim->lines_count; i++) {
        struct print_line *line = &claim->lines[i];
        (void)read_array(reader, 3, 3);
        line->line = (uint32_t)read_int(reader, 1, UINT32_MAX);
        line->quantity = (uint32_t)read_uint(reader, ORDER_QUANTITY_MAX);
        read_fixed(reader, line->content, sizeof line->content);
    }
}

void print_claim_encode(const struct print_claim *claim, struct writer *writer)
{
    write_array(writer, 9);
    write_bin(writer, claim->job.bytes, sizeof claim->job.bytes);
    write_uint(writer, claim->purpose);
    write_uint(writer, claim->printer);
    write_uint(writer, claim->reason);
    write_bool(writer, claim->is_asked);
    write_text(writer, claim->station);
    if (claim->has_of) {
        write_operation(writer, &claim->of);
    } else {
        write_nil(writer);
    }
    write_uint(writer, claim->version);
    write_lines(writer, claim);
}

int print_claim_decode(struct bytes body, struct print_claim *ret_claim)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 9);
    struct print_claim claim = {.purpose = PRINT_TICKET};
    read_fixed(&reader, claim.job.bytes, sizeof claim.job.bytes);
    claim.purpose = (enum print_purpose)read_int(&reader, PRINT_TICKET, PRINT_RECEIPT);
    claim.printer = (uint32_t)read_int(&reader, 1, PRINTER_NUMBER_MAX);
    claim.reason = (enum print_reason)read_uint(&reader, PRINT_REASON_COUNT - 1);
    claim.is_asked = read_bool(&reader);
    claim.station = read_text(&reader, NAME_BYTES_MAX);
    claim.has_of = !read_nil(&reader);
    if (claim.has_of) {
        claim.of = read_operation(&reader);
    }
    claim.version = (uint32_t)read_uint(&reader, UINT32_MAX);
    read_lines(&reader, &claim);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_claim = claim;
    }
    return err;
}

void print_done_encode(const struct print_done *done, struct writer *writer)
{
    write_array(writer, 2);
    write_operation(writer, &done->claim);
    write_uint(writer, done->result);
}

int print_done_decode(struct bytes body, struct print_done *ret_done)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct print_done done = {.result = PRINT_DONE};
    done.claim = read_operation(&reader);
    done.result = (enum print_result)read_uint(&reader, PRINT_FAILED);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_done = done;
    }
    return err;
}
