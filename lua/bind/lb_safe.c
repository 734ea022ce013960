/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lb_safe.c: the fence around a scenario: a Lua state without io, os, debug or bytecode, with a
 * limit on memory and on instructions, and errors that become one sentence.
 *
 * Instructions are counted by a hook, which coroutines inherit; every 16 bytes allocated count as
 * one more, so that copying large strings is not free. Once the limit is passed, each further
 * instruction raises: pcall cannot escape. What is replaced rather than removed (pairs, format,
 * patterns, globals) is in lua/dialtone/fence.lua. */
#include "lua/bind/lb.h"

#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#define HOOK_EVERY 1000
#define BYTES_A_STEP 16

static bool spend(struct lb_limits *m, uint64_t steps)
{
    if (__builtin_add_overflow(m->steps, steps, &m->steps))
        m->steps = UINT64_MAX;
    if (m->steps <= LB_STEPS_MAX)
        return true;
    m->spent = LB_SPENT_STEPS;
    return false;
}

struct scenario *lb_scenario(lua_State *L)
{
    struct scenario *sc;
    memcpy(&sc, lua_getextraspace(L), sizeof sc);
    return sc;
}

/* The line of the scenario's own file that is being run, however deep in the library we are; 0:
 * none. */
static int scenario_line(lua_State *L)
{
    const char *base = lb_scenario(L)->base;
    lua_Debug ar;
    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.source[0] == '@' && strcmp(ar.source + 1, base) == 0)
            return ar.currentline;
    }
    return 0;
}

static bool may_grow(struct lb_limits *m, size_t bytes)
{
    if (!m->armed)
        return true;
    bool ok = spend(m, bytes / BYTES_A_STEP);
    if (ok && m->bytes + bytes > LB_BYTES_MAX) {
        m->spent = LB_SPENT_BYTES;
        ok = false;
    }
    if (!ok && m->near_line == 0) /* Lua calls no handler for this: look now where we are */
        m->near_line = scenario_line(m->armed);
    return ok;
}

static void *allocate(void *ud, void *p, size_t old, size_t want)
{
    struct lb_limits *m = ud;
    size_t had = p ? old : 0; /* without a block, `old` is a kind of object */
    if (want == 0) {
        free(p);
        m->bytes -= had;
        return NULL;
    }
    if (want > had && !may_grow(m, want - had))
        return NULL;
    void *q = realloc(p, want);
    ASSERT(q != NULL);
    m->bytes = m->bytes - had + want;
    return q;
}

static void say_spent(struct txtbuf *t, enum lb_spent spent)
{
    if (spent == LB_SPENT_BYTES)
        txtbuf_add(t, "more than %u MiB of memory", LB_BYTES_MAX >> 20);
    else
        txtbuf_add(t, "more than %u million instructions: an endless loop?",
                   LB_STEPS_MAX / 1000000u);
}

static int raise_steps(lua_State *L)
{
    char text[96];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    say_spent(&t, LB_SPENT_STEPS);
    luaL_where(L, 0);
    lua_pushstring(L, text);
    lua_concat(L, 2);
    return lua_error(L);
}

static void on_count(lua_State *L, lua_Debug *ar)
{
    struct lb_limits *m = &lb_scenario(L)->limits;
    (void)ar;
    if (spend(m, HOOK_EVERY))
        return;
    lua_sethook(L, on_count, LUA_MASKCOUNT, 1); /* a pcall around this one changes nothing */
    raise_steps(L);
}

void lb_charge(lua_State *L, uint64_t steps)
{
    if (!spend(&lb_scenario(L)->limits, steps))
        raise_steps(L);
}

void lb_arm(struct scenario *sc, lua_State *L)
{
    sc->limits.armed = L;
    sc->limits.spent = LB_NOT_SPENT;
    sc->limits.near_line = 0;
    lua_sethook(L, on_count, LUA_MASKCOUNT, HOOK_EVERY);
}

void lb_disarm(struct scenario *sc)
{
    sc->limits.armed = NULL;
}

/* --- errors ---------------------------------------------------------------------------------- */

/* An error inside the library is one of the line that called it. */
static const char *without_library_place(const char *msg)
{
    if (strncmp(msg, "dialtone/", strlen("dialtone/")) != 0)
        return NULL;
    const char *rest = strstr(msg, ".lua:");
    rest = rest ? strstr(rest + strlen(".lua:"), ": ") : NULL;
    return rest ? rest + 2 : NULL;
}

