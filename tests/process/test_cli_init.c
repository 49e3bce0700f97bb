/* trestle init: a pop-up by flags, or by what a person answers at a terminal, with its stalls and
 * its menu; or nothing at all. */
#define _GNU_SOURCE /* posix_openpt */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/os/file.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

static struct stall stall; /* its folder; nobody runs in it */
static char place[96];

static void begin(void)
{
    stall_open(&stall);
    (void)snprintf(place, sizeof place, "%s/new", stall.folder);
}

static void end(void)
{
    stall_close(&stall);
}

/* --- a terminal --- */

static char shown[OUTPUT_BYTES_MAX]; /* what stood on it, answers and all */

static void read_terminal(int terminal)
{
    size_t size = 0;
    ssize_t got = 1;
    while (got > 0 && size < sizeof shown - 1) {
        got = read(terminal, shown + size, sizeof shown - 1 - size);
        size += got > 0 ? (size_t)got : 0; /* EIO: nobody holds its other end any more */
    }
    shown[size] = '\0';
}

/* The exit status of the words, said at a terminal where somebody types @answers. */
static int at_terminal(const char *answers, const char *const *words)
{
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(terminal >= 0);
    assert_int_equal(grantpt(terminal), 0);
    assert_int_equal(unlockpt(terminal), 0);
    const int screen = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(screen >= 0);
    assert_int_equal(write(terminal, answers, strlen(answers)), (ssize_t)strlen(answers));
    const int kept = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), out = scratch_file();
    assert_int_equal(dup2(screen, STDIN_FILENO), STDIN_FILENO);
    const pid_t child = spawn(words, out, screen);
    assert_int_equal(dup2(kept, STDIN_FILENO), STDIN_FILENO);
    (void)close(kept);
    (void)close(screen);
    read_terminal(terminal);
    (void)close(terminal);
    (void)close(out);
    return await(child);
}

#define AT_TERMINAL(answers, ...) at_terminal(answers, (const char *const[]){__VA_ARGS__, NULL})

static void assert_shown(const char *wanted)
{
    if (strstr(shown, wanted) == NULL) {
        fail_msg("not on the terminal: %s\n%s", wanted, shown);
    }
}

static void assert_said(const char *wanted, struct ran ran)
{
    if (strstr(ran.out, wanted) == NULL) {
        fail_msg("not said: %s\n%s", wanted, ran.out);
    }
}

TEST(cli_init, asks_a_person_without_flags_and_sets_up_what_was_answered)
{
    char path[128];
    uint8_t *settings = NULL;
    size_t size = 0;
    begin();
    assert_int_equal(
        AT_TERMINAL("Noodle bar\ngbp\nno\nWok, Tea house\ncoffee\n\n", "init", "--state", place),
        0);
    assert_shown("What do guests call it? [Trestle]");
    assert_shown("(noodles, burgers, coffee)? [none]");
    assert_shown("'Noodle bar' is set up in");
    assert_shown("14 items are on its menu");
    assert_shown("next: trestle run --state");
    assert_null(strstr(shown, "other machines do not reach this one"));
    assert_said("name=Tea house", RUN_WELL("record", "list", "stalls", "--state", place));
    assert_said("Espresso,2.40", RUN_WELL("menu", "export", "--state", place));
    assert_said("GBP", RUN_WELL("report", "--html", "--state", place));
    RUN_WELL("order", "add", "14", "--state", place);
    assert_said("3.57", RUN_WELL("order", "show", "A1", "--state", place)); /* 3.00 and 19 % */
    (void)snprintf(path, sizeof path, "%.80s/trestle.conf", place);
    assert_int_equal(file_read(path, 4096, &settings, &size), 0);
    assert_non_null(strstr((const char *)settings, "listen = tcp://0.0.0.0:7450"));
    free(settings);
    end();
}

TEST(cli_init, takes_enter_for_what_stands_in_brackets)
{
    begin();
    assert_int_equal(AT_TERMINAL("\n\n\n\n\nno\n", "init", "--state", place), 0);
    assert_shown("'Trestle' is set up in");
    assert_shown("next: trestle menu import FILE");
    assert_shown("other machines do not reach this one");
    assert_string_equal(RUN_WELL("record", "list", "stalls", "--state", place).out, "");
    end();
}

TEST(cli_init, asks_again_where_an_answer_cannot_be_used)
{
    begin();
    assert_int_equal(AT_TERMINAL("\neuro\nEUR\nperhaps\nyes\n\nno-such.csv\nnone\nno\n", "init",
                                 "--state", place),
                     0);
    assert_shown("a currency is three letters, as EUR, GBP or USD");
    assert_shown("yes or no");
    assert_shown("no-such.csv: there is no such file");
    assert_shown("shipped menus are: noodles, burgers, coffee");
    end();
}

