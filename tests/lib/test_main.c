/* test_main.c - runs the registered tests of one program; see test.h. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct test *first;
static struct test **last = &first;
static size_t registered;

static void test_name(struct test *test)
{
    (void)snprintf(test->sentence, sizeof test->sentence, "%s: %s", test->group, test->name);
    for (char *c = test->sentence; *c != '\0'; c++) {
        if (*c == '_') {
            *c = ' ';
        }
    }
}

void test_register(struct test *test)
{
    test_name(test);
    *last = test;
    last = &test->next;
    registered++;
}

static bool test_matches(const struct test *test, const char *filter)
{
    return filter == NULL || strstr(test->sentence, filter) != NULL ||
           strstr(test->name, filter) != NULL;
}

/* Fills @cases with the tests that @filter selects; returns how many. */
static size_t tests_select(const char *filter, struct CMUnitTest *cases)
{
    size_t count = 0;
    for (const struct test *test = first; test != NULL; test = test->next) {
        if (test_matches(test, filter)) {
            cases[count++] = (struct CMUnitTest){test->sentence, test->body, NULL, NULL, NULL};
        }
    }
    return count;
}

static int tests_list(const struct CMUnitTest *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)puts(cases[i].name);
    }
    return 0;
}

/* As main() of the program does: what a test opens is not to be anybody's stdin. */
static void standard_files_fill(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) {
            abort();
        }
    }
}

int main(int argc, char **argv)
{
    standard_files_fill();
    bool list = argc > 1 && strcmp(argv[1], "--list") == 0;
    int rest = list ? 2 : 1;
    if (argc > rest + 1) {
        (void)fprintf(stderr, "usage: %s [--list] [part-of-a-name]\n", argv[0]);
        return 2;
    }
    const char *filter = argc > rest ? argv[rest] : NULL;
    struct CMUnitTest *cases = calloc(registered + 1, sizeof *cases);
    if (cases == NULL) {
        abort();
    }
    size_t count = tests_select(filter, cases);
    int failed = 1;
    if (list) {
        failed = tests_list(cases, count);
    } else if (count == 0) {
        (void)fprintf(stderr, "%s: no test matches\n", argv[0]);
    } else { /* what cmocka_run_group_tests() expands to, for a list that is not an array */
        failed = _cmocka_run_group_tests(argv[0], cases, count, NULL, NULL);
    }
    free(cases);
    return failed == 0 ? 0 : 1;
}
