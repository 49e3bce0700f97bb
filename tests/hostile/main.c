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
    {"forbidden", attack_forbidden}, {"absurd", attack_absurd},       {"gigabyte", attack_gigabyte},
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

static int attack_with(const struct attack *attack, const char *state, char *peer, uint64_t count)
{
    static struct thief thief;
    thief_open(&thief, state, peer);
    const char *finding = attack->run(&thief, count);
    thief_close(&thief);
    if (finding != NULL) {
        (void)fprintf(stderr, "%s: %s\n", attack->name, finding);
    }
    return finding != NULL;
}

int main(int count, char **words)
{
    check_set_reporter(say_where);
    if (count == 4 && strcmp(words[3], "cloak") == 0) {
        return cloak(words[1]);
    }
    for (size_t i = 0; count >= 4 && i < sizeof attacks / sizeof attacks[0]; i++) {
        if (strcmp(words[3], attacks[i].name) == 0) {
            return attack_with(&attacks[i], words[1], words[2],
                               count > 4 ? strtoull(words[4], NULL, 10) : 1);
        }
    }
    (void)fprintf(stderr, "usage: thief <folder> <device>@<endpoint> <attack> [count]\n");
    return 2;
}
