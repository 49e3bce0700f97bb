/* settings_parts.h - what the files of the settings share: settings_table.c (which there are, and
 * how each is set), settings.c (setting one, by its name), settings_read.c (from files and
 * variables).
 *
 * Layer: node, for those files alone.
 */
#ifndef TRESTLE_NODE_CONFIG_SETTINGS_PARTS_H
#define TRESTLE_NODE_CONFIG_SETTINGS_PARTS_H

#include "node/config/settings.h"

struct setting {
    struct setting_info info;
    const char *right; /* what a right value looks like */
    int (*set)(struct settings *settings, const char *value);
};

/* settings_table.c: the @at-th of a node's own; NULL past the last. */
const struct setting *setting_at(uint32_t at);
/* NULL when there is none of that name. */
const struct setting *setting_find(const char *name);
/* Likewise, of those that a program added; @ret_context goes with it. */
const struct setting_more *setting_more_find(const char *name, void **ret_context);

#endif
