-- SPDX-License-Identifier: GPL-3.0-or-later
-- The documented outages of docs/outages.md: as documented, and gone without their cause.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function matches(doc, name)
  local n = 0
  for _, o in ipairs(doc.observables) do
    dt.equal(o.verdict, "match", name .. ": " .. o.name)
    n = n + 1
  end
  dt.ok(n > 0, "%s documents nothing", name)
end

-- Reason 12, and none of it with a limit that is not reached, or a phone that speaks slowly enough.
matches(dt.play "sccp-throttling", "sccp-throttling")
for _, cure in ipairs { "sccp_throttle_events=10000", "babble_interval=3ms" } do
  dt.equal(dt.measure(dt.play("sccp-throttling", { cure }), "unregister_alarms"), 0, cure)
end

-- All at once; staggered, no second sees more than a few: 200 over 30 s are 6.7 a second in the mean.
local storm = dt.play "restart-storm"
matches(storm, "restart-storm")
dt.equal(dt.measure(storm, "unregister_count"), 200, "every phone lost its node")
local calm = dt.play("restart-storm", { "reconnect_jitter=uniform(0s,30s)" })
dt.ok(calm.observables[1].simulated >= 7 and calm.observables[1].simulated <= 25, "staggered: %s in a second",
      tostring(calm.observables[1].simulated))
dt.equal(dt.measure(calm, "registered_fraction") > 0.5, true, "and all are back")

-- One line of three; all of them when the phone notices, or the keepalive is in time.
matches(dt.play "partial-registration", "partial-registration")
for _, cure in ipairs { "cucm_close_on_timeout=on", "cucm_register_grace=25s", "lost_for=10s" } do
  local cured = dt.play("partial-registration", { cure })
  dt.equal(cured.observables[5].simulated, 3, cure .. ": lines at the end")
end

-- A table with room for all of them has no victims.
matches(dt.play "arp-table-full", "arp-table-full")
local roomy = dt.play("arp-table-full", { "arp_table_size=40", "phones=40", "duration=9min" })
dt.equal(dt.measure(roomy, "registered_fraction"), 1, "as many entries as phones")
local tight = dt.play("arp-table-full", { "arp_table_size=30", "phones=40", "duration=9min" })
dt.equal(tight.observables[2].simulated, 10, "ten entries too few")
dt.done()
