#include "sync/domain/body.h"

#include "sync/base/limits.h"

uint32_t body_begin(struct reader *reader, struct bytes body, uint32_t fields)
{
    reader_init(reader, body);
    const uint32_t count = read_array(reader, fields, VALUE_ITEMS_MAX);
    return count > fields ? count - fields : 0;
}

int body_end(struct reader *reader, uint32_t unknown)
{
    for (uint32_t i = 0; i < unknown && reader->err == 0; i++) {
        (void)read_raw(reader);
    }
    return reader_finish(reader);
}
