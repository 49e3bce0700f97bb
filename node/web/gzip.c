#include "node/web/gzip.h"

#include <stdlib.h>

/* Its input is not const otherwise. */
#define ZLIB_CONST
#include <zlib.h>

#include "sync/base/check.h"

enum { WINDOW_BITS = 15, GZIP_FRAMING = 16, MEMORY_LEVEL = 9 };

int gzip_bytes(struct bytes plain, struct text *to)
{
    z_stream stream = {.next_in = plain.data, .avail_in = (uInt)plain.size};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, WINDOW_BITS + GZIP_FRAMING,
                     MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        return ERR_NO_MEMORY;
    }
    const uLong size_max = deflateBound(&stream, (uLong)plain.size);
    uint8_t *packed = malloc(size_max);
    if (packed != NULL) {
        stream.next_out = packed;
        stream.avail_out = (uInt)size_max;
        check(deflate(&stream, Z_FINISH) == Z_STREAM_END); /* there is room for the worst case */
        text_clear(to);
        text_append(to, packed, stream.total_out);
        free(packed);
    }
    (void)deflateEnd(&stream);
    return packed != NULL ? 0 : ERR_NO_MEMORY;
}
