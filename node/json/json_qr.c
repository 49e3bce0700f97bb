#include "node/json/json_qr.h"

#include <stdio.h>

#include "node/json/json_build.h"
#include "node/json/json_read.h"
#include "node/json/text.h"
#include "node/os/matrix_code.h"

static int encode_wanted(struct bytes body, struct matrix_code *ret_code)
{
    char where[JSON_WHERE_BYTES_MAX];
    struct json_value *value = NULL;
    int err = json_parse_as(&schema_qr_wanted, body, &value, where);
    if (err != 0) {
        return err;
    }
    /* A zero byte is behind it, and none inside. */
    err = matrix_code_encode((const char *)json_get_text(value, "text").data, MATRIX_CORRECTION_M,
                             ret_code);
    json_free(value);
    return err;
}

static int run_of(const struct matrix_code *code, int row, int column)
{
    int run = 0;
    while (matrix_code_is_dark(code, row, column + run)) {
        run++;
    }
    return run;
}

/* Lines through the middle of the modules. */
static void row_draw(const struct matrix_code *code, int row, struct text *to)
{
    char line[40];
    for (int column = 0; column < (int)code->width; column++) {
        const int run = run_of(code, row, column);
        if (run == 0) {
            continue;
        }
        (void)snprintf(line, sizeof line, "M%d %d.5h%d", column, row, run);
        text_append_text(to, line);
        column += run;
    }
}

int json_qr(struct bytes body, struct json_value **ret_value)
{
    struct matrix_code code;
    struct text path = {0};
    const int err = encode_wanted(body, &code);
    if (err != 0) {
        return err;
    }
    for (int row = 0; row < (int)code.width; row++) {
        row_draw(&code, row, &path);
    }
    struct json_value *object = json_new_object();
    json_put_int(object, "modules", code.width);
    json_put_text(object, "path", bytes_of(path.data, path.size));
    text_close(&path);
    *ret_value = object;
    return 0;
}
