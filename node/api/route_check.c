/* Whether a table of routes says what it has to: looked at once, at start. */
#include <string.h>

#include "node/api/routes.h"

/* --- who may --- */

static uint32_t roles_of(int capability)
{
    uint32_t roles = 0;
    for (unsigned role = ROLE_NONE + 1; role < ROLE_COUNT; role++) {
        bool may = capability < 0 || (role_person_capabilities((enum role)role) &
                                      capability_bit((enum capability)capability)) != 0;
        roles |= may && role != ROLE_GATEWAY ? UINT32_C(1) << role : 0;
    }
    return roles;
}

uint32_t route_roles(const struct route *route)
{
    return roles_of(route->capability);
}

/* --- views of the stream --- */

const struct route_view *route_view_find(const char *name)
{
    for (size_t i = 0; i < route_views_count; i++) {
        if (strcmp(name, route_views[i].name) == 0) {
            return &route_views[i];
        }
    }
    return NULL;
}

uint32_t route_view_roles(const struct route_view *view)
{
    return view->is_guests ? UINT32_C(1) << ROLE_CUSTOMER : roles_of(view->capability);
}

bool route_view_is_sound(const struct route_view *view)
{
    const bool is_named = view->name != NULL && view->name[0] != '\0' && view->summary != NULL;
    const bool is_right = view->is_guests ? view->capability == API_PUBLIC
                                          : view->capability >= 0 && view->capability < CAP_COUNT &&
                                                view->capability != CAP_LOG;
    return is_named && is_right && route_view_roles(view) != 0 && view->rate != RATE_UNSAID;
}

static const char *views_mistake(void)
{
    for (size_t i = 0; i < route_views_count; i++) {
        const struct route_view *view = &route_views[i];
        if (!route_view_is_sound(view) || route_view_find(view->name) != view) {
            return view->name;
        }
    }
    return NULL;
}

/* --- the table itself --- */

/* What is no JSON has no schema; an annex's may be either. */
static bool response_is_sound(const struct route *route)
{
    const bool is_other = route->shape == SHAPE_DOCUMENT || route->shape == SHAPE_BYTES ||
                          route->shape == SHAPE_PHOTO || route->shape == SHAPE_METRICS;
    return route->shape == SHAPE_ANNEX || is_other == (route->response == NULL);
}

/* Its method, what a second request does, and whether it is a command of the core's go together. */
static bool method_is_sound(const struct route *route)
{
    static const struct {
        const char *method;
        enum route_again again;
        bool is_write, has_body;
    } rows[] = {{"GET", AGAIN_READS, false, false},
                {"POST", AGAIN_KEYED, true, true},
                {"POST", AGAIN_HARMLESS, false, true},
                {"DELETE", AGAIN_HARMLESS, false, false},
                {"PATCH", AGAIN_KEYED, true, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].method, route->method) == 0 && rows[i].again == route->again &&
            (rows[i].is_write == route_is_write(route) || route->shape == SHAPE_ANNEX)) {
            return rows[i].has_body == (route->request != NULL || route->takes_bytes);
        }
    }
    return false;
}

/* CAP_LOG is a device's own affair: no route has it, and one that says nothing would. */
static bool right_is_sound(const struct route *route)
{
    return route->capability >= API_SIGNED_IN && route->capability < CAP_COUNT &&
           route->capability != CAP_LOG && route_roles(route) != 0 &&
           (route->capability >= 0 || !route_is_write(route)) && route->rate != RATE_UNSAID;
}

bool route_is_sound(const struct route *route)
{
    return route->path[0] == '/' && route->summary != NULL && route->status >= 200 &&
           route->status < 300 && !(route->takes_bytes && route->request != NULL) &&
           response_is_sound(route) && method_is_sound(route) && right_is_sound(route);
}

static bool is_there_twice(const struct route_table *table, size_t at)
{
    const struct route *route = &table->routes[at];
    for (size_t i = 0; i < at; i++) {
        if (strcmp(route->method, table->routes[i].method) == 0 &&
            strcmp(route->path, table->routes[i].path) == 0) {
            return true;
        }
    }
    return false;
}

const char *routes_mistake_in(const struct route_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        if (!route_is_sound(&table->routes[i]) || is_there_twice(table, i)) {
            return table->routes[i].path;
        }
    }
    return NULL;
}

const char *routes_mistake(void)
{
    const struct route_table table = {routes, routes_count};
    const char *mistake = routes_mistake_in(&table);
    mistake = mistake != NULL ? mistake : views_mistake();
    return mistake != NULL ? mistake : schemas_mistake();
}
