-- SPDX-License-Identifier: GPL-3.0-or-later
-- Seed 000 shows a phone's keepalives to both its CUCM nodes at CSeq 105: 06:58:36 to the primary, 06:58:56 to
-- the secondary. Both dialogs began at 101, so four intervals of 120 s and of 120 - 5 s make the 20 s between.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function sent(folder, address, cseq)
  local rows = dt.query(folder, ([[select r.t_ns / 1e9 from record r join node n on n.id=r.node where n.name='phone'
    and r.kind='FRAME_TX' and r.text like '%%> %s:5060 %%REGISTER CSeq %d' order by r.id limit 1]]):format(address, cseq))
  return rows[1] and tonumber(rows[1][1])
end

local function play(name, sets)
  local words = { "run", "case-study-2", "-q", "-o", name, "--record", "facts", "--until", "10min", "--set", "cseq_first=101",
    "--set", "port_security_aging_type=off" }
  for _, s in ipairs(sets) do
    words[#words + 1] = "--set"
    words[#words + 1] = s
  end
  dt.equal(dt.run(words), 0, name)
  return dt.tmp() .. "/" .. name
end

local primary, secondary = "178.215.139.22", "178.215.139.23"
local here = play("together", {})
dt.near(sent(here, secondary, 101) - sent(here, primary, 101), 0, 1, "both begin together")
dt.near(sent(here, secondary, 105) - sent(here, primary, 105), 20, 1, "at CSeq 105 the secondary is 20 s behind")
for n = 102, 105 do
  dt.near(sent(here, primary, n) - sent(here, primary, n - 1), 115, 0.05, "primary, interval before CSeq " .. n)
  dt.near(sent(here, secondary, n) - sent(here, secondary, n - 1), 120, 0.05, "secondary, interval before CSeq " .. n)
end

-- It is the delta that makes the difference: without one the two stay together.
local level = play("level", { "timer_register_delta=0s" })
dt.near(sent(level, secondary, 105) - sent(level, primary, 105), 0, 1, "no delta, no difference")

-- Any pair of times: what is granted less the delta, as the phone reads it from its file.
for _, pair in ipairs { { 60, 10 }, { 180, 30 }, { 90, 0 } } do
  local doc = dt.play("sip-registration", { ("sip_station_keepalive_interval=%ds"):format(pair[1]),
                                            ("timer_register_delta=%ds"):format(pair[2]) })
  local found
  for _, o in ipairs(doc.observables) do
    if o.name == "refresh interval, primary" then found = o.simulated end
  end
  dt.near(found, pair[1] - pair[2], 0.05, ("interval of %d s less %d s"):format(pair[1], pair[2]))
end
dt.done()
