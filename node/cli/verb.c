#include "node/cli/verb.h"

#include <string.h>

const struct verb *verb_find(const struct args *args, const struct verb *verbs, size_t count)
{
    if (args->words_count == 0) {
        return &verbs[0];
    }
    for (size_t i = 0; i < count; i++) {
        const bool fits = verbs[i].words == 0 || verbs[i].words == args->words_count;
        if (fits && strcmp(args->words[0], verbs[i].name) == 0) {
            return &verbs[i];
        }
    }
    return NULL;
}

int verb_run(const struct args *args, const struct verb *verb)
{
    struct door *door = NULL;
    int status = door_open(args, &door);
    if (status == EXIT_DONE) {
        status = verb->run(args, door);
    }
    door_close(door);
    return status;
}
