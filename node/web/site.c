#include "node/web/site.h"

#include <string.h>

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
    if (status != 0)
        response->reply.status = status;
    return err;
}

static int check_host(const struct site *site, const struct site_request *request,
                      struct site_response *response)
{
    *response = (struct site_response){.is_bare = is_method(request, "HEAD")};
    if (is_control(request) || guard_host(&site->guard, request->host))
        return 0;
    return refuse(response, ERR_MISMATCH, 421, "the Host header is not this device's");
}

int site_check(const struct site *site, const struct site_request *request,
               struct site_response *ret_response)
{
    int err = check_host(site, request, ret_response);
    if (err != 0 || is_control(request) || is_reading(request))
        return err;
    /* Browsers send Origin with every write; tools send none. */
    if (request->origin[0] == '\0' || guard_origin(&site->guard, request->origin))
        return 0;
    return refuse(ret_response, ERR_FORBIDDEN, 0, "the Origin header is not this device's");
}

int site_check_socket(const struct site *site, const struct site_request *request,
                      struct site_response *ret_response)
{
    int err = check_host(site, request, ret_response);
    if (err != 0)
        return err;
    if (strcmp(request->path, "/ws") != 0)
        return refuse(ret_response, ERR_NOT_FOUND, 0, "");
    if (!is_method(request, "GET")) /* lws would upgrade any */
        return refuse_method(ret_response, "GET");
    if (!is_control(request) && !guard_origin(&site->guard, request->origin))
        return refuse(ret_response, ERR_FORBIDDEN, 0, "the Origin header is not this device's");
    struct access_request access = access_of(request);
    struct caller caller;
    if (request->is_customer) {
        err = api_knock(site->api, &access, &ret_response->reply);
        return err == 0 ? 0 : refuse(ret_response, err, 0, "");
    }
    access.ticket = bytes_of_text(request->ticket);
    err = api_watch(site->api, &access, &caller);
    if (err != 0)
        return refuse(ret_response, err, 0, "");
    ret_response->reply.caller = caller;
    return 0;
}

static void answer_file(const struct site *site, const struct site_request *request,
                        struct site_response *response)
{
    const struct web_file *file = web_files_find(site->files, request->path);
    if (file == NULL) {
        (void)refuse(response, ERR_NOT_FOUND, 0, "");
    } else if (!is_reading(request)) {
        (void)refuse_method(response, "GET, HEAD");
    } else if (strstr(request->none_match, file->etag) != NULL) {
        response->file = file;
        response->reply.status = 304;
        response->is_bare = true;
    } else {
        response->file = file;
        response->reply.status = 200;
        response->is_gzip = request->takes_gzip && file->gzip.size > 0;
    }
}

static void answer_api(struct site *site, const struct site_request *request,
                       struct site_response *response)
{
    struct api_request asked = {
        .access = access_of(request),
        .method = is_method(request, "HEAD") ? "GET" : request->method,
        .path = request->path,
        .query = request->query,
        .key = request->key,
        .header = request->header,
        .body = request->body,
    };
    api_handle(site->api, &asked, &response->reply);
}

void site_answer(struct site *site, const struct site_request *request,
                 struct site_response *ret_response)
{
    *ret_response = (struct site_response){.is_bare = is_method(request, "HEAD")};
    if (api_has(site->api, request->path))
        answer_api(site, request, ret_response);
    else
        answer_file(site, request, ret_response);
}

void site_response_close(struct site_response *response)
{
    text_close(&response->reply.body);
    *response = (struct site_response){.file = NULL};
}

struct bytes site_body(const struct site_response *response)
{
    if (response->file != NULL)
        return response->is_gzip ? response->file->gzip : response->file->body;
    return bytes_of(response->reply.body.data, response->reply.body.size);
}

const char *site_type(const struct site_response *response)
{
    if (response->file != NULL)
        return response->file->type;
    if (response->reply.media[0] != '\0' && !response->reply.is_problem)
        return response->reply.media;
    return response->reply.is_problem ? "application/problem+json" : "application/json";
}

const char *site_caching(const struct site_response *response)
{
    if (response->file == NULL)
        return "no-store";
    return response->file->is_immutable ? "public, max-age=31536000, immutable" : "no-cache";
}
