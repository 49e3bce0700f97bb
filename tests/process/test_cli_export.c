/* trestle export as rows: columns that stay, and texts that do nothing but stand there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/table.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

/* One row of one text, as CSV without its header, or as JSON. */
static const char *row_of(bool is_json, const char *text)
{
    static const char *const columns[] = {"name", NULL};
    static char line[512];
    char *data = NULL;
    size_t size = 0;
    struct table table;
    FILE *file = open_memstream(&data, &size);
    assert_non_null(file);
    table_begin(&table, file, is_json, columns);
    table_put_text(&table, bytes_of_text(text));
    assert_int_equal(table_end_row(&table), 0);
    table_close(&table);
    assert_int_equal(fclose(file), 0);
    (void)snprintf(line, sizeof line, "%s", is_json ? data : data + strlen("name\r\n"));
    free(data);
    return line;
}

TEST(cli_export, a_plain_text_stands_as_it_is)
{
    assert_string_equal(row_of(false, "Pad Thai"), "Pad Thai\r\n");
    assert_string_equal(row_of(false, ""), "\r\n");
    assert_string_equal(row_of(true, "Pad \"Thai\""), "{\"name\":\"Pad \\\"Thai\\\"\"}\n");
}

TEST(cli_export, commas_and_quotes_are_quoted)
{
    assert_string_equal(row_of(false, "a,b"), "\"a,b\"\r\n");
    assert_string_equal(row_of(false, "say \"hi\""), "\"say \"\"hi\"\"\"\r\n");
}

TEST(cli_export, a_formula_is_a_text)
{
    assert_string_equal(row_of(false, "=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"\r\n");
    assert_string_equal(row_of(false, "+1"), "\"'+1\"\r\n");
    assert_string_equal(row_of(false, "-1"), "\"'-1\"\r\n");
    assert_string_equal(row_of(false, "@SUM(1)"), "\"'@SUM(1)\"\r\n");
    assert_string_equal(row_of(false, "\t=1"), "\"' =1\"\r\n");
    assert_string_equal(row_of(false, "\r=1"), "\"' =1\"\r\n");
    assert_string_equal(row_of(true, "=1"), "{\"name\":\"=1\"}\n");
}

TEST(cli_export, control_characters_are_spaces)
{
    assert_string_equal(row_of(false, "a\033[2Jb\nc\xc2\x9b"
                                      "d\x7f"),
                        "a [2Jb c d \r\n");
    assert_string_equal(row_of(true, "a\033"), "{\"name\":\"a\\u001b\"}\n");
}

TEST(cli_export, each_kind_has_its_columns_and_its_rows)
{
    static const struct {
        const char *kind, *head, *row;
    } kinds[] = {
        {"events", "log,seq,type,time,entity,by\r\n", ",order.open,"},
        {"orders",
         "order,day,number,phase,channel,mode,name,opened_at,ready_at,handed_at,owed_minor,"
         "tax_minor,discount_minor,paid_minor,refunded_minor,due_minor,flags,table,accepted_at,"
         "tip_minor\r\n",
         ",1,A1,placed,counter,take-away,\"'=Mia\","},
        {"lines",
         "order,day,number,line,item,name,quantity,handed,unit_minor,discount_minor,payable_minor,"
         "tax_bp,state,progress,station,stall,note,uncollected\r\n",
         ",22,"},
        {"payments",
         "order,day,number,payment,kind,method,amount_minor,tendered_minor,rounding_minor,"
         "reference,at\r\n",
         ",payment,cash,"},
        {"stock", "item,issuer,log,added,received,given,taken,undone,forced\r\n", "22,"},
    };
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    RUN_WELL("stock", "add", "22", "9", "--state", stall.nodes[0].state);
    RUN_WELL("order", "add", "22x2", "--name", "=Mia", "--pay", "cash", "--state",
             stall.nodes[0].state);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct ran ran = RUN_WELL("export", "--what", kinds[i].kind, "--format", "csv", "--state",
                                  stall.nodes[0].state);
        assert_memory_equal(ran.out, kinds[i].head, strlen(kinds[i].head));
        if (strstr(ran.out, kinds[i].row) == NULL) {
            fail_msg("%s: there is no %s in %s", kinds[i].kind, kinds[i].row, ran.out);
        }
    }
    struct ran ran = RUN_WELL("export", "--what", "orders", "--state", stall.nodes[0].state);
    assert_memory_equal(ran.out, "{\"order\":\"", 10);
    assert_non_null(strstr(ran.out, "\"name\":\"=Mia\""));
    stall_close(&stall);
}

TEST(cli_export, a_day_is_chosen_and_a_wrong_wish_is_refused)
{
    char path[128];
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    RUN_WELL("order", "add", "22", "--state", state);
    assert_non_null(
        strstr(RUN_WELL("export", "--what", "orders", "--day", "1", "--state", state).out, "A1"));
    const struct ran none = RUN("export", "--what", "orders", "--day", "2", "--state", state);
    assert_int_equal(none.status, 1);
    assert_string_equal(none.out, "");
    assert_non_null(strstr(none.err, "there was no day 2"));
    RUN_WELL("day", "open", "--yes", "--state", state);
    assert_string_equal(RUN_WELL("export", "--what", "orders", "--day", "2", "--state", state).out,
                        "");
    assert_int_equal(RUN("export", "--what", "order", "--state", state).status, 2);
    assert_int_equal(RUN("export", "--format", "xml", "--state", state).status, 2);
    assert_int_equal(RUN("export", "--day", "1", "--state", state).status, 2);
    assert_int_equal(RUN("export", "--what", "orders", "--day", "x", "--state", state).status, 2);
    (void)snprintf(path, sizeof path, "%s/journal", stall.folder);
    RUN_WELL("export", path, "--state", state);
    RUN_WELL("verify", path);
    stall_close(&stall);
}
