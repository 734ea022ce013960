-- SPDX-License-Identifier: GPL-3.0-or-later
-- The studies of docs/studies.md: the quick ones give the committed tables, and what the page says of each is held to
-- something that does not come from the simulator.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local formula = require "formula"
local json = require "dkjson"

local function read(path)
  local f = assert(io.open(path, "rb"))
  local text = f:read("a")
  f:close()
  return text
end

local function study(name)
  local dir = dt.tmp() .. "/" .. name
  local status, out, err = dt.sh(("DIALTONE=%s sh %s/scenarios/studies/%s.sh %s"):format(dt.bin, dt.src, name, dir))
  dt.equal(status, 0, name .. ": " .. err)
  local function drop(pattern) out = ("\n" .. out):gsub("\n[^\n]*" .. pattern .. "[^\n]*", ""):sub(2) end
  for _, pattern in ipairs { " trials played in ", "files  ", "next   ", "%.svg: " } do drop(pattern) end
  dt.equal(out, read(dt.src .. "/results/reference/studies/" .. name .. ".txt"), name .. ": its table")
  dt.ok(#read(dir .. "/" .. name .. ".svg") > 2000, "%s: its picture", name)
  return dir
end

local function points(words)
  table.insert(words, 1, "sweep")
  for _, w in ipairs { "--json", "-q" } do words[#words + 1] = w end
  local _, out, err = dt.run(words)
  local doc = json.decode(out)
  if not doc then error(err) end
  return doc.points
end

-- Every point of the first study by the formula, the ties left out.
local dir = study "where-case-2-lives"
local _, rows = dt.sh(([[sqlite3 -csv %s/sweep.db "SELECT sip_station_keepalive_interval, timer_register_delta,
  port_security_aging_time, ifnull(value, 'none') FROM point JOIN result ON point.id=result.point
  WHERE measure='first_unregister_s' ORDER BY point.id"]]):format(dir))
local held = 0
for expires, delta, aging, got in rows:gmatch("([^,]+),([^,]+),([^,]+),([^\n\r]+)") do
  local want = formula.unregister { base = 0.21, expires = expires + 0, delta = delta + 0, grace = 10,
                                    aging = aging + 0, horizon = 2400 }
  local what = ("interval %s s, delta %s s, ageing %s s"):format(expires, delta, aging)
  if type(want) == "number" and want < 2399 then dt.near(tonumber(got) or -1, want, 0.5, what)
  elseif not want then dt.equal(got, "none", what) end
  held = held + (type(want) == "string" and 0 or 1)
end
dt.ok(held > 270, "%d points were held to the formula", held)

study "the-standby-shelters"
study "rto-and-clock"

-- With a sweep of 60 s and a phase drawn evenly: 0.61 of the phones without a standby node leave, 0.28 of those whose
-- standby keepalive starts 20 s after the registration (an enumeration over phases).
for _, case in ipairs { { "timer_keepalive_expires=3600s", 0.61 }, { "secondary_keepalive_offset=20s", 0.28 } } do
  local hit = points { "case-study-2", "--until", "18min", "--reps", "1000", "--set", "power_on_at=uniform(1s,61s)",
                       "--set", "port_security_aging_tick=60s", "--set", case[1] }[1].unregistered
  dt.ok(hit.low < case[2] and case[2] < hit.high, "%s: %d of 1000, not a share of %g", case[1], hit.n, case[2])
end

-- The gap to the standby keepalive drifts: every phone has its turn, unless the row of losses is too short.
local hour = points { "case-study-2", "--until", "70min", "--reps", "40", "--set", "secondary_keepalive_offset=uniform(0s,120s)",
                      "--vary", "timer_register_delta=5s,13s" }
dt.equal(hour[1].unregistered.n, 40, "delta 5 s: phones that leave within 70 minutes")
dt.equal(hour[2].unregistered.n, 0, "delta 13 s: phones that leave within 70 minutes")

-- Without ageing, loss alone: a shorter interval has more unregisters. None at 5 %.
local loss = points { "case-study-2", "--set", "port_security_aging_type=off", "--until", "4h", "--reps", "12",
                      "--vary", "link_loss=5%,35%", "--vary", "sip_station_keepalive_interval=60s,120s,300s" }
for i = 1, 3 do dt.equal(loss[i].unregistered.n, 0, "5 % of loss") end
for i = 4, 5 do
  dt.ok(loss[i].measures.unregister_count.low > loss[i + 1].measures.unregister_count.high,
        "interval %g s is not worse than the next", loss[i].params.sip_station_keepalive_interval)
end

-- N phones, each from its power on: a keepalive every interval - 5 s.
for _, point in ipairs(points { "many-phones", "--set", "phones=200", "--vary",
                                "sip_station_keepalive_interval=60s,120s,300s" }) do
  local period = point.params.sip_station_keepalive_interval - 5
  dt.near(point.measures.keepalives_sent.mean, 200 * (3600 - 60 - period / 2) / period, 200 * 0.06,
          ("keepalives at %g s"):format(period))
end
dt.done()
