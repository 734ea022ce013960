-- SPDX-License-Identifier: GPL-3.0-or-later
-- list, show, help, version, bench: what there is, in words and as JSON.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local function good(words)
  local status, out, err = dt.run(words)
  local name = table.concat(words, " ")
  dt.equal(status, 0, name .. ": exit status")
  dt.equal(err, "", name .. ": stderr")
  return out
end

local function document(words)
  local doc = json.decode(good(words))
  return dt.ok(doc, "%s: no JSON", table.concat(words, " ")) and doc or {}
end

local function write(name, text)
  local f = assert(io.open(dt.tmp() .. "/" .. name, "w"))
  f:write(text)
  f:close()
end

-- list: each scenario once, with its title; one that does not load says why, and spoils nothing.
local listed = good { "list" }
dt.ok(listed:find("case%-study%-2 +Port%-security ageing"), "list: %s", listed)
local list = document { "list", "--json" }.scenarios or {}
for i = 2, #list do dt.ok(list[i - 1].name < list[i].name, "list is not sorted") end

-- DIALTONE_PATH comes first, its folders are searched below, too.
dt.sh("mkdir -p '" .. dt.tmp() .. "/more/deep'")
local mine = [[return { title = "mine", source = "s", story = "x", duration = "1min",
  network = function(net, p) net:add("switch", "sw") end }]]
write("more/deep/of-my-own.lua", mine)
write("more/case-study-2.lua", mine)
write("more/broken.lua", "return {")
local function with_path(words)
  local status, out = dt.sh(("cd '%s' && DIALTONE_PATH=more '%s' %s"):format(dt.tmp(), dt.bin, words))
  dt.equal(status, 0, "DIALTONE_PATH: " .. words)
  return out
end
local found = {}
for _, s in ipairs((json.decode(with_path "list --json") or {}).scenarios or {}) do
  dt.equal(found[s.name], nil, s.name .. " is listed twice")
  found[s.name] = s
end
dt.equal(found["of-my-own"] and found["of-my-own"].title, "mine", "a scenario below DIALTONE_PATH")
dt.equal(found["case-study-2"] and found["case-study-2"].title, "mine", "DIALTONE_PATH comes first")
dt.equal(found.broken and found.broken.ok, false, "a broken scenario")
dt.ok(found.broken and found.broken.title:find("broken.lua:1", 1, true), "a broken scenario says why")
dt.ok(with_path("run of-my-own --record none"):find("mine", 1, true), "it is found by its name")

-- show: story and every parameter with unit, value, default, range, meaning.
local shown = good { "show", "case-study-2" }
for _, word in ipairs { "Cisco document 200410", "forgets the phone's secure address", "port_security_aging_time",
                        "60s", "1440min", "a secure address is forgotten after this long", "link_delay", "7.2ms",
                        "linux|rfc6298", "on|off", "--set NAME=VALUE" } do
  dt.ok(shown:find(word, 1, true), "show lacks '%s'", word)
end
local show = document { "show", "case-study-2", "--json" }
local params = {}
for _, p in ipairs(show.params or {}) do params[p.name] = p end
dt.equal(show.scenario, "case-study-2", "show: scenario")
local aging = params.port_security_aging_time or {}
for key, want in pairs { value = 60, unit = "s", default = "1min", min = "0s", max = "1440min", set_by = "default" } do
  dt.equal(aging[key], want, "port_security_aging_time." .. key)
end
local mss = params.tcp_mss or {}
for key, want in pairs { value = 1380, unit = "B", set_by = "scenario" } do
  dt.equal(mss[key], want, "tcp_mss." .. key)
end
dt.equal((params.tcp_timestamps or {}).choices, "off|on", "tcp_timestamps.choices")
local run = document { "run", "case-study-2", "--until", "1s", "--record", "none", "--json" }
for name in pairs(run.params or {}) do dt.ok(params[name], "show does not tell of %s", name) end
for name, p in pairs(params) do
  dt.ok(p.doc ~= "", "%s has no meaning", name)
  dt.ok((run.params or {})[name], "run does not know %s", name)
end

-- help: the commands; each one's usage, asked in three ways.
local help = good { "help" }
for _, name in ipairs { "run", "list", "show", "models", "ladder", "why", "diff", "inspect", "new", "check", "bench", "version", "help" } do
  dt.ok(help:find("\n  " .. name .. " "), "help lacks %s", name)
  local usage = good { "help", name }
  dt.ok(usage:find("^usage: dialtone " .. name), "help %s: %s", name, usage)
  if name ~= "help" then dt.equal(good { name, "--help" }, usage, name .. " --help") end
end
dt.equal(good { "--help" }, help, "--help")
dt.ok(good({ "version" }):find("^dialtone %d+%.%d+%.%d+ %(%S+%)\nLua 5%.4.*GSL.*SQLite.*libxml2 2%.%d+%.%d+\n$"), "version")
dt.equal(good { "--version" }, good { "version" }, "--version")

-- models: the devices, each with its parameters; a typo is answered with a near name.
local models = document({ "models", "--json" }).models
local _, listed_there = dt.sh("grep -c ^MODEL '" .. dt.src .. "/models/models.def'")
dt.equal(#models, tonumber(listed_there), "models")
-- As a scenario's parameter a name stands for all its devices, so to give the default again must change nothing.
local default = {}
for _, m in ipairs(models) do
  for _, p in ipairs(m.params) do
    dt.equal(default[p.name] or p.default, p.default, p.name .. " of " .. m.name .. ": its default")
    default[p.name] = p.default
  end
end
for _, m in ipairs(models) do
  dt.ok(good({ "models" }):find("\n? *" .. m.name:gsub("%-", "%%-") .. " "), "models lacks %s", m.name)
  local page = good { "models", m.name }
  for _, p in ipairs(m.params) do dt.ok(page:find(p.name, 1, true), "models %s lacks %s", m.name, p.name) end
end
local status, _, err = dt.run { "models", "swich" }
dt.equal(status, 2, "exit status of an unknown model")
dt.ok(err:find("did you mean 'switch'", 1, true), "the sentence: %s", err)

-- bench: every workload at every size, plausible numbers.
local rows = {}
for _, row in ipairs(document({ "bench", "--json" }).bench or {}) do
  rows[row.name .. " " .. row.n] = row
  dt.ok(row.ns > 5 and row.ns < 20000, "%s %d: %s ns", row.name, row.n, row.ns)
  dt.near(row.per_s * row.ns / 1e9, 1, 0.01, "events a second and ns an event")
end
for _, name in ipairs { "hold", "churn" } do
  for _, n in ipairs { 1000, 100000, 1000000 } do
    local row = rows[name .. " " .. n]
    if dt.ok(row, "bench lacks %s at %d", name, n) then
      dt.ok(row.rss_kib > n * 64 // 1024 and row.rss_kib < 2000000, "%s %d: %d KiB", name, n, row.rss_kib)
    end
  end
end
dt.done()
