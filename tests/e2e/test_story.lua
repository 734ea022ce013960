-- SPDX-License-Identifier: GPL-3.0-or-later
-- The last 24 lines that `run` prints, at 80 columns and without colour: what a stranger needs to read.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function tail(words, n)
  local status, out = dt.run(words)
  dt.equal(status, 0, "exit status")
  local lines = {}
  for line in out:gmatch("([^\n]*)\n") do
    dt.ok(utf8.len(line) and utf8.len(line) <= 80, "wider than 80 columns: %s", line)
    dt.ok(not line:find("\27", 1, true), "colour where there is no terminal: %s", line)
    lines[#lines + 1] = line
  end
  return table.concat(lines, "\n", math.max(1, #lines - n + 1), #lines)
end

local story = tail({ "run", "case-study-2" }, 24)
for _, word in ipairs {
  "what happened", "registers with cucm%-pub", "16:01%.8.*EndPointUnregistered.*Reason=13",
  "registers again, with cucm%-sub", "18:01%.9.*registers again, with cucm%-pub", "why",
  "why cucm%-pub unregistered SEPF029290A3C71 at 16:01%.8", "dropped at Fa0/7", "port%-security%-learning",
  "port_security_aging_time = 60s", "Karn", "210ms to 26%.88s", "42 match, 3 documented%-slip, 0 deviate",
  "files  results/runs/case%-study%-2/001", "next   dialtone run case%-study%-2 %-%-set port_security_aging_time=2min" } do
  dt.ok(story:find(word), "the story lacks '%s':\n%s", word, story)
end

-- The command it proposes does cure the outage, and the story says so from the records.
local cured = tail({ "run", "case-study-2", "--set", "port_security_aging_time=2min" }, 12)
dt.ok(cured:find("Nobody was unregistered"), "the cured run:\n%s", cured)
dt.ok(not cured:find("Karn"), "nothing is left of the old reason:\n%s", cured)

-- It is the walk of `why`, without details: whether anything is recorded or not, the words are the same.
local function sentences(text) return (text:match("\nwhy [^\n]*\n(.-)\nbeside"):gsub("%s+", " ")) end
local unrecorded = sentences(tail({ "run", "case-study-2", "--record", "none" }, 24))
dt.equal(unrecorded, sentences(story), "the story of a run without a record")
local _, explained = dt.run { "why", "results/runs/case-study-2/001" }
explained = explained:gsub("%s+", " ")
for part in (unrecorded:gsub(" %d%. ", "; ") .. ";"):gmatch("%s*([^;:]+)[;:]") do
  dt.ok(explained:find(part:gsub(" $", ""), 1, true), "why does not say: %s", part)
end

-- Nobody raised an alarm, yet the phone moved: that is told.
local crash = tail({ "run", dt.src .. "/tests/e2e/scenarios/cucm-stopped.lua", "--set", "how=crash" }, 24)
dt.ok(crash:find("why SEP0024142DDF24 failed over at 4:12", 1, true), "the crash:\n%s", crash)
dt.ok(crash:gsub("%s+", " "):find("the script did it: crash cucm-a", 1, true), "its root:\n%s", crash)
dt.done()
