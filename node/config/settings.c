#include "node/config/settings_parts.h"

#include <stdio.h>
#include <string.h>

#include "node/config/closest_word.h"
#include "node/config/settings_said.h"
#include "sync/base/check.h"

void settings_defaults(struct settings *settings)
{
    const struct setting *setting;
    *settings = (struct settings){.said = NULL};
    for (uint32_t i = 0; (setting = setting_at(i)) != NULL; i++) {
        check(setting->info.usual == NULL || setting->set(settings, setting->info.usual) == 0);
    }
}

void settings_forget(struct settings *settings, const char *name)
{
    const struct {
        const char *name;
        uint32_t *count;
    } lists[] = {{"peer", &settings->peers_count},
                 {"origin", &settings->origins_count},
                 {"trusted-proxy", &settings->proxies.count}};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (strcmp(lists[i].name, name) == 0) {
            *lists[i].count = 0;
        }
    }
    if (settings->said != NULL) {
        settings_said_forget(settings->said, name);
    }
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
    if (err == 0 && settings->said != NULL) {
        settings_said_note(settings->said, setting != NULL ? &setting->info : &extra->info, value);
    }
    if (err == ERR_TOO_MANY) {
        (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "too many '%s'", name);
    } else if (err != 0) {
        (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "%s: '%.128s' is not %s", name, value,
                       setting != NULL ? setting->right : extra->right);
    }
    return err;
}
