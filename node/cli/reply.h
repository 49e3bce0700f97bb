/* reply.h - looking into a JSON reply. jansson stays inside reply.c.
 *
 * Layer: node. A node is borrowed from its reply; NULL stands for what is absent, and every
 * question to NULL has the empty answer.
 */
#ifndef TRESTLE_NODE_CLI_REPLY_H
#define TRESTLE_NODE_CLI_REPLY_H

#include "node/json/text.h"

struct reply;
struct reply_node;

/* NULL when it is no JSON. Keeps nothing of @body. */
struct reply *reply_new(const struct text *body);
void reply_free(struct reply *reply);

const struct reply_node *reply_root(const struct reply *reply);
const struct reply_node *reply_find(const struct reply_node *node, const char *name);
size_t reply_count(const struct reply_node *list);
const struct reply_node *reply_at(const struct reply_node *list, size_t at);

/* Of the field @name of an object; "", 0, false when absent or of another type. */
const char *reply_text(const struct reply_node *node, const char *name);
int64_t reply_number(const struct reply_node *node, const char *name);
bool reply_truth(const struct reply_node *node, const char *name);

/* A text itself, as an element of a list. */
const char *reply_as_text(const struct reply_node *node);

/* Append an object with those of @names (NULL at their end) that @node has, as they are there. */
void reply_append_fields(struct text *to, const struct reply_node *node, const char *const *names);

/* @text as a JSON string, quoted. */
void text_append_json(struct text *to, const char *text);

#endif
