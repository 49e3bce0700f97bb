#include "node/web/site.h"

#include <stdio.h>
#include <string.h>

#include "sync/base/crypto.h"

static bool is_method(const struct site_request *request, const char *method)
{
    return strcmp(request->method, method) == 0;
}

static bool is_control(const struct site_request *request)
{
    return request->entrance == ENTRANCE_CONTROL;
}

static struct access_request access_of(const struct site_request *request)
{
    return (struct access_request){.entrance = request->entrance,
                                   .authorization = bytes_of_text(request->authorization),
                                   .address = bytes_of_text(request->client)};
}

static bool is_reading(const struct site_request *request)
{
    return is_method(request, "GET") || is_method(request, "HEAD");
}

static int refuse_method(struct site_response *response, const char *methods)
{
    api_problem_method(&response->reply, methods);
    return ERR_METHOD;
}

static int refuse(struct site_response *response, int err, int status, const char *where)
{
    api_problem(&response->reply, err, where);
    if (status != 0) {
        response->reply.status = status;
    }
    return err;
}

/* Phones come to the customers' door by whatever name they know. Who comes in there is nobody
 * without a token, and a token is kept by the page that has it: a name that leads to us by deceit
 * gains nothing. */
static bool origin_is_right(const struct site *site, const struct site_request *request)
{
    return request->is_guest_door ? guard_origin_is_of(request->origin, request->host)
                                  : guard_origin(&site->guard, request->origin);
}

static int check_host(const struct site *site, const struct site_request *request,
                      struct site_response *response)
{
    *response = (struct site_response){.is_bare = is_method(request, "HEAD")};
    if (is_control(request) || request->is_guest_door || guard_host(&site->guard, request->host)) {
        return 0;
    }
    return refuse(response, ERR_MISMATCH, 421, "the Host header is not this device's");
}

int site_check(const struct site *site, const struct site_request *request,
               struct site_response *ret_response)
{
    int err = check_host(site, request, ret_response);
    if (err != 0 || is_control(request) || is_reading(request)) {
        return err;
    }
    /* Browsers send Origin with every write; tools send none. */
    if (request->origin[0] == '\0' || origin_is_right(site, request)) {
        return 0;
    }
    return refuse(ret_response, ERR_FORBIDDEN, 0, "the Origin header is not this device's");
}

int site_check_socket(const struct site *site, const struct site_request *request,
                      struct site_response *ret_response)
{
    int err = check_host(site, request, ret_response);
    if (err != 0) {
        return err;
    }
    if (strcmp(request->path, "/ws") != 0) {
        return refuse(ret_response, ERR_NOT_FOUND, 0, "");
    }
    if (!is_method(request, "GET")) { /* lws would upgrade any */
        return refuse_method(ret_response, "GET");
    }
    if (!is_control(request) && !origin_is_right(site, request)) {
        return refuse(ret_response, ERR_FORBIDDEN, 0, "the Origin header is not this device's");
    }
    const struct route_view *view = route_view_find(request->view);
    if (view == NULL) {
        return refuse(ret_response, ERR_MALFORMED, 0,
                      "view: counter, kitchen, pickup, office or customer");
    }
    struct access_request access = access_of(request);
    access.ticket = bytes_of_text(request->ticket);
    err = api_watch(site->api, &access, view, &ret_response->reply);
    return err == 0 ? 0 : refuse(ret_response, err, 0, "");
}

/* 304 where the browser has it already. */
static void answer_tagged(const struct site_request *request, const char *etag,
                          struct site_response *response)
{
    (void)snprintf(response->etag, sizeof response->etag, "%s", etag);
    if (strstr(request->none_match, etag) == NULL) {
        return;
    }
    response->reply.status = 304;
    response->is_bare = true;
}

/* Whatever screen is asked for, a device that is in no pop-up yet shows how it comes into one. */
static const struct web_file *find_file(const struct site *site, const char *path)
{
    static const char newcomers[] = "/newcomer.html";
    const struct web_file *file = web_files_find(site->files, path);
    const bool is_page = file != NULL && strncmp(file->type, "text/html", 9) == 0;
    return is_page && api_is_newcomer(site->api) ? web_files_find(site->files, newcomers) : file;
}

static void answer_file(struct site *site, const struct site_request *request,
                        struct site_response *response)
{
    const struct web_file *file = find_file(site, request->path);
    if (file == NULL) {
        (void)refuse(response, ERR_NOT_FOUND, 0, "");
    } else {
        response->file = file;
        response->reply.status = 200;
        if (request->takes_gzip) {
            web_files_pack(site->files, file);
        }
        response->is_gzip = request->takes_gzip && file->gzip.size > 0;
        answer_tagged(request, file->etag, response);
    }
}

/* --- the page on which customers order --- */

