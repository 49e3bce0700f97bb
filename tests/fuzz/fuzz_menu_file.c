/* Menus from files: each row that is read is JSON, if its text was UTF-8; of a table what is
 * refused names a line, of JSON it says what is wrong. */
#include <stdlib.h>
#include <string.h>

#include "node/cli/menu_file.h"
#include "node/json/json.h"
#include "sync/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int row_is_json(void *context, int64_t number, const struct text *json)
{
    char where[JSON_WHERE_BYTES_MAX];
    struct json_value *value = NULL;
    struct bytes bytes = bytes_of(json->data, json->size);
    check(number > 0);
    if (*(const bool *)context && json_parse(bytes, &value, where) == 0) {
        json_free(value);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char problem[MENU_PROBLEM_BYTES_MAX] = "";
    bool is_utf8 = text_is_utf8(bytes_of(data, size));
    char *text = malloc(size + 1);
    if (text == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    if (text[0] == '{') {
        const int err = menu_json_read(text, row_is_json, &is_utf8, problem);
        check(err == 0 || problem[0] != '\0');
    } else {
        const int err = menu_file_read(text, 2, row_is_json, &is_utf8, problem);
        check(err == 0 || strncmp(problem, "line ", 5) == 0);
    }
    free(text);
    return 0;
}
