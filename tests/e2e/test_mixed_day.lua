-- SPDX-License-Identifier: GPL-3.0-or-later
-- A day with 50 SCCP and 50 SIP phones: nobody is unregistered, every keepalive leaves on its second, and the
-- memory that the second to the last hour need is what the first two needed.
local dt = dofile(arg[0]:match("^(.*/)") .. "lib/dt.lua")
local scenario = dt.src .. "/tests/e2e/scenarios/mixed-day.lua"
local DAY, COUNT = 86400, 50

-- Plays it unrecorded; returns the document and the most memory that the process had, in KiB.
local function play(until_what)
  local json = require "dkjson"
  local out = dt.tmp() .. "/out.json"
  local _, peak = dt.sh(([[
    '%s' run '%s' --until %s --record none --json > '%s' & pid=$!
    while kill -0 $pid 2>/dev/null && grep VmHWM /proc/$pid/status 2>/dev/null; do sleep 0.02; done
    wait $pid]]):format(dt.bin, scenario, until_what, out))
  local f = assert(io.open(out))
  local doc = json.decode(f:read("a"))
  f:close()
  local most = 0
  for kib in peak:gmatch("VmHWM:%s*(%d+)") do most = math.max(most, tonumber(kib)) end
  return doc, most
end

local short, short_kib = play("8h")
local day, day_kib = play("1d")
for name, doc in pairs { ["eight hours"] = short, ["a day"] = day } do
  dt.equal(dt.measure(doc, "unregister_alarms"), 0, name .. ": unregisters")
  dt.equal(dt.measure(doc, "registered_fraction"), 1, name .. ": registered")
  dt.equal(dt.measure(doc, "failover_count"), 0, name .. ": failovers")
end

-- An SCCP phone speaks every 30 s after its RegisterAck; a SIP phone 115 s after each 200 OK. The last phone is
-- powered within half a minute.
local sccp, sip = DAY // 30 * COUNT, DAY // 115 * COUNT
dt.near(dt.measure(day, "keepalives_sent"), sccp + sip, 2 * COUNT, "keepalives in a day")
dt.near(dt.measure(day, "standby_keepalives_sent"), DAY // 60 * COUNT + DAY // 120 * COUNT, 2 * COUNT,
        "standby keepalives in a day")
dt.equal(dt.measure(day, "keepalives_retransmitted"), 0, "retransmitted keepalives")
dt.ok(short_kib > 1000 and day_kib <= short_kib * 1.05, "memory of eight hours %d KiB, of a day %d KiB", short_kib, day_kib)

-- On the second: the intervals of each phone, over an hour.
local folder = dt.tmp() .. "/hour"
dt.run { "run", scenario, "--until", "1h", "--record", "facts", "-o", folder }
local function intervals(what, want, tolerance)
  local rows = dt.query(folder, ([[select node, t_ns from record where kind = 'NOTE' and text like '%s' order by node, id]])
    :format(what))
  local node, last, count, worst = nil, nil, 0, 0
  for _, row in ipairs(rows) do
    if row[1] == node then
      count = count + 1
      worst = math.max(worst, math.abs((tonumber(row[2]) - last) / 1e9 - want))
    end
    node, last = row[1], tonumber(row[2])
  end
  dt.ok(count > COUNT * (3600 // want - 3), "%s: %d intervals", what, count)
  dt.ok(worst <= tolerance, "%s: %g s off %d s", what, worst, want)
end
intervals("sccp: KeepAlive %", 30, 0.0005)
intervals("sccp: standby KeepAlive %", 60, 0.0005)
intervals("sip: keepalive REGISTER %", 115, 0.05)
dt.done()