/* Turns the error object on top of L into text, while the stack that raised it still stands. */
static void make_message(lua_State *L)
{
    if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER) {
        lua_pushfstring(L, "%s:%d: an error that is not text but a %s", lb_scenario(L)->base,
                        scenario_line(L), luaL_typename(L, -1));
        lua_replace(L, -2);
    }
    const char *msg = lua_tostring(L, -1), *rest = without_library_place(msg);
    int line = rest ? scenario_line(L) : 0;
    if (line)
        lua_pushfstring(L, "%s:%d: %s", lb_scenario(L)->base, line, rest);
    else if (strstr(msg, "stack overflow"))
        lua_pushfstring(L, "%s: an endless recursion?", msg);
    else
        return;
    lua_replace(L, -2);
}

static int on_error(lua_State *L)
{
    make_message(L);
    return 1;
}

/* What follows "case.lua:12: ", or nothing when `msg` does not begin with such a place. */
static struct str after_place(const struct scenario *sc, struct str msg)
{
    size_t n = strlen(sc->base);
    bool ours = msg.n > n && strncmp(msg.p, sc->base, n) == 0 && msg.p[n] == ':';
    ptrdiff_t end = ours ? str_find((struct str){msg.p + n, msg.n - n}, STR(": ")) : -1;
    return end < 0 ? STR_NONE : (struct str){msg.p + n + end + 2, msg.n - n - (size_t)end - 2};
}

/* Lua knows the file by its bare name; people get the path they gave. An error that went through a
 * coroutine has several places: the innermost is meant. */
static void add_sentence(struct scenario *sc, struct txtbuf *t, struct str msg)
{
    struct str rest = after_place(sc, msg);
    for (; rest.n && after_place(sc, rest).n; rest = after_place(sc, msg))
        msg = rest;
    if (rest.n) {
        txtbuf_cstr(t, sc->info.path);
        msg.p += strlen(sc->base);
        msg.n -= strlen(sc->base);
    }
    for (size_t i = 0; i < msg.n; i++)
        txtbuf_char(t, (unsigned char)msg.p[i] < ' ' ? ' ' : msg.p[i]);
}

bool lb_error(struct scenario *sc, lua_State *L, int status, struct err *e)
{
    char text[sizeof e->msg];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    if (status != LUA_ERRMEM) {
        if (L != sc->lua) /* a coroutine: no handler ran */
            make_message(L);
        struct str said = str_of(lua_tostring(L, -1));
        if (str_eq(said, STR("C stack overflow"))) /* of the parser: it names no place */
            txtbuf_add(&t, "%s: too deeply nested: ", sc->info.path);
        add_sentence(sc, &t, said);
    } else {
        txtbuf_cstr(&t, sc->info.path);
        if (sc->limits.near_line)
            txtbuf_add(&t, ":%d", sc->limits.near_line);
        txtbuf_cstr(&t, ": ");
        say_spent(&t, sc->limits.spent);
    }
    lua_pop(L, 1);
    return err_set(e, "%s", text);
}

bool lb_call(struct scenario *sc, int nargs, int results, struct err *e)
{
    lua_State *L = sc->lua;
    int handler = lua_gettop(L) - nargs;
    lua_pushcfunction(L, on_error);
    lua_insert(L, handler);
    sc->limits.steps = 0;
    lb_arm(sc, L);
    int status = lua_pcall(L, nargs, results, handler);
    lb_disarm(sc);
    lua_remove(L, handler);
    return status == LUA_OK || lb_error(sc, L, status, e);
}

/* --- the state ------------------------------------------------------------------------------- */

static int on_panic(lua_State *L)
{
    const char *msg = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?";
    fault_raise(msg, "lua", 0);
}

static int open_libraries(lua_State *L)
{
    static const luaL_Reg libraries[] = {
        {LUA_GNAME, luaopen_base},       {LUA_STRLIBNAME, luaopen_string},
        {LUA_TABLIBNAME, luaopen_table}, {LUA_MATHLIBNAME, luaopen_math},
        {LUA_UTF8LIBNAME, luaopen_utf8}, {LUA_COLIBNAME, luaopen_coroutine},
    };
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
        lua_pop(L, 1);
    }
    return 0;
}

static int open_bindings(lua_State *L)
{
    lua_newtable(L);
    lua_setfield(L, LUA_REGISTRYINDEX, LB_MODULES);
    lua_pushcfunction(L, lb_require);
    lua_setglobal(L, "require");
    lua_pushcfunction(L, lb_require);
    lua_pushstring(L, "dialtone.fence");
    lua_call(L, 1, 0);
    lb_net_open(L);
    lb_link_open(L);
    lb_sim_open(L);
    return 0;
}

bool lb_open(struct scenario *sc, struct err *e)
{
    lua_State *L = sc->lua = lua_newstate(allocate, &sc->limits);
    ASSERT(L != NULL);
    lua_atpanic(L, on_panic);
    memcpy(lua_getextraspace(L), &sc, sizeof sc);
    lua_pushcfunction(L, open_libraries);
    if (!lb_call(sc, 0, 0, e))
        return false;
    lua_pushcfunction(L, open_bindings);
    return lb_call(sc, 0, 0, e);
}
