/* query.h - what follows the question mark of a path: name=number&name=number, each name once.
 *
 * Layer: node (pure). The query is terminated and may come from anybody.
 */
#ifndef TRESTLE_NODE_API_QUERY_H
#define TRESTLE_NODE_API_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUERY_DIGITS_MAX = 18 };

/* Whether each part of @query is a number of 1 to 18 digits under one of @names, up to the first
 * NULL or @names_max of them. */
bool query_is_known(const char *query, const char *const *names, size_t names_max);

/* The number of @name in a query that is known; @otherwise when it is not there. */
uint64_t query_number(const char *query, const char *name, uint64_t otherwise);

#endif
