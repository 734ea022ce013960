-- SPDX-License-Identifier: GPL-3.0-or-later
-- What `run` prints of calls: who answered whom, what was refreshed, dropped, refused or hung up, and why.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local ENDS, DAY = dt.src .. "/tests/e2e/scenarios/calls-that-end.lua", dt.src .. "/tests/e2e/scenarios/call-through-cube.lua"

local function told(scenario, ...)
  local status, out = dt.run { "run", scenario, "--record", "none", ... }
  dt.equal(status, 0, "exit status")
  local lines, n = out:match("\n(what happened.*)$"), 0
  for line in lines:gmatch("([^\n]*)\n") do
    n = n + 1
    dt.ok(utf8.len(line) <= 80, "wider than 80 columns: %s", line)
  end
  dt.ok(n <= 24, "%d lines:\n%s", n, lines)
  return (lines:gsub("%s+", " "))
end
local function says(story, ...)
  for _, text in ipairs { ... } do dt.ok(story:find(text, 1, true), "the story lacks '%s':\n%s", text, story) end
end
local function lacks(story, ...)
  for _, text in ipairs { ... } do dt.ok(not story:find(text, 1, true), "the story has '%s':\n%s", text, story) end
end

-- Two legs, one call: as those see it who speak. Each leg is refreshed at 3 s + 900 n s
-- (and some ms a round), leg b for as long as there is leg a: 96 * 900 s + 1768 s.
local day = told(DAY)
says(day, "from the start of the run", "0:03.0 pbx answers provider, through cube",
  "15:03.1 provider refreshes its session with cube by INVITE, 96 times, until 24:00:0",
  "15:03.0 cube refreshes its session with pbx by INVITE, 97 times, until 24:15:0",
  "cube drops the call with provider, 24:29:31.8 after the answer: the session expired, nobody refreshed it",
  "the run ends: 1 call answered: 1 dropped", "why cube dropped a call at 24:29:34.9", "waited in vain for 1768s", "the script did it: crash provider")
lacks(day, "Nobody ever registered", "registration", "no phone", "sent,s")

-- RFC 4028 7.3.
local short = told(ENDS, "-s", "case=short")
says(short, "alice asks again, for 1800s: its interval was too small (422)", "bob answers alice ",
  "alice refreshes its session with bob by INVITE, 2 times, until 30:12.0", "alice hangs up, 2388s after the answer",
  "1 call answered: 1 hung up", "No call was dropped: 1 made (1 leg), 1 answered, 2 refreshes.")

-- Many calls of the same two are few lines; those of many, too.
local twenty = told(ENDS, "-s", "case=short", "-s", "calls=20")
says(twenty, "asks again, for 1800s: its interval was too small (422), 20 times, until", "bob answers 20 calls of alice, until",
  "40 times, until", "alice hangs up 20 calls, until", "20 calls answered: 20 hung up")
says(told(ENDS, "-s", "case=many"), "6 calls are answered; the first: bob1 answers alice1, until 0:12.0",
  "6 refreshes of sessions; the first: alice1 refreshes its session with bob1", "6 calls are hung up; the first: alice1 hangs up",
  "the script: hang-up alice1 (calls-that-end.lua:42), until 30:00.0")

local refused = told(ENDS, "-s", "case=refused")
says(refused, "bob refuses the call of alice", "the run ends: 1 call made, none answered")
lacks(refused, "hangs up", "answers alice")

-- RFC 4028 10: 900 s, and 32 s of timer B. Two sentences are enough: which message, and what was the matter.
local dead = told(ENDS, "-s", "case=dead")
says(dead, "15:44.0 alice drops the call with bob, 932s after the answer: its refresh was not answered",
  "the script: crash bob", "why alice dropped a call at 15:44.0", "the script did it: crash bob")
lacks(dead, " 3. ")

-- What is flooded comes to a host that is off as well: nothing was lost for that.
local flooded = told(ENDS, "-s", "case=flooded", "--until", "20min")
says(flooded, "No call was dropped: 2 made", "Not one frame was lost.")

-- When there is no room for all of it, the first dropped call is told of, and the end is told in whole.
local long = told "session-refresh"
says(long, "lines more; a call is dropped at 15:44.0", "asks again, for 1800s", "calls are answered; the first: ")
dt.ok(long:find("phones are registered; %d+ calls answered: %d+ dropped, %d+ hung up, %d+ still up"), "its end:\n%s", long)

says(told(ENDS, "-s", "case=none"), "no phone ever registered", "Nobody ever registered.")
dt.done()
