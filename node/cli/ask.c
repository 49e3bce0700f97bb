#include "node/cli/ask.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool ask_is_meant(const struct args *args, const char *name, const char *question)
{
    char answer[8] = "";
    if (args_has(args, "yes"))
        return true;
    if (isatty(STDIN_FILENO) == 0) {
        tell("this cannot be taken back: add --yes");
        return false;
    }
    tell("%s: %s", name, question);
    (void)fputs("yes or no? ", stderr);
    return fgets(answer, sizeof answer, stdin) != NULL && strcmp(answer, "yes\n") == 0;
}

const char *ask_reason(const struct args *args, char *buffer, size_t capacity)
{
    const char *reason = args_flag(args, "reason");
    if (reason == NULL && isatty(STDIN_FILENO) != 0) {
        (void)fputs("why? (it is kept in the journal) ", stderr);
        reason = fgets(buffer, (int)capacity, stdin);
        buffer[strcspn(buffer, "\n")] = '\0';
    }
    if (reason != NULL && reason[0] != '\0')
        return reason;
    tell("say why: --reason TEXT; it is kept in the journal");
    return NULL;
}
