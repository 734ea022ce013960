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

-- The source tree is not looked at: the same commands where nothing is in its place (needs user namespaces).
local hidden = ("unshare -rm sh -c 'mount -t tmpfs none \"$0\" && exec \"$@\"' '%s' "):format(dt.src)
if (dt.sh(hidden .. "true")) == 0 then
  for _, command in ipairs { "list", "run case-study-2", "why case-study-2", "ladder case-study-2", "show keepalive-trace",
    "run keepalive-trace -q", "inspect case-study-2 phone" } do
    local c, out, e = at(hidden .. "dialtone " .. command)
    dt.ok(c == 0 and (out ~= "" or command:find(" -q", 1, true)), "without the source tree: dialtone %s: %s", command, e)
  end
  dt.equal((at(hidden .. "test -e '" .. dt.src .. "/README.md'")), 1, "(it is hidden)")
else
  print("# no user namespaces here: the source tree stays visible")
end

-- Manual pages: dialtone(1) has every command and option of `help` and no other; dialtone-scenario(5) every key that
-- a scenario may have, every method that a script and a check can call, and no other. Its example plays.
local lint = (dt.sh("command -v mandoc >/dev/null")) == 0
local function page(name)
  local file = prefix .. "/share/man/" .. name
  local c, text, warnings = dt.sh(("MANWIDTH=120 man -P cat --warnings -l '%s'"):format(file))
  dt.ok(c == 0 and warnings == "", "%s: %s", name, warnings)
  if lint then
    local _, said = dt.sh(("mandoc -T lint -W warning '%s'"):format(file))
    dt.equal(said, "", name .. " is well-formed")
  end
  return text
end
local function read(path)
  local f = assert(io.open(dt.src .. "/" .. path))
  local text = f:read("a")
  f:close()
  return text
end
local function both(got, want, what)
  for word in pairs(want) do
    dt.ok(got[word], "%s lacks '%s'", what, word)
  end
  for word in pairs(got) do dt.ok(want[word], "%s has '%s', which there is not", what, word) end
end
local function words(text, pattern, into)
  into = into or {}
  for word in text:gmatch(pattern) do into[word] = true end
  return into
end

local manual = page("man1/dialtone.1")
local described = "\n" .. manual:match("\nCOMMANDS\n(.-)\nENVIRONMENT\n")
local _, help = at("dialtone help")
local commands, options = words(help, "\n  (%l+) "), {}
for command in pairs(commands) do
  local _, text = at("dialtone help " .. command)
  words(text, "(%-%-[%l-]+)", options)
  local own = described:match("\n   " .. command .. "\n(.-)\n   %l") or described:match("\n   " .. command .. "\n(.*)")
  both(words(own or "", "(%-%-?[%l-]+)"), words(text, "(%-%-?[%l-]+)"), "dialtone(1), " .. command)
end
dt.ok(options["--set"] and commands.run, "there are commands and options")
both(words(described, "\n   (%l+)\n"), commands, "dialtone(1)")
both(words(described, "(%-%-[%l-]+)"), options, "dialtone(1)")

local scenario, docs = page("man5/dialtone-scenario.5"), read("docs/scenarios.md")
local body = scenario:gsub("\nEXAMPLES\n.*", "")
local methods = words(read("lua/bind/lb_net.c") .. read("lua/bind/lb_sim.c"), '{"(%l[%l_]*)", [%l_]+}')
words(read("lua/bind/lb_link.c"), '{"(%l[%l_]*)", [%l_]+}', methods)
words(read("models/net/link_fault.c"), '%[LINK_FAULT_%u+%] = {"(%l+)"', methods)
words(read("lua/dialtone/run.lua"), "\nfunction methods:([%l_]+)", methods)
both(words(body, "%l:([%l_]+)%("), methods, "dialtone-scenario(5)")
local named = words(docs, "%l:([%l_]+)")
for method in pairs(methods) do dt.ok(named[method], "docs/scenarios.md lacks '%s'", method) end
local check = read("lua/dialtone/check.lua"):match("\nlocal top = {(.-)\nlocal ranged")
dt.ok(methods.add and methods.draw and methods.segments, "there are methods")
for key in pairs(words(check, "([%l_]+) = \"")) do dt.ok(body:find(key, 1, true), "dialtone-scenario(5) lacks '%s'", key) end
local f = assert(io.open(dt.tmp() .. "/empty/example.lua", "w"))
f:write((scenario:match("\n( *return {\n.-\n +}\n)\n%u")))
f:close()
local status, _, wrong = at("dialtone run ./example.lua --check")
dt.ok(status == 0, "the example of dialtone-scenario(5): %s", wrong)

-- Completion, as bash would ask for it; the cursor is behind the last word, or behind the one that ends in "|".
local function complete(...)
  local list, cursor = "", select("#", ...) - 1
  for i, word in ipairs { ... } do
    if word:find("|$") then cursor = i - 1 end
    list = list .. ' "' .. word:gsub("|$", "") .. '"'
  end
  local _, out = at(([[bash -c 'source "%s/share/bash-completion/completions/dialtone"; COMP_WORDS=(%s ); COMP_CWORD=%d; _dialtone
    printf "%%s\n" "${COMPREPLY[@]}"']]):format(prefix, list, cursor))
  return words(out, "[^\n]+")
end
local function offers(want, ...)
  local got = complete(...)
  dt.ok(got[want], "'%s' completes to '%s'", table.concat({ ... }, " "), want)
  return got
end
for command in pairs(commands) do offers(command, "dialtone", command:sub(1, -2)) end
for command in pairs(commands) do
  local _, text = at("dialtone help " .. command)
  for option in text:gmatch("\n +%-?%l?,? ?(%-%-[%l-]+)") do offers(option, "dialtone", command, "--") end
end
offers("run", "dialtone", "help", "r")
offers("phones", "dialtone", "bench", "")
for _, command in ipairs { "run", "show", "check", "inspect" } do
  offers("case-study-2", "dialtone", command, "case")
  offers("mine.lua", "dialtone", command, "mi")
end
for _, command in ipairs { "why", "ladder" } do
  offers("results/runs/case-study-2/001", "dialtone", command, "results/runs/c")
  dt.ok(not offers("case-study-2", "dialtone", command, "")["branch-office"], "%s: only what was run", command)
end
offers("switch", "dialtone", "models", "sw")
offers("access", "dialtone", "inspect", "case-study-2", "")
offers("first_unregister_s", "dialtone", "why", "case-study-2", "first")
dt.ok(not offers("timer_register_delta=", "dialtone", "run", "case-study-2", "--set", "timer_reg")["tcp_mss="], "and no other")
offers("clock_offset=", "dialtone", "run", "-q", "keepalive-trace", "-s", "clock")
offers("tcp_mss=", "dialtone", "run", "-s", "tcp_m|", "case-study-2")
offers("absolute", "dialtone", "run", "case-study-2", "-s", "port_security_aging_type", "=", "ab")
offers("inactivity", "dialtone", "run", "case-study-2", "-s", "port_security_aging_type", "=")
offers("facts", "dialtone", "run", "case-study-2", "--record", "fa")
offers("access", "dialtone", "ladder", "case-study-2", "--nodes", "ac")
dt.ok(not next(complete("dialtone", "nonsense", "x")), "nothing after a command that there is not")
dt.done()
