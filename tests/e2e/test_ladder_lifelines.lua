-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whose lifelines a ladder draws when the scenario says it, when nobody does and they are too many, and what is said of
-- a scenario that names nodes which are not there.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local scenario = dt.src .. "/tests/e2e/scenarios/calls-that-end.lua"

local function read(path)
  local f <close> = assert(io.open(path))
  return f:read("a")
end

local function played(name, ...)
  local folder = dt.tmp() .. "/" .. name
  local status, _, err = dt.run { "run", scenario, "-q", "-o", folder, ... }
  dt.equal(status, 0, "exit status: " .. err)
  return folder, read(folder .. "/ladder.txt")
end
local function lines(text) return text:match("^([^\n]*)"), text:match("([^\n]*)\n$") end

-- As the scenario says, in that order: in ladder.txt, by the command, and kept in run.db.
local folder, text = played("said", "-s", "case=many")
local head, foot = lines(text)
dt.ok(head:find("^ +bob2 +alice2$"), "lifelines: %s", head)
dt.ok(foot:find("^not drawn: alice1, alice3 and 8 more %(%-%-nodes NAME,NAME draws others%)$"), "below: %s", foot)
dt.ok(not text:find("call alice1", 1, true), "what is done to others:\n%s", text)
local _, shown = dt.run { "ladder", folder }
dt.equal(shown, text, "the command draws what ladder.txt has")
dt.equal(dt.query(folder, "select value from run where key='ladder'")[1][1], "bob2, alice2", "run.db")
local _, asked = dt.run { "ladder", folder, "--nodes", "alice3,bob3" }
head, foot = lines(asked)
dt.ok(head:find("^ +alice3 +bob3$") and foot == head, "--nodes: %s", asked)

-- It says nothing: those of the first call.
local _, first = played("first", "-s", "case=many", "-s", "calls=2")
head, foot = lines(first)
dt.ok(head:find("^ +alice1 +bob1$"), "lifelines of the first call: %s", head)
dt.ok(foot:find("and 8 more", 1, true), "below: %s", foot)
dt.ok(first:find("INVITE CSeq 101", 1, true), "its messages:\n%s", first)

-- As many as there are hosts, when they fit: nothing is left out, and what carol's port is flooded with is not lost.
local _, flooded = played("flooded", "-s", "case=flooded", "--until", "20min")
head = lines(flooded)
dt.ok(head:find("carol.*alice.*bob"), "lifelines: %s", head)
dt.ok(not flooded:find("not drawn", 1, true), "below:\n%s", flooded)
dt.ok(not flooded:find("lost at", 1, true), "lost:\n%s", flooded)

-- Mistakes in the field are the user's, told with their line.
local body = read(scenario)
local function refused(field, sentence)
  local path = dt.tmp() .. "/wrong.lua"
  local f <close> = assert(io.open(path, "w"))
  f:write((body:gsub("\n  ladder = [^\n]*", function() return "\n  ladder = " .. field .. "," end)))
  f:flush()
  local status, _, err = dt.run { "check", path }
  dt.equal(status, 2, "exit status of ladder = " .. field)
  dt.ok(err:find(sentence, 1, true), "ladder = %s says: %s", field, err)
end
refused('"alice, bop"', "wrong.lua:8: ladder: there is no node 'bop'; did you mean 'bob'?")
refused('"alice"', "ladder: 1 node; a ladder has 2 to 8 lifelines")
refused('"alice,bob,alice,bob,alice,bob,alice,bob,alice"', "ladder: 9 nodes; a ladder has 2 to 8 lifelines")
refused("7", "a scenario: 'ladder' must be a string or function, not a number")
refused("function() return 7 end", "ladder: a function of it must return a text, not a number")
refused("function(p) return p.cases end", "cases")
dt.done()
