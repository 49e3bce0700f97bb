/* What strangers may send at the door, what people may paste, and what is behind the door: an
 * invitation's text, a hello, a welcome, an entry of the address book. First byte: which. */
#include <stdlib.h>
#include <string.h>

#include "node/mesh/enrolment.h"
#include "sync/base/check.h"
#include "tests/lib/fuzz_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(1)

static const struct invitation invitation = {.endpoint = "tcp://127.0.0.1:1"};
static struct welcome welcome;

static void try_invitation(struct bytes input)
{
    struct invitation decoded;
    char text[INVITATION_TEXT_BYTES_MAX], again[INVITATION_TEXT_BYTES_MAX];
    size_t size = input.size < sizeof text - 1 ? input.size : sizeof text - 1;
    if (size > 0) {
        memcpy(text, input.data, size);
    }
    text[size] = '\0';
    if (invitation_decode(text, &decoded) != 0) {
        return;
    }
    check(invitation_encode(&decoded, again) == 0); /* one spelling for each */
    check(strcmp(text, again) == 0);
}

static void try_hello(struct bytes input)
{
    struct enrol_hello hello;
    check(enrol_hello_decode(&invitation, input, &hello) !=
          0); /* the secret is not in the corpus */
}

static void try_welcome(struct bytes input)
{
    const struct hash conversation = {{0}};
    check(welcome_decode(&invitation, &conversation, input, &welcome) != 0);
}

static void try_book_entry(struct bytes input)
{
    struct reader reader;
    struct book_entry entry;
    reader_init(&reader, input);
    read_book_entry(&reader, &entry);
    check(entry.chain_size <= sizeof entry.chain);
    check(memchr(entry.endpoint, '\0', sizeof entry.endpoint) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[])(struct bytes) = {try_invitation, try_hello, try_welcome,
                                                  try_book_entry};
    if (size == 0) {
        return 0;
    }
    tries[data[0] % 4](bytes_of(data + 1, size - 1));
    return 0;
}
