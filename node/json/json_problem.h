/* json_problem.h - what went wrong, as application/problem+json (RFC 9457).
 *
 * Layer: node. The values are the caller's.
 */
#ifndef TRESTLE_NODE_API_JSON_PROBLEM_H
#define TRESTLE_NODE_API_JSON_PROBLEM_H

#include "node/api/state.h"

/* @where says what it is about; "" = that is clear. */
struct json_value *json_problem(int err, int status, const char *where);
/* The same with a sentence of its own for a person. */
struct json_value *json_problem_saying(int err, int status, const char *title, const char *where);

/* ERR_BUSY, as the device that keeps what is asked for is not reached. */
struct json_value *json_away_problem(int status, const char *where);

/* ERR_UNAVAILABLE, as @station has too much to make already. */
struct json_value *json_full_problem(int status, struct bytes station);

/* A refusal that is about item @number of the menu: state->item, where @found is 0, or else why it
 * could not be read (ERR_NOT_FOUND: there is none). @place: of its choice that is out and why it
 * was refused, if one is. */
struct json_value *json_item_problem(int err, int status, uint64_t number, int found,
                                     const struct choice_place *place, const struct state *state);

#endif
