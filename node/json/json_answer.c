#include "node/api/state.h"
#include "node/json/json_build.h"
#include "node/json/json_state.h"

struct json_value *state_json_health(bool ok)
{
    struct json_value *object = json_new_object();
    json_put_bool(object, "ok", ok);
    return object;
}

struct json_value *state_json_done(const struct answer *answer)
{
    struct json_value *object = json_new_object();
    json_put_entity(object, "id", &answer->entity);
    json_put_id64(object, "log", answer->log);
    json_put_count(object, "seq", answer->seq);
    json_put_count(object, "events", answer->events);
    return object;
}

struct json_value *state_json_blob(const struct hash *hash, const struct blob *blob)
{
    struct json_value *object = json_new_object();
    json_put_hex(object, "hash", bytes_of(hash->bytes, sizeof hash->bytes));
    json_put_count(object, "size", blob->size);
    json_put_text(object, "media", blob->media);
    return object;
}
