/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lb_host.c: what the Lua library asks of C: its modules, data files beside the scenario, near
 * names, quantities with units. Each module gets these functions as one table; a scenario never
 * sees it. */
#include "lua/bind/lb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define NEAR_NAMES_MAX 512

int lb_raise(lua_State *L, const struct err *e)
{
    return luaL_error(L, "%s", e->msg);
}

int lb_raise_bare(lua_State *L, const struct err *e)
{
    lua_pushstring(L, e->msg);
    return lua_error(L);
}

int lb_raise_at_key(lua_State *L, const char *key, const struct err *e)
{
    lua_pushfstring(L, "%s%s", lb_where(lb_scenario(L), key), e->msg);
    return lua_error(L);
}

const char *lb_text(lua_State *L, int index)
{
    int type = lua_type(L, index);
    bool text = type == LUA_TSTRING || (type == LUA_TNUMBER && lua_isinteger(L, index));
    if (!text && type != LUA_TBOOLEAN)
        return NULL;
    struct arena *a = lb_scenario(L)->arena;
    if (type == LUA_TBOOLEAN)
        return lua_toboolean(L, index) ? "on" : "off";
    lua_pushvalue(L, index); /* the copy may become a string */
    size_t n;
    const char *p = lua_tolstring(L, -1, &n);
    const char *copy = arena_strdup(a, (struct str){p, n});
    lua_pop(L, 1);
    return copy;
}

/* --- files ----------------------------------------------------------------------------------- */

bool lb_read_file(struct scenario *sc, const char *path, struct str *out, struct err *e)
{
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) /* a pipe would be waited for */
        return err_set(e, "cannot read '%s': it is no plain file of at most %u MiB", path, LB_FILE_MAX >> 20);
    FILE *f = fopen(path, "rb");
    if (!f)
        return err_set(e, "cannot read '%s': %s", path, strerror(errno));
    long n = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    bool ok = n >= 0 && n <= (long)LB_FILE_MAX && fseek(f, 0, SEEK_SET) == 0;
    char *p = ok ? arena_alloc(sc->arena, (size_t)n + 1) : NULL;
    ok = ok && fread(p, 1, (size_t)n, f) == (size_t)n;
    fclose(f);
    if (!ok)
        return err_set(e, "cannot read '%s': it is no plain file of at most %u MiB", path,
                       LB_FILE_MAX >> 20);
    *out = (struct str){p, (size_t)n};
    return true;
}

static bool is_module_name(const char *name)
{
    for (const char *c = name; *c; c++) {
        if ((*c < 'a' || *c > 'z') && *c != '_')
            return false;
    }
    return name[0] != 0;
}

static void push_host(lua_State *L);

static void load_module(lua_State *L, const char *name)
{
    struct scenario *sc = lb_scenario(L);
    struct err e = {0};
    struct str text;
    const char *path = arena_printf(sc->arena, "%s/%s.lua", sc->lib_dir, name);
    if (!lb_read_file(sc, path, &text, &e))
        lb_raise(L, &e);
    const char *chunk = arena_printf(sc->arena, "@dialtone/%s.lua", name);
    if (luaL_loadbufferx(L, text.p, text.n, chunk, "t") != LUA_OK)
        lua_error(L);
    push_host(L);
    lua_call(L, 1, 1);
}

int lb_require(lua_State *L)
{
    const char *full = luaL_checkstring(L, 1);
    size_t prefix = strlen("dialtone.");
    if (strncmp(full, "dialtone.", prefix) != 0 || !is_module_name(full + prefix))
        return luaL_error(L, "no module '%s': only the library's own, such as \"dialtone.rows\"",
                          full);
    lua_getfield(L, LUA_REGISTRYINDEX, LB_MODULES);
    if (lua_getfield(L, 2, full) != LUA_TNIL)
        return 1;
    lua_pop(L, 1);
    load_module(L, full + prefix);
    lua_pushvalue(L, -1);
    lua_setfield(L, 2, full);
    return 1;
}

void lb_make_strict(lua_State *L, const char *what)
{
    lua_getfield(L, LUA_REGISTRYINDEX, LB_MODULES);
    lua_getfield(L, -1, "dialtone.fence"); /* strict(table, what) */
    lua_pushvalue(L, -3);
    lua_pushstring(L, what);
    lua_call(L, 2, 0);
    lua_pop(L, 1);
}

