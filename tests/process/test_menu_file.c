/* test_menu_file.c - a menu as a spreadsheet writes it: what is understood, and what is said of the
 * line that is not. */
#include <stdlib.h>
#include <string.h>

#include "node/cli/menu_file.h"
#include "tests/lib/test.h"

static struct text rows; /* the JSON of each row, one after the other */

static int keep(void *context, int64_t number, const struct text *json)
{
    (void)context;
    assert_true(number > 0);
    text_append(&rows, json->data, json->size);
    return 0;
}

/* What reading @csv says; @ret_problem stays empty where nothing is wrong. */
static int read_table(const char *csv, char ret_problem[MENU_PROBLEM_BYTES_MAX])
{
    char *copy = strdup(csv);
    assert_non_null(copy);
    ret_problem[0] = '\0';
    text_close(&rows);
    const int err = menu_file_read(copy, 2, keep, NULL, ret_problem);
    text_append(&rows, "", 1);
    free(copy);
    return err;
}

#define HEAD "number,name,price,"
#define ROW  "1,Tea,2.50,"

TEST(menu_file, a_wrong_cell_is_told_with_its_line)
{
    static const struct {
        const char *csv, *problem;
    } tables[] = {
        {"", "line 1: the table is empty"},
        {"number,name\n1,Tea\n", "line 1: a column is missing: price"},
        {HEAD "colour\n", "line 1: trestle menu export shows the columns; there is none called "
                          "colour"},
        {HEAD "\"name\n", "line 1: too many columns, or a quote that does not end"},
        {HEAD "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,"
              "32,33,34,35,36,37,38,39,40\n",
         "line 1: too many columns"},
        {HEAD "diet\n" ROW "vegan,again\n", "line 2: too many cells"},
        {HEAD "diet\n" ROW "\"vegan\n", "line 2: too many cells, or a quote"},
        {HEAD "diet\n" ROW "\n,Milk,1,\n", "line 3: the item has no number"},
        {HEAD "diet\nx,Tea,1,\n", "line 2: number is not right; write a whole number"},
        {HEAD "diet\n1.5,Tea,1,\n", "line 2: number is not right"},
        {HEAD "diet\n1,Tea,1.255,\n", "line 2: price is not right; write an amount"},
        {HEAD "diet\n1,Tea,1.2.3,\n", "line 2: price is not right"},
        {HEAD "diet\n1,Tea,.,\n", "line 2: price is not right"},
        {HEAD "diet\n1,Tea,-,\n", "line 2: price is not right"},
        {HEAD "diet\n1,Tea,99999999999999999999,\n", "line 2: price is not right"},
        {HEAD "diet\n1,Tea,92233720368547758,\n", "line 2: price is not right"},
        {HEAD "tax_eat_in\n" ROW "much%\n", "line 2: tax_eat_in is not right; write per cent"},
        {HEAD "tax_take_away\n" ROW "7.001\n", "line 2: tax_take_away is not right"},
        {HEAD "position\n" ROW "first\n", "line 2: position is not right; write a whole number"},
        {HEAD "hidden\n" ROW "perhaps\n", "line 2: hidden is not right; write yes or no"},
        {HEAD "stock\n" ROW "maybe\n", "line 2: stock is not right; write off, warn or strict"},
        {HEAD "options\n" ROW "Size\n", "line 2: options is not right; write groups"},
        {HEAD "options\n" ROW "Size: small\n", "line 2: options is not right"},
        {HEAD "options\n" ROW "Size 1: small\n", "line 2: options is not right"},
        {HEAD "options\n" ROW "Size x-1: small\n", "line 2: options is not right"},
        {HEAD "options\n" ROW "Size 1-x: small\n", "line 2: options is not right"},
        {HEAD "options\n" ROW "Size 1--1: small\n", "line 2: options is not right"},
        {HEAD "options\n" ROW "Size 1-1: small +much\n", "line 2: options is not right"},
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char problem[MENU_PROBLEM_BYTES_MAX];
        assert_int_equal(read_table(tables[i].csv, problem), ERR_MALFORMED);
        assert_memory_equal(problem, tables[i].problem, strlen(tables[i].problem));
    }
}

