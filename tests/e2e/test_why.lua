-- SPDX-License-Identifier: GPL-3.0-or-later
-- `why` from records alone: case study 2 down to its parameter, a plain cut down to the script's line, and
-- a cured run that has nothing to explain but its first frame.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function why(words)
  local status, out, err = dt.run(words)
  dt.equal(status, 0, table.concat(words, " ") .. ": " .. err)
  return (out:gsub("%s+", " "))
end

dt.run { "run", "case-study-2", "-q" }
local text = why { "why", "case-study-2" }
for _, word in ipairs {
  "1%. 16:01%.8 .*EndPointUnregistered: SEPF029290A3C71, reason 13", "cucm_register_grace = 10s",
  "what it waited for had been lost: access Fa0/7 discarded, as port%-security%-learning",
  "it was the 8th such loss there since 1:55%.0", "went from secured to forgotten %(aged%)",
  "port_security_aging_time = 60s", "doubled 7 times since 1:55%.2, from 210ms to 26%.88s, and stayed",
  "7 ACKs in between were of retransmitted data and gave no valid RTT sample %(Karn%)",
  "so SEPF029290A3C71 registered elsewhere %(registered%-at%-1" } do
  dt.ok(text:find(word), "why lacks '%s':\n%s", word, text)
end
local _, out = dt.run { "why", "case-study-2", "--json" }
local doc = require "dkjson".decode(out)
dt.ok(doc and #doc.steps <= 12 and #doc.steps >= 8, "steps in JSON")
local roots = dt.query(dt.tmp() .. "/results/runs/case-study-2/001", ("select group_concat(text) from record where id in (%s)"):format(
  table.concat(doc.roots, ",")))
dt.ok(roots[1][1]:find("port_security_aging_time", 1, true), "the ageing time is a root: %s", roots[1][1])

-- Another subject: a record of one's choice.
local drop = dt.query(dt.tmp() .. "/results/runs/case-study-2/001",
                      "select id from record where kind='DROP' order by id limit 1 offset 1")[1][1]
dt.ok(why({ "why", "case-study-2", "#" .. drop }):find("port_security_aging_time = 60s", 1, true), "why of a drop")

-- Cut, and never healed: the root is the line of the script.
dt.run { "run", dt.src .. "/tests/e2e/scenarios/link-cut.lua", "-q" }
local cut = why { "why", "link-cut" }
for _, word in ipairs { "EndPointUnregistered", "as link%-cut", "link%-cut%.lua:%d+" } do
  dt.ok(cut:find(word), "why of the cut lacks '%s':\n%s", word, cut)
end
dt.ok(not cut:find("port_security", 1, true), "the cut has nothing to do with port security:\n%s", cut)

-- Cured: only the phone's very first frame was lost, and that is what it tells.
dt.run { "run", "case-study-2", "-q", "--set", "port_security_aging_time=2min", "-o", "cured" }
local cured = why { "why", "cured" }
dt.ok(cured:find("ARP announcement", 1, true) and not cured:find("EndPointUnregistered", 1, true),
      "why of the cured run:\n%s", cured)

-- What cannot be explained is said in one sentence.
for _, case in ipairs { { "nosuch", "is no run folder" }, { "case-study-2", "cucm-pubs", "did you mean 'cucm-pub'" },
                        { "case-study-2", "#999999", "there is no record" } } do
  local status, _, err = dt.run { "why", table.unpack(case, 1, #case - 1) }
  dt.equal(status, 2, "exit status of why " .. table.concat(case, " "))
  dt.ok(err:find(case[#case], 1, true), "the sentence: %s", err)
end
dt.done()
