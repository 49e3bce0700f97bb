/* thief - one attack on a running node by somebody who took a device's folder.
 *
 *   thief <folder> <device>@<endpoint> <attack> [count]
 *   thief <folder> - cloak      make a copied folder pass for the one it was copied from
 *
 * Exit status 0 when the victim did as the protocol says, 1 with a sentence when it did not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/core/fence.h"
#include "sync/base/check.h"
#include "tests/hostile/attacks.h"

static const struct attack attacks[] = {
    {"malformed", attack_malformed}, {"truncated", attack_truncated}, {"huge", attack_huge},
    {"stranger", attack_stranger},   {"wants", attack_wants},         {"claims", attack_claims},
    {"questions", attack_questions}, {"unasked", attack_unasked},     {"replay", attack_replay},
    {"forbidden", attack_forbidden}, {"plausible", attack_plausible}, {"absurd", attack_absurd},
    {"gigabyte", attack_gigabyte},   {"orders", attack_orders},
};

/* As a disk's image does that is started twice. */
static int cloak(const char *state)
{
    struct fence fence;
    check(fence_load(state, &fence) == 0);
    fence.place = fence_place(state);
    check(fence_save(state, &fence) == 0);
    return 0;
}

static void say_where(const char *file, int line, const char *expression)
{
    (void)fprintf(stderr, "%s:%d: %s does not hold\n", file, line, expression);
}

static const struct attack *attack_find(const char *name)
{
    for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
        if (strcmp(name, attacks[i].name) == 0) {
            return &attacks[i];
        }
    }
    return NULL;
}

/* By one thief, whose journal goes on from one attack to the next. */
static int attack_with(struct thief *thief, char *names, uint64_t count)
{
    char *rest = names;
    for (char *name = strtok_r(names, ",", &rest); name != NULL;
         name = strtok_r(NULL, ",", &rest)) {
        const struct attack *attack = attack_find(name);
        if (attack == NULL) {
            (void)fprintf(stderr, "no attack is called %s\n", name);
            return 2;
        }
        const char *finding = attack->run(thief, count);
        if (finding != NULL) {
            (void)fprintf(stderr, "%s: %s\n", name, finding);
            return 1;
        }
    }
    return 0;
}

int main(int count, char **words)
{
    check_set_reporter(say_where);
    if (count == 4 && strcmp(words[3], "cloak") == 0) {
        return cloak(words[1]);
    }
    if (count < 4) {
        (void)fprintf(stderr, "usage: thief <folder> <device>@<endpoint> <attack>,... [count]\n");
        return 2;
    }
    static struct thief thief;
    thief_open(&thief, words[1], words[2]);
    const int status = attack_with(&thief, words[3], count > 4 ? strtoull(words[4], NULL, 10) : 1);
    thief_close(&thief);
    return status;
}
