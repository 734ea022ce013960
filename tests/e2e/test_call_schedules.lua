-- SPDX-License-Identifier: GPL-3.0-or-later
-- 200 random schedules of calls and faults between a provider, a CUBE, CUCM and a phone: no fault within the program, the
-- books balance, the ends of each call agree in the end, and what is recorded changes nothing.
local dt = dofile(arg[0]:match("^(.*/)") .. "lib/dt.lua")
local json = require "dkjson"
local scenario = dt.src .. "/tests/e2e/scenarios/call-schedule.lua"
local COUNT = 200

-- Two at a time; each leaves its document under its number.
local folder = dt.tmp() .. "/schedules"
dt.sh(([[mkdir '%s' && seq 1 %d | xargs -P2 -I{} sh -c \
  "timeout 60 '%s' run '%s' --set schedule={} --json --check --record none > '%s/{}' 2> '%s/{}.err'"]])
  :format(folder, COUNT, dt.bin, scenario, folder, folder))

local function read(path)
  local f = assert(io.open(path))
  local text = f:read("a")
  f:close()
  return text
end

local sum, digests = { call_count = 0, bye_count = 0, call_drop_count = 0, refresh_count = 0, frames_dropped = 0 }, {}
for i = 1, COUNT do
  local doc = json.decode(read(folder .. "/" .. i))
  if dt.ok(doc, "schedule %d: %s", i, read(folder .. "/" .. i .. ".err")) then
    for _, o in ipairs(doc.observables) do
      dt.ok(o.verdict == "match", "schedule %d (--set schedule=%d): %s: %s", i, i, o.name, o.simulated)
    end
    local function m(name) return dt.measure(doc, name) or 0 end
    dt.equal(m "frames_sent", m "frames_delivered" + m "frames_dropped" + m "frames_in_flight", "schedule " .. i .. ": the books")
    for name in pairs(sum) do sum[name] = sum[name] + m(name) end
    digests[i] = doc.digest
  end
end
print(("schedules 1 to %d: %d calls, %d refreshes, %d calls dropped, %d frames lost"):format(COUNT, sum.call_count,
  sum.refresh_count, sum.call_drop_count, sum.frames_dropped))
for name, least in pairs { call_count = 500, bye_count = 500, call_drop_count = 30, refresh_count = 1000, frames_dropped = 500 } do
  dt.ok(sum[name] >= least, "only %d of %s: the schedules do little", sum[name], name)
end

for i = 1, COUNT, 40 do
  local again = dt.play(scenario, { "schedule=" .. i })
  dt.equal(again.digest, digests[i], "schedule " .. i .. ": digest once more")
  local doc = dt.play(scenario, { "schedule=" .. i }, { "--record", "full", "-o", dt.tmp() .. "/full" .. i })
  dt.equal(doc.digest, digests[i], "schedule " .. i .. ": digest with everything recorded")
end
dt.done()
