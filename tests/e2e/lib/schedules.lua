-- SPDX-License-Identifier: GPL-3.0-or-later
-- schedules.lua: plays a scenario with schedule=1 … count, two at a time. Whatever was done to the network: no fault within
-- the program, every observable matches, the books balance, and what is recorded changes nothing. `look(m)` sees the
-- measures of each, m(name); 0 where it did not occur.
local dt = require "dt"
local json = require "dkjson"

local function read(path)
  local f = assert(io.open(path))
  local text = f:read("a")
  f:close()
  return text
end

local function judge(i, doc, look)
  for _, o in ipairs(doc.observables) do
    dt.ok(o.verdict == "match", "schedule %d (--set schedule=%d): %s: %s", i, i, o.name, o.simulated)
  end
  local function m(name) return dt.measure(doc, name) or 0 end
  dt.equal(m "frames_sent", m "frames_delivered" + m "frames_dropped" + m "frames_in_flight", "schedule " .. i .. ": the books")
  look(m)
end

return function(name, count, look)
  local scenario = dt.src .. "/tests/e2e/scenarios/" .. name .. ".lua"
  local folder, digests = dt.tmp() .. "/schedules", {}
  dt.sh(([[mkdir '%s' && seq 1 %d | xargs -P2 -I{} sh -c \
    "timeout 60 '%s' run '%s' --set schedule={} --json --check --record none > '%s/{}' 2> '%s/{}.err'"]])
    :format(folder, count, dt.bin, scenario, folder, folder))
  for i = 1, count do
    local doc = json.decode(read(folder .. "/" .. i))
    if dt.ok(doc, "schedule %d: %s", i, read(folder .. "/" .. i .. ".err")) then
      judge(i, doc, look)
      digests[i] = doc.digest
    end
  end
  for i = 1, count, 40 do
    local again = dt.play(scenario, { "schedule=" .. i })
    dt.equal(again.digest, digests[i], "schedule " .. i .. ": digest once more")
    local doc = dt.play(scenario, { "schedule=" .. i }, { "--record", "full", "-o", dt.tmp() .. "/full" .. i })
    dt.equal(doc.digest, digests[i], "schedule " .. i .. ": digest with everything recorded")
  end
end
