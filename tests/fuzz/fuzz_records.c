/* fuzz_records.c - a file of records from anywhere: read to its end or refused, and what fits its
 * own digest was written whole.
 *
 * Input: the file, from its magic on.
 */
#include "node/archive/backup.h"
#include "node/archive/records.h"
#include "sync/base/check.h"

enum { KIND_LAST_RECORD = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether @record is a last one that fits. */
static bool is_end(const struct record_file *records, struct bytes record)
{
    struct reader reader;
    reader_init(&reader, record);
    (void)read_array(&reader, 3, 3);
    return read_uint(&reader, KIND_LAST_RECORD) == KIND_LAST_RECORD &&
           records_check_end(records, &reader) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct record_file records;
    static uint8_t copy[64 * 1024];
    struct bytes record;
    uint64_t bytes = 0;
    if (size == 0 || size > sizeof copy) {
        return 0;
    }
    for (size_t i = 0; i < size; i++) {
        copy[i] = data[i]; /* fmemopen() takes no const */
    }
    FILE *file = fmemopen(copy, size, "r");
    check(file != NULL);
    int err = records_open(&records, file, BACKUP_MAGIC);
    while (err == 0 && (err = record_next(&records, &record)) == 0) {
        bytes += 4 + record.size;
        check(record.size > 0 && bytes <= size);
        if (is_end(&records, record)) {
            check(records.count > 0);
        }
    }
    check(err == ERR_NOT_FOUND || err == ERR_MALFORMED);
    (void)fclose(file);
    return 0;
}
