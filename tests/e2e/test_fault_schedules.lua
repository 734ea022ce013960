-- SPDX-License-Identifier: GPL-3.0-or-later
-- 200 random schedules of faults over a small mixed network: the books balance, every phone is back within ten minutes
-- of the last heal, and what is recorded changes nothing.
local dt = dofile(arg[0]:match("^(.*/)") .. "lib/dt.lua")
local json = require "dkjson"
local scenario = dt.src .. "/tests/e2e/scenarios/fault-schedule.lua"
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

local unregistered, dropped, digests = 0, 0, {}
for i = 1, COUNT do
  local doc = json.decode(read(folder .. "/" .. i))
  if dt.ok(doc, "schedule %d: %s", i, read(folder .. "/" .. i .. ".err")) then
    for _, o in ipairs(doc.observables) do
      dt.ok(o.verdict == "match", "schedule %d (--set schedule=%d): %s: %s", i, i, o.name, o.simulated)
    end
    local function m(name) return dt.measure(doc, name) end
    dt.equal(m "frames_sent", m "frames_delivered" + m "frames_dropped" + m "frames_in_flight",
             "schedule " .. i .. ": the books")
    unregistered = unregistered + (m "unregister_alarms" > 0 and 1 or 0)
    dropped = dropped + m "frames_dropped"
    digests[i] = doc.digest
  end
end
print(("schedules 1 to %d: %d with an unregister, %d frames lost"):format(COUNT, unregistered, dropped))
dt.ok(unregistered > COUNT // 2, "only %d schedules did anything", unregistered)

for i = 1, COUNT, 40 do
  local doc = dt.play(scenario, { "schedule=" .. i }, { "--record", "full", "-o", dt.tmp() .. "/full" .. i })
  dt.equal(doc.digest, digests[i], "schedule " .. i .. ": digest with everything recorded")
end
dt.done()
