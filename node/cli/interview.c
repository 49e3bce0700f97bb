#include "node/cli/interview.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/currency.h"
#include "node/cli/menu_source.h"

enum { ANSWER_BYTES_MAX = 512 };

/* One question. @take makes flags of an answer, which it may change; false: it said what is wrong
 * with it, and the question comes again. */
struct question {
    const char *flag; /* what says the same: then it is not asked */
    const char *text, *otherwise;
    bool (*take)(struct interview *interview, char *answer);
};

static bool add(struct interview *interview, const char *flag, const char *value)
{
    struct args *args = &interview->args;
    const size_t size = strlen(value) + 1;
    if (args->flags_count == ARGS_FLAGS_MAX ||
        size > sizeof interview->said - interview->said_size) {
        tell("that is too much");
        return false;
    }
    char *kept = interview->said + interview->said_size;
    memcpy(kept, value, size);
    interview->said_size += size;
    args->flags[args->flags_count].name = flag;
    args->flags[args->flags_count++].value = kept;
    return true;
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t size = strlen(text);
    while (size > 0 && strchr(" \t\r\n", text[size - 1]) != NULL) {
        text[--size] = '\0';
    }
    return text;
}

static bool take_name(struct interview *interview, char *answer)
{
    return add(interview, "name", answer);
}

static bool take_currency(struct interview *interview, char *answer)
{
    char code[CURRENCY_BYTES];
    if (!currency_read(answer, code)) {
        tell("a currency is three letters, as EUR, GBP or USD");
        return false;
    }
    return add(interview, "currency", code);
}

/* 1 yes, 0 no, -1 neither, which is told. */
static int yes_or_no(const char *answer)
{
    const int first = tolower((unsigned char)answer[0]);
    if (first == 'y' || first == 'n') {
        return first == 'y' ? 1 : 0;
    }
    tell("yes or no");
    return -1;
}

static bool take_tax(struct interview *interview, char *answer)
{
    const int is_included = yes_or_no(answer);
    return is_included == 0 ? add(interview, "exclude-tax", "") : is_included == 1;
}

static bool take_stalls(struct interview *interview, char *answer)
{
    char *rest = NULL;
    if (strcmp(answer, "one") == 0) {
        return true;
    }
    for (char *name = strtok_r(answer, ",", &rest); name != NULL;
         name = strtok_r(NULL, ",", &rest)) {
        name = trim(name);
        if (name[0] != '\0' && !add(interview, "stall", name)) {
            return false;
        }
    }
    return true;
}

/* It is looked at here, where another can still be named. */
static bool take_menu(struct interview *interview, char *answer)
{
    struct menu_source source = {0};
    if (strcmp(answer, "none") == 0) {
        return true;
    }
    const unsigned digits = currency_digits_of(&interview->args);
    const bool is_right = menu_source_open(answer, &source) == EXIT_DONE &&
                          menu_source_check(&source, digits, "name another, or none") == EXIT_DONE;
    menu_source_close(&source);
    return is_right && add(interview, "menu", answer);
}

static bool take_listen(struct interview *interview, char *answer)
{
    const int is_for_others = yes_or_no(answer);
    return is_for_others == 1 ? add(interview, "listen", "tcp://0.0.0.0:7450") : is_for_others == 0;
}

static const struct question questions[] = {
    {"name", "What do guests call it?", "Trestle", take_name},
    {"currency", "Currency, in three letters?", "EUR", take_currency},
    {"exclude-tax", "Do the prices on the menu include tax?", "yes", take_tax},
    {"stall", "Names of the stalls, with commas between, if there are several?", "one",
     take_stalls},
    {"menu", "Menu: a file (CSV or JSON), or a shipped one to begin with (%s)?", "none", take_menu},
    {"listen", "Will other devices join this one over the network?", "yes", take_listen},
};

static bool is_asked(const struct interview *interview, const struct question *question)
{
    struct settings usual;
    settings_defaults(&usual);
    if (strcmp(question->flag, "listen") == 0 &&
        strcmp(interview->place->settings.listen, usual.listen) != 0) {
        return false; /* a file or a variable says it */
    }
    return !args_has(&interview->args, question->flag);
}

static void show(const struct question *question)
{
    char names[128], text[256];
    menu_template_names(names, sizeof names);
    const char *gap = strstr(question->text, "%s");
    (void)snprintf(text, sizeof text, "%.*s%s%s",
                   gap == NULL ? (int)strlen(question->text) : (int)(gap - question->text),
                   question->text, gap == NULL ? "" : names, gap == NULL ? "" : gap + 2);
    (void)fprintf(stderr, "%s [%s] ", text, question->otherwise);
    (void)fflush(stderr);
}

/* Until there is an answer that can be used; false at the end of input. */
static bool ask(struct interview *interview, const struct question *question)
{
    char line[ANSWER_BYTES_MAX], usual[64];
    for (;;) {
        show(question);
        if (fgets(line, sizeof line, stdin) == NULL) {
            return false;
        }
        char *answer = trim(line);
        if (answer[0] == '\0') {
            (void)snprintf(usual, sizeof usual, "%s", question->otherwise);
            answer = usual;
        }
        if (question->take(interview, answer)) {
            return true;
        }
    }
}

bool interview_is_due(const struct args *args)
{
    return isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0 && !args_has(args, "name") &&
           !args_has(args, "from") && !args_has(args, "json");
}

bool interview(struct interview *interview, const struct args *args, const struct place *place)
{
    interview->args = *args;
    interview->said_size = 0;
    interview->place = place;
    (void)fprintf(
        stderr,
        "A new pop-up, in %s.\nEnter takes what stands in [brackets]; Ctrl-C ends it, and "
        "nothing is there then. What it is called, sells and charges can be changed later.\n\n",
        place->state);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        if (is_asked(interview, &questions[i]) && !ask(interview, &questions[i])) {
            (void)fputc('\n', stderr);
            tell("the answers ended: nothing was set up");
            return false;
        }
    }
    (void)fputc('\n', stderr);
    return true;
}
