#include "node/cli/ask.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

bool ask_is_meant(const struct args *args, const char *name, const char *question)
{
    char answer[8] = "";
    if (args_has(args, "yes")) {
        return true;
    }
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
    if (reason != NULL && reason[0] != '\0') {
        return reason;
    }
    tell("say why: --reason TEXT; it is kept in the journal");
    return NULL;
}

bool ask_secret(const char *question, char *buffer, size_t capacity)
{
    struct termios shown;
    const bool is_terminal = tcgetattr(STDIN_FILENO, &shown) == 0;
    if (is_terminal) {
        struct termios hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        (void)fputs(question, stderr);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    const bool is_read = fgets(buffer, (int)capacity, stdin) != NULL;
    if (is_terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        (void)fputc('\n', stderr);
    }
    if (!is_read || (strchr(buffer, '\n') == NULL && feof(stdin) == 0)) {
        return false;
    }
    buffer[strcspn(buffer, "\n")] = '\0';
    return true;
}
