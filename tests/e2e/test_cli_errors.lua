-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a user can get wrong: one clear sentence on stderr that names the place, the value, the limit and a
-- near name; exit status 2; nothing on stdout, nothing written.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function entries()
  local _, out = dt.sh("ls -A '" .. dt.tmp() .. "' | grep -v '^stderr$'")
  return out
end

local function write(name, text)
  local f = assert(io.open(dt.tmp() .. "/" .. name, "w"))
  f:write(text)
  f:close()
end

-- Every word of `expected` (plain text) must be in the sentence.
local function refused(words, expected)
  local before = entries()
  local status, out, err = dt.run(words)
  local name = table.concat(words, " ")
  dt.equal(status, 2, name .. ": exit status")
  dt.equal(out, "", name .. ": stdout")
  dt.equal(entries(), before, name .. ": files")
  dt.ok(err:match("^dialtone: [^\n]+\n$"), "%s: not one sentence: %s", name, err)
  for _, word in ipairs(expected) do
    dt.ok(err:find(word, 1, true), "%s: '%s' is not in: %s", name, word, err)
  end
end

local function set(value) return { "run", "case-study-2", "--set", value } end

-- The command line.
refused({}, { "no command", "help" })
refused({ "runn", "case-study-2" }, { "'runn'", "'run'" })
refused({ "run" }, { "SCENARIO is missing", "usage" })
refused({ "run", "case-study-2", "case-study-1" }, { "'case-study-1'", "one word too many" })
refused({ "run", "case-study-2", "--sett", "a=1" }, { "'--sett'", "'--set'" })
refused({ "run", "case-study-2", "--set" }, { "--set needs a value" })
refused({ "run", "case-study-2", "--json=yes" }, { "--json takes no value" })
refused({ "run", "case-study-2", "--record", "ful" }, { "'ful'", "full, facts, none", "'full'" })
refused({ "run", "case-study-2", "--seed", "one" }, { "--seed", "'one'", "whole number" })
refused({ "run", "case-study-2", "--seed", "99999999999999999999" }, { "--seed", "9223372036854775807" })
refused({ "list", "--force" }, { "'--force'" })
refused({ "help", "shw" }, { "'shw'", "'show'" })

-- Scenarios.
refused({ "run", "case-study-3" }, { "'case-study-3'", "'case-study-2'", "list" })
refused({ "show", "nowhere/x.lua" }, { "'nowhere/x.lua'" })

-- Parameters: of a model, of the scenario itself, of the run.
refused(set "port_security_aging_tme=1min", { "port_security_aging_tme", "'port_security_aging_time'" })
refused(set "port_security_aging_time=60", { "--set port_security_aging_time=60", "lacks its unit", "min" })
refused(set "port_security_aging_time=60mn", { "'mn'", "unknown unit" })
refused(set "port_security_aging_time=2d", { "'2d'", "1440min" })
refused(set "tcp_rto_profile=linx", { "'linx'", "linux|rfc6298", "'linux'" })
refused(set "tcp_timestamps=maybe", { "'maybe'", "on|off" })
refused(set "link_loss=120%", { "--set link_loss=120%", "'120%'", "100%" })
refused(set "link_delay=-1ms", { "'-1ms'", "negative" })
refused(set "cseq_first=0", { "'0'", "1" })
refused(set "link_delay", { "'link_delay'", "NAME=VALUE" })
refused(set "wall_clock=yesterday", { "wall_clock", "'yesterday'" })
refused({ "run", "case-study-2", "--until", "40" }, { "--until 40", "lacks its unit" })
refused({ "run", "case-study-2", "--until", "0s" }, { "--until 0s", "1ms" })

-- Scenario files: what is wrong with them stands behind file and line.
local head = 'return { title = "t", source = "s", story = "x", duration = "1min",\n'
local net = 'network = function(net, p) net:add("switch", "sw") end,\n'
write("syntax.lua", head .. "network = = 1 }\n")
refused({ "run", "syntax.lua" }, { "syntax.lua:2:" })
write("unknown_key.lua", head .. net .. "documentd = {} }\n")
refused({ "run", "unknown_key.lua" }, { "unknown_key.lua", "documentd", "documented" })
write("global.lua", "duration_ = 1\n" .. head .. net .. "}\n")
refused({ "run", "global.lua" }, { "global.lua:1:", "duration_" })
write("load.lua", "local x = nil + 1\nreturn {}\n")
refused({ "run", "load.lua" }, { "load.lua:1:", "nil" })
write("build.lua", head .. "network = function(net, p)\n  net:add('swich', 'sw')\nend }\n")
refused({ "run", "build.lua" }, { "build.lua:3:", "swich", "switch" })
write("endless.lua", "while true do end\n")
refused({ "run", "endless.lua" }, { "endless.lua:1:", "endless loop" })
write("memory.lua", "local t = {}\nfor i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end\nreturn {}\n")
refused({ "run", "memory.lua" }, { "memory.lua:2:" })

-- Errors inside the script come while the run is on: it leaves nothing either.
write("script.lua", head .. net .. "script = function(sim)\n  sim:wait('10s')\n  sim:nothing()\nend }\n")
refused({ "run", "script.lua" }, { "script.lua:5:" })
refused({ "run", "script.lua", "-o", "deep/down" }, { "script.lua:5:" })
write("endless_script.lua", head .. net .. "script = function(sim)\n  sim:wait('10s')\n  while true do end\nend }\n")
refused({ "run", "endless_script.lua" }, { "endless_script.lua:5:", "endless loop" })

-- Folders.
write("file", "")
refused({ "run", "case-study-2", "-o", "file" }, { "--out file", "no folder" })
refused({ "run", "case-study-2", "-o", "file/run" }, { "'file'", "no folder" })
refused({ "run", "case-study-2", "-o", "" }, { "empty" })
refused({ "run", "case-study-2", "-o", "." }, { "not empty", "--force" })
dt.done()
