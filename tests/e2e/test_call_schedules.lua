-- SPDX-License-Identifier: GPL-3.0-or-later
-- 200 random schedules of calls and faults between a provider, a CUBE, CUCM and a phone: no fault within the program, the
-- books balance, the ends of each call agree in the end, and what is recorded changes nothing.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local play = require "schedules"
local COUNT = 200

local sum = { call_count = 0, bye_count = 0, call_drop_count = 0, refresh_count = 0, frames_dropped = 0 }
play("call-schedule", COUNT, function(m)
  for name in pairs(sum) do sum[name] = sum[name] + m(name) end
end)
print(("schedules 1 to %d: %d calls, %d refreshes, %d calls dropped, %d frames lost"):format(COUNT, sum.call_count,
  sum.refresh_count, sum.call_drop_count, sum.frames_dropped))
for name, least in pairs { call_count = 500, bye_count = 500, call_drop_count = 30, refresh_count = 1000, frames_dropped = 500 } do
  dt.ok(sum[name] >= least, "only %d of %s: the schedules do little", sum[name], name)
end
dt.done()
