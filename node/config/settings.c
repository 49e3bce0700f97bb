#include "node/config/settings_parts.h"

#include <stdio.h>

#include "node/config/closest_word.h"
#include "node/mesh/beacon.h"

void settings_defaults(struct settings *settings)
{
    *settings = (struct settings){.listen = "tcp://127.0.0.1:7450",
                                  .beacon_port = BEACON_PORT,
                                  .http_address = "127.0.0.1",
                                  .http_port = 8080,
                                  .quote_s = 180,
                                  .log_level = LEVEL_INFO};
}

static const char *closest_setting(const char *name)
{
    const char *names[SETTINGS_MAX];
    const struct setting_info *info;
    uint32_t count = 0;
    while (count < SETTINGS_MAX && (info = setting_info_at(count)) != NULL) {
        names[count++] = info->name;
    }
    return closest_word(name, names, count);
}

int settings_set(struct settings *settings, const char *name, const char *value, char *ret_problem)
{
    const struct setting *setting = setting_find(name);
    void *context = NULL;
    const struct setting_more *extra = setting == NULL ? setting_more_find(name, &context) : NULL;
    if (setting == NULL && extra == NULL) {
        const char *closest = closest_setting(name);
        (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "there is no setting '%.64s'%s%s%s", name,
                       closest == NULL ? "" : "; did you mean '", closest == NULL ? "" : closest,
                       closest == NULL ? "" : "'?");
        return ERR_NOT_FOUND;
    }
    int err = setting != NULL ? setting->set(settings, value) : extra->set(context, value);
    if (err == ERR_TOO_MANY) {
        (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "too many '%s'", name);
    } else if (err != 0) {
        (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "%s: '%.128s' is not %s", name, value,
                       setting != NULL ? setting->right : extra->right);
    }
    return err;
}
