#include "node/access/signed_out.h"

#include <stdlib.h>
#include <string.h>

#include "node/os/file.h"

enum { ROW_BYTES = 8 + TOKEN_NUMBER_BYTES, LIST_MODE = 0600 };

/* As it lies in the file: 8 bytes when the token ends, then its number; of zeros a free row. */
struct signed_out {
    char path[PATH_BYTES_MAX];
    uint8_t rows[SIGNED_OUT_MAX][ROW_BYTES];
};

static int list_load(struct signed_out *list)
{
    uint8_t *data = NULL;
    size_t size = 0;
    int err = file_read(list->path, sizeof list->rows, &data, &size);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    if (size == sizeof list->rows) {
        memcpy(list->rows, data, size);
    } else {
        err = ERR_MALFORMED;
    }
    free(data);
    return err;
}

int signed_out_open(const char *state, struct signed_out **ret_list)
{
    struct signed_out *list = calloc(1, sizeof *list);
    if (list == NULL) {
        return ERR_NO_MEMORY;
    }
    int err = path_join(list->path, state, "signed-out");
    if (err == 0) {
        err = list_load(list);
    }
    if (err != 0) {
        free(list);
        return err;
    }
    *ret_list = list;
    return 0;
}

void signed_out_close(struct signed_out *list)
{
    free(list);
}

bool signed_out_has(const struct signed_out *list, const struct token *token)
{
    for (size_t i = 0; i < SIGNED_OUT_MAX; i++) {
        if (get_be64(list->rows[i]) != 0 &&
            memcmp(list->rows[i] + 8, token->number, sizeof token->number) == 0) {
            return true;
        }
    }
    return false;
}

int signed_out_add(struct signed_out *list, const struct token *token)
{
    const bool is_customer = token->audience == AUDIENCE_CUSTOMER;
    const size_t end = is_customer ? SIGNED_OUT_CUSTOMERS_MAX : SIGNED_OUT_MAX;
    size_t first = is_customer ? 0 : SIGNED_OUT_CUSTOMERS_MAX;
    for (size_t i = first + 1; i < end; i++) {
        if (get_be64(list->rows[i]) < get_be64(list->rows[first])) {
            first = i;
        }
    }
    put_be64(list->rows[first], (uint64_t)token->expires_s);
    memcpy(list->rows[first] + 8, token->number, sizeof token->number);
    return file_write(list->path, bytes_of(list->rows, sizeof list->rows), LIST_MODE);
}
