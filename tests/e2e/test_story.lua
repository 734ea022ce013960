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
  "dropped at switch access Fa0/7", "port%-security%-learning", "port_security_aging_time = 60s",
  "Karn", "210 ms to 26%.88 s", "42 match, 3 documented%-slip, 0 deviate",
  "files  results/runs/case%-study%-2/001", "next   dialtone run case%-study%-2 %-%-set port_security_aging_time=2min" } do
  dt.ok(story:find(word), "the story lacks '%s':\n%s", word, story)
end

-- The command it proposes does cure the outage, and the story says so from the records.
local cured = tail({ "run", "case-study-2", "--set", "port_security_aging_time=2min" }, 12)
dt.ok(cured:find("Nobody was unregistered"), "the cured run:\n%s", cured)
dt.ok(not cured:find("Karn"), "nothing is left of the old reason:\n%s", cured)
dt.done()
