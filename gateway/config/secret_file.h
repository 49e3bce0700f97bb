/* secret_file.h - a key in a file of its own: one line that nobody else may read.
 *
 * Layer: gateway.
 */
#ifndef TRESTLE_GATEWAY_CONFIG_SECRET_FILE_H
#define TRESTLE_GATEWAY_CONFIG_SECRET_FILE_H

#include "sync/base/err.h"

enum { CREDENTIAL_BYTES_MAX = 255 };

/* @folder/@name into @to (CREDENTIAL_BYTES_MAX + 1), which stays as it is when there is no such
 * file. The owner wipes it. What is wrong, and what to do, goes to @ret_problem
 * (PROBLEM_BYTES_MAX). ERR_FORBIDDEN: others may read it, or we may not; ERR_MALFORMED: it is not
 * one line; ERR_TOO_LARGE, ERR_NO_MEMORY, ERR_IO. */
MUST_CHECK int secret_file_load(const char *folder, const char *name, char *to, char *ret_problem);

#endif
