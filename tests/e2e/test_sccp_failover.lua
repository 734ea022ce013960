-- SPDX-License-Identifier: GPL-3.0-or-later
-- The measures of an SCCP phone's failover and fallback, against times worked out by hand: keepalives each 30 s from
-- RegisterAck, 60 s to the standby, attempts each 30 s, 120 s of monitor (seeds 002 and 004).
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local scenario = dt.src .. "/tests/e2e/scenarios/sccp-failover.lua"
local function play(how, want)
  local doc = dt.play(scenario, { "how=" .. how })
  for name, value in pairs(want) do
    local tolerance = math.type(value) == "integer" and 0 or 0.02
    dt.near(dt.measure(doc, name), value, tolerance, how .. ": " .. name)
  end
end

-- Alarm, 68 ms, Register, 3 ms, RegisterAck, 1 and 39 ms, the requests, CapabilitiesRes, 1 and 3 ms: 115 ms and the
-- ways. Stopped at 200 s: over at once; attempts at 200, 230, 260, 290, 320 s, back 120 s later. Keepalives: 6 at
-- the first, 8 at the second (230 to 440 s), 5 at the first again (470 to 590 s); to the standby at 60, 120, 180,
-- 500 and 560 s; to the higher at 380 and 440 s.
play("stop", {
  failover_count = 1, fallback_count = 1, registration_time_s = 0.116, secondary_time_s = 240.0,
  unregister_count = 1, unregister_alarms = 2, keepalives_sent = 19, standby_keepalives_sent = 5, probes_sent = 2,
})

-- It dies: the keepalive of 210.1 s stays unanswered for 4 s. Each attempt is given up after 22 s, so they begin at
-- 214, 266, 318 s; back at 438 s. Unregistered from 200 to 214 s.
play("crash", {
  failover_count = 1, fallback_count = 1, secondary_time_s = 224.0, unregistered_time_s = 14.30,
  unregister_alarms = 1, keepalives_sent = 19, keepalives_retransmitted = 1, probes_sent = 2,
})

-- Why it left is told: what it waited for did not come, and how long it waits.
local status, why = dt.run { "run", scenario, "--set", "how=crash", "-o", "out" }
dt.equal(status, 0, "run")
local text = dt.query(dt.tmp() .. "/out",
                      "select text from record where text like '%has not answered a keepalive%'")
dt.equal(#text, 1, "said once")
dt.ok(text[1][1]:find("10.1.1.2 has not answered a keepalive for 4 s", 1, true) or
      text[1][1]:find("10.1.1.2 has not answered a keepalive for 4s", 1, true), "it says: %s", text[1][1])
dt.ok(why:find("fails over: registers again, with cucm-b", 1, true), "the story: %s", why)

-- The phone's and the node's own views.
local function inspect(node, at)
  local _, out = dt.run { "inspect", scenario, node, "--at", at }
  return out
end
local phone, cucm = inspect("phone", "150s"), inspect("cucm-a", "150s")
dt.ok(phone:find("10.1.1.2 +Active +open"), "active: %s", phone)
dt.ok(phone:find("10.1.1.3 +Standby +open"), "standby: %s", phone)
dt.ok(cucm:find("\n1, 1, 1, 0, 0\n", 1, true), "one SCCP phone: %s", cucm)
dt.ok(cucm:find("SEP0024142DDF24, , 10.1.1.10, reg, SCCP, 437, ", 1, true), "its row: %s", cucm)
dt.ok(inspect("phone", "400s"):find("10.1.1.2 +Monitored +open"), "watched from below")
dt.done()
