/* fuzz_archive.c - an archive or a backup from anywhere: proven or found fault with, and of what is
 * proven no bit can change and no byte be missing.
 *
 * Input: the file, from its magic on.
 */
#include <stddef.h>
#include <string.h>

#include "node/archive/archive.h"
#include "node/archive/backup.h"
#include "node/archive/prove.h"
#include "sync/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_finding(void *context, const char *kind, const struct proof_place *place,
                       const char *what)
{
    unsigned *count = context;
    check(kind != NULL && what != NULL && (place->log != 0 || place->seq == 0));
    (*count)++;
}

static bool holds(bool is_backup, uint8_t *data, size_t size)
{
    unsigned count = 0;
    const struct proof_listener listener = {.found = on_finding, .context = &count};
    struct proof_sums sums;
    FILE *file = fmemopen(data, size, "r");
    check(file != NULL);
    check((is_backup ? backup_prove : archive_prove)(file, &listener, &sums) == 0);
    check(count > 0 || (sums.logs <= sums.signatures && sums.signatures <= size));
    (void)fclose(file);
    return count == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t copy[64 * 1024];
    if (size < 2 || size > sizeof copy) {
        return 0;
    }
    memcpy(copy, data, size);
    const size_t magic = sizeof BACKUP_MAGIC - 1;
    const bool is_backup = size >= magic && memcmp(data, BACKUP_MAGIC, magic) == 0;
    if (holds(is_backup, copy, size)) {
        check(!holds(is_backup, copy, size - 1));
        copy[size / 2] ^= 1;
        check(!holds(is_backup, copy, size));
    }
    return 0;
}