TEST(cli_init, leaves_nothing_when_the_answers_end)
{
    begin();
    assert_int_equal(AT_TERMINAL("Noodle bar\nEUR\n\x04", "init", "--state", place), 1);
    assert_shown("the answers ended: nothing was set up");
    assert_false(path_exists(place));
    end();
}

TEST(cli_init, asks_nobody_whose_flags_say_what_it_is_called)
{
    begin();
    assert_int_equal(AT_TERMINAL("", "init", "--name", "Noodle bar", "--state", place), 0);
    assert_null(strstr(shown, "What do guests call it?"));
    assert_shown("'Noodle bar' is set up in");
    end();
}

TEST(cli_init, asks_nothing_of_a_folder_that_is_part_of_a_popup)
{
    begin();
    RUN_WELL("init", "--name", "Noodle bar", "--state", place);
    assert_int_equal(AT_TERMINAL("", "init", "--state", place), 1);
    assert_shown("is part of a pop-up already");
    assert_null(strstr(shown, "What do guests call it?"));
    end();
}

/* --- flags --- */

TEST(cli_init, takes_stalls_and_a_menu_that_another_popup_wrote_as_json)
{
    char menu[96], second[96];
    begin();
    (void)snprintf(menu, sizeof menu, "%s/menu.json", stall.folder);
    (void)snprintf(second, sizeof second, "%s/second", stall.folder);
    RUN_WELL("init", "--name", "One", "--menu", "burgers", "--stall", "Grill", "--stall",
             "Say \"cheese\"", "--state", place);
    assert_said("2 name=Say \"cheese\"", RUN_WELL("record", "list", "stalls", "--state", place));
    write_file(menu, RUN_WELL("menu", "export", "--json", "--state", place).out);
    RUN_WELL("init", "--name", "Two", "--menu", menu, "--state", second);
    char *first = strdup(RUN_WELL("menu", "export", "--state", place).out);
    assert_non_null(first);
    assert_string_equal(RUN_WELL("menu", "export", "--state", second).out, first);
    free(first);
    end();
}

TEST(cli_init, sets_nothing_up_with_a_menu_that_cannot_be_read)
{
    static const struct {
        const char *menu, *says;
    } menus[] = {{"number,name\n1,Tea\n", "line 1: a column is missing: price"},
                 {"{\"items\":[{\"number\":1,\"name\":\"Tea\"}]}", "item 1: it has no price"},
                 {"{\"items\":[{\"number\":1,\"price\":250}]}", "item 1: it has no name"},
                 {"{\"items\":[{\"name\":\"Tea\",\"price\":250}]}", "item 1: it has no number"},
                 {"{\"dishes\":[]}", "there is no list called items in it"},
                 {"{", "this is no JSON"}};
    char path[96];
    begin();
    (void)snprintf(path, sizeof path, "%s/menu", stall.folder);
    for (size_t i = 0; i < sizeof menus / sizeof menus[0]; i++) {
        write_file(path, menus[i].menu);
        const struct ran ran = RUN("init", "--name", "One", "--menu", path, "--state", place);
        assert_int_equal(ran.status, 1);
        assert_non_null(strstr(ran.err, menus[i].says));
        assert_non_null(strstr(ran.err, "nothing was set up"));
        assert_false(path_exists(place));
    }
    end();
}

TEST(cli_init, counts_in_the_smallest_coin_of_its_currency)
{
    static const struct {
        const char *currency, *price;
    } currencies[] = {{"jpy", ",Tea,250,"}, {"KWD", ",Tea,0.250,"}, {"CHF", ",Tea,2.50,"}};
    char menu[96];
    begin();
    (void)snprintf(menu, sizeof menu, "%s/menu.json", stall.folder);
    write_file(menu, "{\"items\":[{\"number\":1,\"name\":\"Tea\",\"price\":250}]}");
    for (size_t i = 0; i < sizeof currencies / sizeof currencies[0]; i++) {
        (void)snprintf(place, sizeof place, "%s/%zu", stall.folder, i);
        RUN_WELL("init", "--name", "One", "--currency", currencies[i].currency, "--menu", menu,
                 "--state", place);
        assert_said(currencies[i].price, RUN_WELL("menu", "export", "--state", place));
    }
    assert_int_equal(RUN("init", "--name", "One", "--currency", "E1R", "--state", place).status, 2);
    end();
}