static bool is_order_page(const struct site *site, const struct site_request *request)
{
    static const char *const paths[] = {"/order", "/order.html", "/"};
    const size_t count = request->is_guest_door ? 3 : 2;
    for (size_t i = 0; i < count && site->page != NULL; i++) {
        if (strcmp(request->path, paths[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* What anybody is told there, by the API's own route; limits count as if it had been asked. */
static void ask_facts(struct site *site, const struct site_request *request,
                      struct api_reply *ret_reply)
{
    const struct api_request asked = {
        .access = {.entrance = ENTRANCE_PLAIN, .address = bytes_of_text(request->client)},
        .method = "GET",
        .path = "/api/order-page",
        .query = ""};
    api_handle(site->api, &asked, ret_reply);
}

/* Without facts it asks for them itself, and says so when there are none. */
static void answer_page(struct site *site, const struct site_request *request,
                        struct site_response *response)
{
    struct api_reply facts;
    const struct web_file *file = NULL;
    ask_facts(site, request, &facts);
    if (facts.status == 429) {
        response->reply = facts;
        return;
    }
    const bool has_facts = facts.status == 200;
    int err =
        page_fill(site->page, bytes_of(facts.body.data, has_facts ? facts.body.size : 0), &file);
    text_close(&facts.body);
    if (err != 0) {
        (void)refuse(response, err, 0, "");
        return;
    }
    response->is_gzip = request->takes_gzip;
    const struct bytes body = response->is_gzip ? file->gzip : file->body;
    text_append(&response->reply.body, body.data, body.size);
    (void)snprintf(response->reply.media, sizeof response->reply.media, "%s", file->type);
    response->reply.status = 200;
    response->policy = page_policy(site->page);
    answer_tagged(request, file->etag, response);
}

/* --- the API --- */

/* What a screen asks for again and again is not sent again while it is the same. */
static void tag_answer(const struct site_request *request, struct site_response *response)
{
    const struct api_reply *reply = &response->reply;
    uint8_t hash[8];
    char etag[FILE_ETAG_BYTES_MAX];
    if (!is_reading(request) || reply->is_pending || reply->status != 200) {
        return;
    }
    const struct bytes body = bytes_of(reply->body.data, reply->body.size);
    hash_parts(hash, sizeof hash, &body, 1);
    (void)snprintf(etag, sizeof etag, "\"%016llx\"", (unsigned long long)get_be64(hash));
    answer_tagged(request, etag, response);
}

static struct api_request asked_of(const struct site_request *request)
{
    return (struct api_request){
        .access = access_of(request),
        .method = is_method(request, "HEAD") ? "GET" : request->method,
        .path = request->path,
        .query = request->query,
        .key = request->key,
        .header = request->header,
        .body = request->body,
    };
}

static void answer_api(struct site *site, const struct site_request *request,
                       struct site_response *response)
{
    const struct api_request asked = asked_of(request);
    api_answer(site->api, &asked, &response->reply);
    tag_answer(request, response);
}

/* --- both --- */

int site_admit(struct site *site, const struct site_request *request,
               struct site_response *response)
{
    if (api_has(site->api, request->path)) {
        const struct api_request asked = asked_of(request);
        return api_admit(site->api, &asked, &response->reply);
    }
    if (is_reading(request)) {
        return 0;
    }
    const bool is_there =
        is_order_page(site, request) || web_files_find(site->files, request->path) != NULL;
    return is_there ? refuse_method(response, "GET, HEAD") : refuse(response, ERR_NOT_FOUND, 0, "");
}

void site_answer(struct site *site, const struct site_request *request,
                 struct site_response *response)
{
    if (api_has(site->api, request->path)) {
        answer_api(site, request, response);
    } else if (is_order_page(site, request)) {
        answer_page(site, request, response);
    } else {
        answer_file(site, request, response);
    }
}

void site_response_close(struct site_response *response)
{
    text_close(&response->reply.body);
    *response = (struct site_response){.file = NULL};
}

struct bytes site_body(const struct site_response *response)
{
    if (response->file != NULL) {
        return response->is_gzip ? response->file->gzip : response->file->body;
    }
    return bytes_of(response->reply.body.data, response->reply.body.size);
}

const char *site_type(const struct site_response *response)
{
    if (response->file != NULL) {
        return response->file->type;
    }
    if (response->reply.media[0] != '\0' && !response->reply.is_problem) {
        return response->reply.media;
    }
    return response->reply.is_problem ? "application/problem+json" : "application/json";
}

const char *site_caching(const struct site_response *response)
{
    static const char lasting[] = "public, max-age=31536000, immutable";
    if (response->file == NULL) {
        return response->reply.is_lasting ? lasting
               : response->policy != NULL ? "no-cache"
                                          : "no-store";
    }
    return response->file->is_immutable ? lasting : "no-cache";
}
