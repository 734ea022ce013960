-- SPDX-License-Identifier: GPL-3.0-or-later
-- tidy.lua: the rules of the house that a program can check. Run from the top of the tree:
--   lua5.4 tests/tidy.lua            fails on a broken rule, then reports the longest files and functions
-- Floors (docs/floors.md): an include points down. Libraries have one door each. Calls that would bring
-- in a clock, hidden memory or unbounded text are banned by floor.

local failures = 0
local function fail(file, line, fmt, ...)
  failures = failures + 1
  print(("%s:%d: %s"):format(file, line, fmt:format(...)))
end

local function lines_of(command)
  local p, t = assert(io.popen(command)), {}
  for line in p:lines() do t[#t + 1] = line end
  p:close()
  return t
end

local function read(file)
  local f = assert(io.open(file, "rb"))
  local text = f:read("a")
  f:close()
  return text
end

-- What each folder may include; "wire" is a floor that knows nothing of simulations.
local floors = {
  ["sim/base"] = {},
  ["sim/kernel"] = { "sim/base" },
  ["sim/observe"] = { "sim/base", "sim/kernel" },
  ["sim/study"] = { "sim/base", "sim/kernel" },
  ["sim/view"] = { "sim/base" },
  ["models/wire"] = { "sim/base" },
  ["models/net"] = { "sim/base", "sim/kernel", "models/wire" },
  ["models/proto"] = { "sim/base", "sim/kernel", "models/wire", "models/net" },
  ["models/device"] = { "sim/base", "sim/kernel", "models/wire", "models/net", "models/proto" },
  ["models"] = { "models/net" }, -- the registry
  ["lua/bind"] = { "sim/base", "sim/kernel", "models/net" },
  ["lua/cli"] = { "sim/base", "sim/kernel", "sim/observe", "sim/study", "sim/view", "models", "models/wire", "models/net",
                  "lua/bind" },
}

-- Within models/proto the modules of calls stand above each other as the RFCs have them (docs/floors.md), lowest first;
-- one module is one row of names.
local call_layers = {
  { { "session_timer", "session_read" }, { "offer_answer" }, { "media_tally" }, { "sip_check" }, { "sip_hop" }, { "sip_edit" },
    { "ios_pattern" }, { "midcall" }, { "call_show" }, { "proxy_calls" } },
  { { "sip_transport", "sip_receive" }, { "media_flow", "media_flow_state", "media_stream", "media_packets", "media_silence" }, { "session_proxy" },
    { "sip_profile" } },
  { { "sip_txn", "sip_txn_state", "sip_txn_client", "sip_txn_server" }, { "sip_draft" }, { "dial_peer" } },
  { { "sip_call", "sip_call_state", "sip_call_ask", "sip_call_answer", "sip_call_write", "sip_ua" },
    { "proxy", "proxy_state", "proxy_route", "proxy_answer" }, { "dial_peer_show" } },
  { { "sip_call_show" } },
  { { "talker" }, { "call_bridge" } },
  { { "call_control" }, { "phone_calls" }, { "bridge_show" } },
}

local call_place = {} -- of each name its layer and its module
for layer, modules in ipairs(call_layers) do
  for _, module in ipairs(modules) do
    for _, name in ipairs(module) do call_place[name] = { layer = layer, module = module } end
  end
end

-- A library's headers, and the only files that may include them.
local doors = {
  ["gsl/"] = { "sim/kernel/rng.c", "sim/kernel/dist.c", "sim/study/", "lua/cli/cmd_version.c", "tests/" },
  ["sqlite3.h"] = { "sim/observe/rundb.c", "sim/study/study_", "sim/view/run_reader.c", "sim/view/sweep_reader.c",
    "lua/cli/cmd_version.c", "tests/" },
  ["libxml/"] = { "models/wire/cnf_xml.c" },
  ["lua.h"] = { "lua/" },
  ["lauxlib.h"] = { "lua/" },
  ["lualib.h"] = { "lua/" },
}

-- Banned calls: what to use instead, and the files where the thing itself lives.
local banned = {
  { "malloc", "an arena or a pool", { "lua/" } },
  { "calloc", "an arena or a pool", { "sim/base/arena.c", "sim/kernel/", "lua/" } },
  { "realloc", "an arena or a pool", { "sim/kernel/queue.c", "sim/kernel/flow.c", "lua/" } },
  { "free", "an arena or a pool", { "sim/base/arena.c", "sim/kernel/", "sim/view/", "lua/" } },
  { "printf", "a record on the bus, or txtbuf", { "lua/cli/" } },
  { "sprintf", "txtbuf" },
  { "strcpy", "txtbuf or str" },
  { "strcat", "txtbuf" },
  { "rand", "a named stream (rng.h)" },
  { "random", "a named stream (rng.h)" },
  { "time", "sim_now()", { "lua/cli/run_files.c" } },
  { "gettimeofday", "sim_now()" },
  { "clock_gettime", "sim_now()", { "lua/cli/" } },
  { "alloca", "a fixed buffer" },
  { "setlocale", "nothing: no locale reaches a result" },
}

-- Where a floating-point number may appear: laws, random streams as GSL sees them, statistics and their pictures, and
-- Lua's own numbers.
local real_files = { "sim/kernel/dist.c", "sim/kernel/rng.c", "sim/kernel/dist.h", "sim/study/", "lua/bind/",
  "sim/view/sweep_reader", "sim/view/plot", "lua/cli/plot_", "lua/cli/sweep", "lua/cli/chain" }

local function listed(file, list)
  for _, prefix in ipairs(list or {}) do
    if file:sub(1, #prefix) == prefix then return true end
  end
  return false
end

-- Code with comments and strings blanked, so that words in them do not count.
local function bare(text)
  text = text:gsub("/%*.-%*/", function(c) return (c:gsub("[^\n]", " ")) end)
  return (text:gsub('"[^"\n]*"', function(s) return '"' .. (" "):rep(#s - 2) .. '"' end))
end

local function folder(file) return file:match("^(.*)/[^/]*$") or "" end

local function check_layers(file, own, n)
  local here, there = file:match("^models/proto/([%w_]+)%.[ch]$"), own:match("^models/proto/([%w_]+)%.h$")
  local a, b = call_place[here], call_place[there]
  if a and b and a.module ~= b.module and b.layer >= a.layer then
    fail(file, n, "%s stands beside or above %s (docs/floors.md)", there, here)
  end
end

local function check_includes(file, line, n)
  local own = line:match('^#include "([^"]+)"')
  local library = line:match("^#include <([^>]+)>")
  if own then
    check_layers(file, own, n)
    local here, there = folder(file), folder(own)
    local allowed = floors[here]
    if there ~= here and allowed and not own:find("%.def$") then
      local ok = false
      for _, f in ipairs(allowed) do ok = ok or f == there end
      if not ok then fail(file, n, "floor %s may not include %s", here, own) end
    end
    if not io.open(own) then fail(file, n, "include %s is not from the top of the tree", own) end
  elseif library then
    if library == "assert.h" then fail(file, n, "assert.h: use ASSERT (sim/base/fault.h)") end
    for prefix, files in pairs(doors) do
      if library:sub(1, #prefix) == prefix and not listed(file, files) then
        fail(file, n, "<%s> has its door elsewhere (%s)", library, table.concat(files, ", "))
      end
    end
  end
end

local function check_words(file, line, n)
  for _, b in ipairs(banned) do
    local name, instead, where = b[1], b[2], b[3]
    if line:find("%f[%w_]" .. name .. "%s*%(") and not listed(file, where) then
      fail(file, n, "%s() is banned here: use %s", name, instead)
    end
  end
  if (line:find("%f[%w_]double%f[^%w_]") or line:find("%f[%w_]float%f[^%w_]")) and not listed(file, real_files) then
    fail(file, n, "floating point does not belong here: time and rates are integers")
  end
end

local functions, files = {}, {}

local function measure(file, text)
  local n, start, name = 0, nil, nil
  local last = ""
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    n = n + 1
    if line == "{" then start, name = n, last:match("([%w_]+)%(") or last end
    if line == "}" and start then
      functions[#functions + 1] = { size = n - start + 1, where = file .. ":" .. name }
      start = nil
    end
    if line:find("%(") then last = line end
  end
  files[#files + 1] = { size = n, where = file }
end

local function check_c(file)
  local text = read(file)
  if not text:find("^/%* SPDX%-License%-Identifier: GPL%-3%.0%-or%-later %*/") then fail(file, 1, "SPDX line missing") end
  local code, n = bare(text), 0
  for line in (code .. "\n"):gmatch("([^\n]*)\n") do
    n = n + 1
    if file:match("^sim/") or file:match("^models/") or file:match("^lua/") then check_words(file, line, n) end
  end
  n = 0
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    n = n + 1
    check_includes(file, line, n)
    if line:find("\t") then fail(file, n, "a tab") end
    if line:find("%s$") then fail(file, n, "blanks at the end of the line") end
  end
  measure(file, text)
end

-- A registration line wants its file, and a file its line.
local function check_list(def, word, pattern, dir, exempt)
  local names, n = {}, 0
  for line in io.lines(def) do
    n = n + 1
    local name = line:match("^" .. word .. "%(([%w_]+)%)")
    if name then
      names[name] = true
      if not io.open(pattern:format(name)) then fail(def, n, "%s has no %s", name, pattern:format(name)) end
    end
  end
  for _, file in ipairs(lines_of("find " .. dir .. " -name '*.c' | sort")) do
    local name = file:match("([%w_]+)%.c$")
    if not names[name] and not exempt[name] then fail(file, 1, "no %s(%s) in %s", word, name, def) end
  end
end

for _, file in ipairs(lines_of("find sim models lua tests -name '*.[ch]' | sort")) do check_c(file) end
check_list("models/models.def", "MODEL", "models/device/%s.c", "models/device", {})
check_list("models/wire/wire.def", "WIRE", "models/wire/%s.c", "models/wire",
           { addr = true, cksum = true, sip_value = true, sip_header = true, sip_uri = true, sdp_text = true, wire = true, wire_frame = true,
             cnf_row = true, cnf_take = true, cnf_write = true, cnf_xml = true, header = true, skinny_table = true, skinny_text = true, trust_list = true, phone_files = true, sgn = true, xml_text = true })
for name in pairs(call_place) do
  local path = "models/proto/" .. name
  if not io.open(path .. ".c") and not io.open(path .. ".h") then fail("tests/tidy.lua", 1, "there is no %s", path) end
end
for _, file in ipairs(lines_of("find README.md docs -name '*.md' | sort")) do
  for target in read(file):gmatch("%]%(([^)#]+)%)") do
    local path = folder(file) ~= "" and folder(file) .. "/" .. target or target
    if not target:find("^%a+:") and os.execute("test -e '" .. path .. "'") ~= true then
      fail(file, 1, "link to %s leads nowhere", target)
    end
  end
  for path, name in read(file):gmatch("`([%w/_]+%.[ch]):([%w_]+)`") do -- a hop: file:function
    local f = io.open(path)
    if not f or not f:read("a"):find("[^%w_]" .. name .. "%(") then
      fail(file, 1, "%s has no function %s", path, name)
    end
    if f then f:close() end
  end
end

-- --full: a header compiles alone, with both compilers.
local function check_headers()
  for _, file in ipairs(lines_of("find sim models lua tests -name '*.h' | sort")) do
    for _, cc in ipairs { "gcc", "clang" } do
      local command = cc .. " -std=c17 -D_GNU_SOURCE -DDT_SOURCE_DIR='\"\"' -I. $(pkg-config --cflags lua5.4) " ..
        "-Wall -Wextra -Werror -x c -fsyntax-only -include " .. file .. " /dev/null 2>&1"
      local said = lines_of(command)
      if #said > 0 then fail(file, 1, "does not compile alone with %s: %s", cc, said[1]) end
    end
  end
end
if arg[1] == "--full" then check_headers() end

local function longest(list, what, n)
  table.sort(list, function(a, b) return a.size > b.size or (a.size == b.size and a.where < b.where) end)
  print(("longest %s:"):format(what))
  for i = 1, math.min(n, #list) do print(("  %4d  %s"):format(list[i].size, list[i].where)) end
end

if arg[1] ~= "-q" then
  longest(files, "files", 5)
  longest(functions, "functions", 5)
end
print(failures == 0 and "tidy" or failures .. " rules broken")
os.exit(failures == 0 and 0 or 1)
