#include "gateway/config/apple_file.h"

#include <stdlib.h>

#include "node/os/file.h"
#include "sync/base/check.h"

void apple_file_init(struct apple_file *file)
{
    *file = (struct apple_file){.text = {.data = NULL}};
    check(pthread_mutex_init(&file->lock, NULL) == 0);
}

void apple_file_close(struct apple_file *file)
{
    text_close(&file->text);
    check(pthread_mutex_destroy(&file->lock) == 0);
}

int apple_file_load(struct apple_file *file, const char *path)
{
    uint8_t *data = NULL;
    size_t size = 0;
    if (path[0] == '\0') {
        return 0;
    }
    int err = file_read(path, APPLE_FILE_BYTES_MAX, &data, &size);
    if (err != 0) {
        return err;
    }
    if (size > 0) {
        check(pthread_mutex_lock(&file->lock) == 0);
        text_clear(&file->text);
        text_append(&file->text, data, size);
        check(pthread_mutex_unlock(&file->lock) == 0);
    }
    free(data);
    return size > 0 ? 0 : ERR_MALFORMED;
}

int apple_file_copy(struct apple_file *file, struct text *to)
{
    check(pthread_mutex_lock(&file->lock) == 0);
    const bool is_there = file->text.size > 0;
    text_append(to, file->text.data, file->text.size);
    check(pthread_mutex_unlock(&file->lock) == 0);
    return is_there ? 0 : ERR_NOT_FOUND;
}
