#include "tests/process/lib/owner.h"

#include "node/cli/http.h"
#include "tests/lib/test.h"
#include "tests/process/lib/client.h"

int owner_ask(const struct node *node, const char *method, const char *path, const char *body,
              struct text *reply)
{
    int status = 0;
    const struct http_request request = {
        .method = method, .path = path, .key = client_key(), .body = bytes_of_text(body)};
    assert_int_equal(http_ask(node->state, "ctl.sock", &request, &status, reply), 0);
    return status;
}

void owner_does(const struct node *node, const char *method, const char *path, const char *body)
{
    struct text reply = {0};
    assert_int_equal(owner_ask(node, method, path, body, &reply), 200);
    text_close(&reply);
}
