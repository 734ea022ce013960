-- SPDX-License-Identifier: GPL-3.0-or-later
-- 200 random schedules of faults over a small mixed network: the books balance, every phone is back within ten minutes
-- of the last heal, and what is recorded changes nothing.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local play = require "schedules"
local COUNT = 200

local unregistered, dropped = 0, 0
play("fault-schedule", COUNT, function(m)
  unregistered = unregistered + (m "unregister_alarms" > 0 and 1 or 0)
  dropped = dropped + m "frames_dropped"
end)
print(("schedules 1 to %d: %d with an unregister, %d frames lost"):format(COUNT, unregistered, dropped))
dt.ok(unregistered > COUNT // 2, "only %d schedules did anything", unregistered)
dt.done()
