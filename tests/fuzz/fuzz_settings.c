/* Settings files: whatever is read leaves every text terminated and every count within its bound;
 * whatever is refused says where. */
#include <stdlib.h>
#include <string.h>

#include "node/config/settings.h"
#include "sync/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct settings settings;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char problem[PROBLEM_BYTES_MAX] = "";
    char *text = malloc(size + 1);
    if (text == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    settings_defaults(&settings);
    int err = settings_read_text(&settings, "trestle.conf", text, problem);
    check((err != 0) == (problem[0] != '\0'));
    check(settings.peers_count <= DEVICES_MAX && settings.origins_count <= ORIGINS_MAX);
    check(memchr(settings.listen, '\0', sizeof settings.listen) != NULL);
    check(memchr(settings.http_address, '\0', sizeof settings.http_address) != NULL);
    check(settings.http_port >= 0 && settings.http_port <= 65535);
    free(text);
    return 0;
}
