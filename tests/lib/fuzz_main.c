/* fuzz_main.c - runs a fuzz target over a kept corpus, without libFuzzer.
 *
 * Usage: fuzz.x <file-or-folder>... Every file is given to LLVMFuzzerTestOneInput as it is, then
 * cut: at each of its first CUTS_CLOSE bytes, and further on at every CUTS_STEP-th, so that each
 * parser meets every truncation of what it reads first. An empty corpus is a failure.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_MAX_BYTES = 1 << 20, CUTS_CLOSE = 256, CUTS_STEP = 7, PATH_MAX_BYTES = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of its exact size, so that the address sanitizer sees a read past the end. */
static void run_prefix(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_bytes(const uint8_t *data, size_t size)
{
    run_prefix(data, size);
    for (size_t cut = 0; cut < size; cut += cut < CUTS_CLOSE ? 1 : CUTS_STEP) {
        run_prefix(data, cut);
    }
}

static int run_file(const char *path)
{
    static uint8_t data[FILE_MAX_BYTES];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return -1;
    }
    size_t size = fread(data, 1, sizeof data, file);
    int failed = ferror(file);
    (void)fclose(file);
    if (failed != 0) {
        return -1;
    }
    run_bytes(data, size);
    return 1;
}

/* Returns the number of inputs in @path, or -1 when something in it cannot be read. */
static int run_folder(const char *path)
{
    int count = 0;
    struct dirent **entries;
    int found = scandir(path, &entries, NULL, alphasort);
    if (found < 0) {
        perror(path);
        return -1;
    }
    for (int i = 0; i < found; i++) {
        char child[PATH_MAX_BYTES];
        (void)snprintf(child, sizeof child, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && count >= 0) {
            count = run_file(child) < 0 ? -1 : count + 1;
        }
        free(entries[i]);
    }
    free(entries);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++) {
        struct stat about;
        int is_folder = stat(argv[i], &about) == 0 && S_ISDIR(about.st_mode);
        int ran = is_folder ? run_folder(argv[i]) : run_file(argv[i]);
        if (ran < 0) {
            return 1;
        }
        count += ran;
    }
    (void)printf("%s: %d inputs and their truncations\n", argv[0], count);
    return count > 0 ? 0 : 1;
}