TEST(menu_file, what_spreadsheets_write_is_understood)
{
    static const struct {
        const char *csv, *json;
    } tables[] = {
        {"number,name,price\n1,Tea,2.50", "{\"number\":1,\"name\":\"Tea\",\"price\":250}"},
        {"\xef\xbb\xbfnumber,name,price\r\n1,Tea,\"2,5\"\r\n",
         "{\"number\":1,\"name\":\"Tea\",\"price\":250}"},
        {"number,name,price\n\n1,\"Tea, \"\"green\"\"\",+3\n\n",
         "{\"number\":1,\"name\":\"Tea, \\\"green\\\"\",\"price\":300}"},
        {"price,number,name\n-0.05,1, Tea \n", "{\"price\":-5,\"number\":1,\"name\":\"Tea\"}"},
        {"number,name,price\n1,Tea\n", "{\"number\":1,\"name\":\"Tea\"}"},
        {HEAD "tax_eat_in\n" ROW "19%\n", "\"tax_eat_in\":1900}"},
        {HEAD "tax_eat_in\n" ROW "5.5\n", "\"tax_eat_in\":550}"},
        {HEAD "hidden\n" ROW "true\n", "\"hidden\":true}"},
        {HEAD "hidden\n" ROW "0\n", "\"hidden\":false}"},
        {HEAD "stock\n" ROW "warn\n", "\"stock_policy\":\"warn\"}"},
        {HEAD "allergens\n" ROW "gluten milk;soy\n",
         "\"allergens\":[\"gluten\",\"milk\",\"soy\"]}"},
        {HEAD "options\n" ROW "\"Size 1-1: small | very large +1.50 | tiny -0.5; Milk 0-2: oat\"\n",
         "\"groups\":[{\"name\":\"Size\",\"min\":1,\"max\":1,\"choices\":[{\"name\":\"small\","
         "\"price\":0},{\"name\":\"very large\",\"price\":150},{\"name\":\"tiny\",\"price\":-50}]},"
         "{\"name\":\"Milk\",\"min\":0,\"max\":2,\"choices\":[{\"name\":\"oat\",\"price\":0}]}]}"},
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char problem[MENU_PROBLEM_BYTES_MAX];
        assert_int_equal(read_table(tables[i].csv, problem), 0);
        if (strstr(rows.data, tables[i].json) == NULL) {
            print_error("%s", rows.data);
        }
        assert_non_null(strstr(rows.data, tables[i].json));
    }
    text_close(&rows);
}

TEST(menu_file, is_written_so_that_it_reads_as_it_was)
{
    static const char menu[] =
        "{\"items\":[{\"number\":1,\"category\":\"Drinks, hot\",\"name\":\"Tea \\\"green\\\"\","
        "\"price\":-5,\"tax_eat_in\":550,\"tax_take_away\":0,\"station\":\"bar\",\"allergens\":"
        "[\"milk\",\"soy\"],\"diet\":[],\"description\":\"two\\nlines\",\"groups\":[{\"name\":"
        "\"Size\",\"min\":1,\"max\":2,\"choices\":[{\"name\":\"small\",\"price\":-50},{\"name\":"
        "\"large\",\"price\":150},{\"name\":\"usual\",\"price\":0}]},{\"name\":\"Milk\",\"min\":0,"
        "\"max\":1,\"choices\":[{\"name\":\"oat +1\",\"price\":0}]}],\"position\":3,"
        "\"hidden\":true,\"stall\":0,\"tax\":0,\"stock_policy\":\"off\"}]}";
    static const char line[] =
        "\n1,\"Drinks, hot\",\"Tea \"\"green\"\"\",-0.05,5.50,0.00,bar,milk soy,,\"two\nlines\","
        "Size 1-2: small -0.50 | large +1.50 | usual; Milk 0-1: oat +1 +0.00,3,yes,0,0,off\n";
    char problem[MENU_PROBLEM_BYTES_MAX];
    struct text body = {0}, table = {0};
    text_append(&body, menu, sizeof menu - 1);
    struct reply *reply = reply_new(&body);
    assert_non_null(reply);
    menu_file_write(reply_root(reply), 2, &table);
    text_append(&table, "", 1);
    assert_non_null(strstr(table.data, line));
    assert_int_equal(read_table(table.data, problem), 0);
    assert_non_null(strstr(rows.data, "\"name\":\"usual\",\"price\":0}"));
    reply_free(reply);
    text_close(&rows);
    text_close(&table);
    text_close(&body);
}

TEST(menu_file, amounts_have_the_digits_of_their_currency)
{
    static const struct {
        int64_t minor;
        unsigned digits;
        const char *text;
    } amounts[] = {{1250, 2, "12.50"}, {-5, 2, "-0.05"}, {1250, 0, "1250"}, {7, 3, "0.007"}};
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
        struct text text = {0};
        menu_put_amount(&text, amounts[i].minor, amounts[i].digits);
        text_append(&text, "", 1);
        assert_string_equal(text.data, amounts[i].text);
        text_close(&text);
    }
}
