-- SPDX-License-Identifier: GPL-3.0-or-later
-- An installed copy: it works from any folder, from wherever its prefix was moved, with its own scenarios and
-- Lua library; its manual pages say what the program says; and bash completes what can be typed.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local build = dt.bin:match("^(.*)/[^/]*$")
local first, prefix = dt.tmp() .. "/first", dt.tmp() .. "/moved here"
local status, _, said = dt.sh(("cmake --install '%s' --prefix '%s'"):format(build, first))
dt.equal(status, 0, "cmake --install: " .. said)
dt.sh(("mv '%s' '%s'"):format(first, prefix))
dt.sh(("mkdir '%s/empty'"):format(dt.tmp()))

local function at(command, more)
  return dt.sh(("cd '%s/empty' && PATH='%s/bin':$PATH && export PATH && %s%s"):format(dt.tmp(), prefix, more or "", command))
end
local function lines(text)
  local out = {}
  for line in text:gmatch("[^\n]+") do out[line] = true end
  return out
end

-- The commands of a first hour.
for _, command in ipairs { "run case-study-2", "why case-study-2", "ladder case-study-2", "list", "show keepalive-trace",
  "models switch", "inspect case-study-2 access --at 130s", "check case-study-2", "new mine", "run ./mine.lua -q",
  "version", "help run" } do
  local code, _, err = at("dialtone " .. command)
  dt.equal(code, 0, "dialtone " .. command .. " (" .. err .. ")")
end

-- It is the installed copy that speaks: what is changed there shows, whatever the source tree holds.
local function edit(file, from, to)
  dt.equal(dt.sh(("sed -i 's/%s/%s/' '%s/share/dialtone/%s'"):format(from, to, prefix, file)), 0, "edit " .. file)
end
edit("scenarios/case-study-2.lua", "^  title = .*", '  title = "Changed where it is installed",')
local _, listed = at("dialtone list")
dt.ok(listed:find("Changed where it is installed", 1, true), "the installed scenarios are listed")
edit("lua/dialtone/judge.lua", "^local host = .*", 'error("the installed library")')
local code, _, err = at("dialtone run case-study-2 -q")
dt.ok(code == 2 and err:find("the installed library", 1, true), "the installed library is used: %d %s", code, err)
edit("lua/dialtone/judge.lua", '^error("the installed library")', "local host = ...")

-- Manual pages: every command and option of `help`, and every word of docs/scenarios.md's code.
local function page(name)
  local c, text, warnings = dt.sh(("MANWIDTH=120 man -P cat --warnings -l '%s/share/man/%s'"):format(prefix, name))
  dt.ok(c == 0 and warnings == "", "%s: %s", name, warnings)
  return text
end
local manual, _ = page("man1/dialtone.1"), nil
local _, help = at("dialtone help")
local commands = 0
for command in help:gmatch("\n  (%l+) ") do
  commands = commands + 1
  dt.ok(manual:find("\n   " .. command .. "\n", 1, true), "dialtone(1) has '%s'", command)
  local _, text = at("dialtone help " .. command)
  for option in text:gmatch("(%-%-[%l-]+)") do
    dt.ok(manual:find(option, 1, true), "dialtone(1) has '%s' of '%s'", option, command)
  end
end
dt.ok(commands > 10, "%d commands in help", commands)
local scenario = page("man5/dialtone-scenario.5")
local f = assert(io.open(dt.src .. "/docs/scenarios.md"))
local docs = f:read("a")
f:close()
for word in docs:gmatch("`?[%l]+:([%l_]+)%(") do
  dt.ok(scenario:find(":" .. word, 1, true), "dialtone-scenario(5) has '%s'", word)
end
for _, key in ipairs { "title", "source", "story", "duration", "wall_clock", "parameters", "network", "script",
  "documented", "at_most", "at_least", "rows", "measure", "clock_drift_ppm" } do
  dt.ok(docs:find(key, 1, true) and scenario:find(key, 1, true), "both pages have '%s'", key)
end

-- Completion, as bash would ask for it.
local function complete(...)
  local words = { ... }
  local list = "COMP_WORDS=("
  for _, w in ipairs(words) do list = list .. " '" .. w .. "'" end
  local _, out = at("bash -c '" .. (("source \"%s/share/bash-completion/completions/dialtone\"; %s ); COMP_CWORD=%d; _dialtone; " ..
    "printf \"%%s\\n\" \"${COMPREPLY[@]}\""):format(prefix, list:gsub("'", '"'), #words - 1)) .. "'")
  return lines(out)
end
dt.ok(complete("dialtone", "in")["inspect"], "completes a command")
dt.ok(complete("dialtone", "run", "case")["case-study-2"], "completes a scenario")
dt.ok(complete("dialtone", "models", "sw")["switch"], "completes a model")
dt.ok(complete("dialtone", "run", "case-study-2", "--se")["--set"], "completes an option")
dt.ok(complete("dialtone", "run", "case-study-2", "--set", "timer_reg")["timer_register_delta="], "completes a parameter")
dt.ok(not complete("dialtone", "run", "case-study-2", "--set", "timer_reg")["tcp_mss="], "and no other one")
dt.ok(complete("dialtone", "run", "x", "--record", "fa")["facts"], "completes a value")
dt.done()
