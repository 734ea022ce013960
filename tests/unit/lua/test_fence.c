/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scenario may not do, and what it gets instead: each line of the tables is a scenario of
 * its own. Expected sentences are written by hand from the manual of Lua and the rules of the
 * fence. */
#include "tests/unit/lua/lua_bench.h"

struct refusal {
    const char *code, *says;
};

static void check_refusals(const struct refusal *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct bench b = load_text(r[i].code);
        if (b.sc)
            fail_msg("accepted: %s", r[i].code);
        assert_int_equal(b.e.kind, ERR_USER);
        if (!strstr(after_path(&b), r[i].says))
            fail_msg("%s\n  says: %s\n  not:  %s", r[i].code, b.e.msg, r[i].says);
        assert_null(strchr(b.e.msg, '\n'));
    }
}

static void forbidden_things_name_their_line(void **state)
{
    (void)state;
    static const struct refusal r[] = {
        {"\nlocal f = io.open('/etc/passwd')", ":2: 'io' is fenced off"},
        {"return os.time()", ":1: 'os' is fenced off"},
        {"debug.getregistry()", "'debug' is fenced off"},
        {"dofile('x')", "'dofile' is fenced off"},
        {"collectgarbage('count')", "'collectgarbage' is fenced off"},
        {"for k in next, {} do end", "'next' is fenced off: use pairs"},
        {"print('x')", "sim:note"},
        {"local x = math.random()", ":1: math.random is fenced off"},
        {"local x = stirng.rep('x', 2)", ":1: undeclared global 'stirng'; did you mean 'string'?"},
        {"\n\nfoo = 1", ":3: assignment to undeclared global 'foo'"},
        {"local f = require 'socket'", ":1: no module 'socket'"},
        {"require 'dialtone.../x'", "no module"},
        {"require 'dialtone.nothing'", ":1: cannot read"},
        {"string.format('%p', {})", ":1: '%p' would print an address"},
        {"string.format('%-20p', {})", "'%p' would print an address"},
        {"setmetatable({}, {__gc = function() end})", ":1: the metamethod '__gc' is fenced off"},
        {"setmetatable({}, {__mode = 'k'})", "'__mode' is fenced off"},
        {"setmetatable(_G, {})", "cannot change a protected metatable"},
        {"pairs({[{}] = 1})", ":1: pairs cannot order a key that is a table"},
        {"assert(load(string.char(27) .. 'Lua'))", "attempt to load a binary chunk"},
        {"assert(string.dump == nil, 'dump')\nerror('told you')", ":2: told you"},
        {"error({})", ": an error that is not text but a table"},
        {"error('two\\nlines')", ":1: two lines"},
        {"local x = = 1", ":1: unexpected symbol near '='"},
        {"local t = nil\nreturn t.x", ":2: attempt to index a nil value (local 't')"},
    };
    check_refusals(r, sizeof r / sizeof r[0]);
}

static void limits_end_what_never_ends(void **state)
{
    (void)state;
    static const struct refusal r[] = {
        {"\nwhile true do end", ":2: more than 200 million instructions: an endless loop?"},
        {"local function f() return 1 + f() end f()", "stack overflow: an endless recursion?"},
        {"while true do pcall(function() while true do end end) end", "200 million instructions"},
        {"local f = coroutine.wrap(function()\n while true do end end) f()",
         ":2: more than 200 million"},
        {"while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
         "200 million instructions"},
        {"local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end",
         ":1: more than 256 MiB of memory"},
        {"local s = 'x'\nwhile true do s = s .. s end", ":2: more than 256 MiB of memory"},
        {"return ('x'):rep(1e9)", ":1: more than 256 MiB of memory"},
        {"local s = ('x'):rep(1e6) while true do local t = s .. 'y' end",
         "200 million instructions"},
        {"('a'):rep(30):find(('a-'):rep(30) .. 'b')", ":1: pattern 'a-a-"},
        {"local s = ('a'):rep(30000) while true do s:find('.-b') end", ":1: more than 200 million"},
        {"table.insert(setmetatable({}, {__index = {}}), 1, 2)",
         ":1: table.insert needs a table without"},
    };
    check_refusals(r, sizeof r / sizeof r[0]);
}

/* Code that runs to its end and then fails on purpose, having asserted all it wants. */
static void what_replaces_them_works(void **state)
{
    (void)state;
    static const struct refusal r[] = {
        {"local s = '' for k, v in pairs {b = 2, a = 1, [3] = 'z', [1] = 'x', [2.5] = 'y', [true] "
         "= 't'} do\n"
         " s = s .. tostring(k) .. tostring(v) .. ' ' end error(s)",
         ":2: 1x 2.5y 3z a1 b2 truet"},
        {"local s = '' local t = {a = 1, b = 2, c = 3} for k in pairs(t) do t.b = nil s = s .. k "
         "end error(s)",
         ":1: ac"},
        {"error(tostring({}) .. tostring(print_ ~= 1 and pairs))", "undeclared global 'print_'"},
        {"error(tostring({}) .. ' ' .. tostring(pairs) .. ' ' .. tostring(nil) .. ' ' .. "
         "tostring(1.5))",
         ":1: table function nil 1.5"},
        {"error(('%s %s %d %5.2f %q %%p'):format({}, pairs, 3, 1.25, 'a'))",
         ":1: table function 3  1.25 \"a\" %p"},
        {"error(tostring(setmetatable({}, {__tostring = function() return 'mine' end})))",
         ":1: mine"},
        {"error(('2015-07-15 22:54'):gsub('^(%d+)-(%d+)-(%d+) (%d+):(%d+)$', '%5:%4'))",
         ":1: 54:22"},
        {"error((' a b%[x]'):match('%%(%b[])$') .. (('k = v'):match('^(%w+)%s*=%s*(%w+)$')))",
         ":1: [x]k"},
        {"error(('THE (quick) fox'):find('%((%a+)%)') .. ('aXb'):gsub('%f[%u]%u?', '-'))",
         ":1: 5a-b"},
        {"error(('abab'):match('^(ab)%1$') .. ('x.y'):find('.', 1, true))", ":1: ab2"},
        {"local t = {3, 1, 2} table.sort(t) error(table.concat(t, ',') .. #t)", ":1: 1,2,33"},
        {"error('is ' .. load('return 1 + 1')())", ":1: is 2"},
        {"local ok, why = pcall(error, 'inner') error(why .. '!')", ":1: inner!"},
        {"error(select('#', table.unpack({1, 2, 3})) .. math.type(3 // 1))", ":1: 3integer"},
    };
    check_refusals(r, sizeof r / sizeof r[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forbidden_things_name_their_line),
        cmocka_unit_test(limits_end_what_never_ends),
        cmocka_unit_test(what_replaces_them_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
