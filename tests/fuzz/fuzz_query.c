/* fuzz_query.c - what follows the question mark: it is refused, or it is nothing but numbers under
 * names that the route knows, each once, and each can be read.
 *
 * Input: the query.
 */
#include <string.h>

#include "node/api/query.h"
#include "sync/base/check.h"

enum { QUERY_BYTES_MAX = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint64_t number_end = 1000000000000000000; /* of 18 digits */

static size_t parts_count(const char *query)
{
    size_t count = query[0] != '\0';
    for (const char *at = query; *at != '\0'; at++) {
        count += at[0] == '&' && at[1] != '\0';
    }
    return count;
}

static void check_query(const char *query, const char *const *names, size_t names_count)
{
    size_t read = 0;
    if (!query_is_known(query, names, names_count)) {
        return;
    }
    for (size_t i = 0; i < names_count; i++) {
        const uint64_t number = query_number(query, names[i], UINT64_MAX);
        check(number < number_end || number == UINT64_MAX);
        read += number != UINT64_MAX;
    }
    check(read == parts_count(query) && strspn(query, "0123456789&=adysetl") == strlen(query));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const known[] = {"day", "days", "settled"};
    char query[QUERY_BYTES_MAX] = "";
    const size_t used = size < sizeof query ? size : sizeof query - 1;
    if (used > 0) {
        memcpy(query, data, used);
    }
    check_query(query, known, sizeof known / sizeof known[0]);
    check_query(query, known, 1);
    check(query_is_known("", known, 0) && (query[0] == '\0' || !query_is_known(query, known, 0)));
    return 0;
}
