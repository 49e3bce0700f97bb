/* apple_file.h - the file by which Apple sees whose a domain is: the provider hands it out, and it
 * is served as it is (docs/gateway.md, 6).
 *
 * Layer: gateway. Read on the core's thread, copied on the web's.
 */
#ifndef TRESTLE_GATEWAY_CONFIG_APPLE_FILE_H
#define TRESTLE_GATEWAY_CONFIG_APPLE_FILE_H

#include <pthread.h>

#include "node/json/text.h"
#include "sync/base/err.h"

enum { APPLE_FILE_BYTES_MAX = 64 * 1024 }; /* the provider's has nine KiB */

struct apple_file {
    pthread_mutex_t lock; /* of: */
    struct text text;     /* empty: there is none */
};

void apple_file_init(struct apple_file *file);
void apple_file_close(struct apple_file *file);

/* From now on what lies at @path; "" = what there was. After an error that stays, too.
 * ERR_MALFORMED: it is empty; and what file_read() says. */
MUST_CHECK int apple_file_load(struct apple_file *file, const char *path);

/* Append it to @to. ERR_NOT_FOUND: there is none. */
MUST_CHECK int apple_file_copy(struct apple_file *file, struct text *to);

#endif