/* Reads a file below the scenario's own folder: its text, or nil and why not. */
static int host_read(lua_State *L)
{
    struct scenario *sc = lb_scenario(L);
    const char *name = luaL_checkstring(L, 1), *slash = strrchr(sc->info.path, '/');
    int dir = slash ? (int)(slash - sc->info.path) + 1 : 0;
    const char *path = arena_printf(sc->arena, "%.*s%s", dir, sc->info.path, name);
    struct err e = {0};
    struct str text = STR_NONE;
    bool below = name[0] != '/' && !strstr(name, "..");
    if (below ? !lb_read_file(sc, path, &text, &e)
              : !err_set(&e, "'%s' is not below the scenario's folder", name)) {
        lua_pushnil(L);
        lua_pushstring(L, e.msg);
        return 2;
    }
    lua_pushlstring(L, text.p, text.n);
    return 1;
}

/* --- places ---------------------------------------------------------------------------------- */

static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Does this line set `key`? Comments do not count. */
static bool sets_key(struct str line, struct str key)
{
    ptrdiff_t comment = str_find(line, STR("--"));
    size_t n = comment < 0 ? line.n : (size_t)comment;
    for (size_t i = 0; i + key.n < n; i++) {
        if (memcmp(line.p + i, key.p, key.n) != 0 || (i > 0 && word_char(line.p[i - 1])))
            continue;
        struct str rest = str_trim((struct str){line.p + i + key.n, n - i - key.n});
        if (rest.n && rest.p[0] == '=' && (rest.n == 1 || rest.p[1] != '='))
            return true;
    }
    return false;
}

const char *lb_where(struct scenario *sc, const char *key)
{
    struct str rest = sc->text, name = str_of(key);
    unsigned line = 0, found = 0, times = 0;
    while (rest.n) {
        line++;
        if (sets_key(str_cut(&rest, '\n'), name)) {
            found = line;
            times++;
        }
    }
    return times == 1 ? arena_printf(sc->arena, "%s:%u: ", sc->base, found)
                      : arena_printf(sc->arena, "%s: ", sc->base);
}

bool lb_wrap_at(struct scenario *sc, const char *key, struct err *e)
{
    const char *line = lb_where(sc, key) + strlen(sc->base); /* ":12: " or ": " */
    return err_wrap(e, "%s%.*s", sc->info.path, (int)strlen(line) - 2, line);
}

static int host_where(lua_State *L)
{
    lua_pushstring(L, lb_where(lb_scenario(L), luaL_checkstring(L, 1)));
    return 1;
}

/* --- names and numbers ----------------------------------------------------------------------- */

static int host_nearest(lua_State *L)
{
    size_t n = 0;
    const char *word = luaL_checklstring(L, 1, &n), *names[NEAR_NAMES_MAX];
    lua_Integer count = luaL_len(L, 2);
    size_t used = 0;
    luaL_checkstack(L, NEAR_NAMES_MAX, NULL); /* keeps the names alive */
    for (lua_Integer i = 1; i <= count && used < NEAR_NAMES_MAX; i++) {
        lua_geti(L, 2, i);
        names[used++] = luaL_checkstring(L, -1);
    }
    lua_pushstring(L, str_nearest((struct str){word, n}, names, used));
    return 1;
}

static int host_charge(lua_State *L)
{
    lua_Number n = luaL_checknumber(L, 1);
    lb_charge(L, n >= 0 && n < 1e18 ? (uint64_t)n : UINT64_MAX);
    return 0;
}

/* quantity("961.8s") is 961800000000, "s": an integer in base units, below zero for "-5s"; nil: no
 * quantity. */
static int host_quantity(lua_State *L)
{
    static const struct {
        enum unit_kind kind;
        const char *unit;
    } kinds[] = {{UNIT_TIME, "s"}, {UNIT_RATE, "bit/s"}, {UNIT_BYTES, "B"}, {UNIT_FRACTION, "1"}};
    struct str text = str_of(luaL_checkstring(L, 1));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct err e;
        int64_t v;
        if (!unit_parse_signed(kinds[i].kind, text, &v, &e))
            continue;
        lua_pushinteger(L, v);
        lua_pushstring(L, kinds[i].unit);
        return 2;
    }
    return 0;
}

static int host_scaled(lua_State *L)
{
    char text[48];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_scaled(&t, luaL_checkinteger(L, 1), (int)luaL_checkinteger(L, 2));
    lua_pushstring(L, text);
    return 1;
}

static int host_measure_names(lua_State *L)
{
    lua_createtable(L, MEASURE_COUNT, 0);
    for (int i = 0; i < MEASURE_COUNT; i++) {
        lua_pushstring(L, measure_defs[i].name);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static void push_host(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"read", host_read},
        {"where", host_where},
        {"nearest", host_nearest},
        {"charge", host_charge},
        {"quantity", host_quantity},
        {"scaled", host_scaled},
        {"declare", lb_declare},
        {"document", lb_document},
        {"records", lb_records},
        {"segments", lb_segments},
        {"datagrams", lb_datagrams},
        {"arps", lb_arps},
        {"captures", lb_captures},
        {"measure", lb_measure},
        {"measure_names", host_measure_names},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
}
