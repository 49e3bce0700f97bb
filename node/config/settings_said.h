/* settings_said.h - which settings somebody made, and where he said so.
 *
 * Layer: node. Hung into struct settings before they are read. What is said in a stronger place
 * takes the place of what was; lists add up until they are forgotten, as the settings do.
 */
#ifndef TRESTLE_NODE_CONFIG_SETTINGS_SAID_H
#define TRESTLE_NODE_CONFIG_SETTINGS_SAID_H

#include "node/config/settings.h"

enum { SETTINGS_MAX = 48 }; /* a program's own among them */
enum { SAID_MAX = SETTINGS_MAX + DEVICES_MAX + ORIGINS_MAX + PROXIES_MAX };
enum { SAID_WHERE_BYTES_MAX = PATH_BYTES_MAX + 16 };

enum said_in { SAID_NOWHERE, SAID_IN_FILE, SAID_IN_ENVIRONMENT, SAID_IN_FLAGS };

struct setting_said {
    const struct setting_info *info;
    enum said_in in;
    char where[SAID_WHERE_BYTES_MAX]; /* "/etc/trestle/trestle.conf:3", "TRESTLE_HTTP", "--http" */
    char value[PATH_BYTES_MAX];
};

/* All zero is empty. */
struct settings_said {
    enum said_in in; /* of what is said from now on */
    char where[SAID_WHERE_BYTES_MAX];
    uint32_t count;
    struct setting_said rows[SAID_MAX];
};

/* What is noted from now on was said there: in the variable or flag @name, or at @line of the file
 * @name (0 = it has no lines). A name that is too long is cut. */
void settings_said_from(struct settings_said *said, enum said_in in, const char *name,
                        unsigned line);

/* @info lives on; @value was taken, so it fits. */
void settings_said_note(struct settings_said *said, const struct setting_info *info,
                        const char *value);

/* Nothing of that name was said. */
void settings_said_forget(struct settings_said *said, const char *name);

/* The @at-th that was said of @name; NULL past the last. */
const struct setting_said *settings_said_find(const struct settings_said *said, const char *name,
                                              uint32_t at);

/* @value as it may be shown, in @ret_shown of PATH_BYTES_MAX: of a URL neither the name and
 * password before its host nor what is behind its "?". */
void setting_value_show(const char *value, char *ret_shown);

#endif
