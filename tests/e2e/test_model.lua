-- SPDX-License-Identifier: GPL-3.0-or-later
-- An independent, small model of case study 2: no frames and no packets, only who speaks when, what the
-- switch remembers, and which RTO each connection has. Both keepalive streams, the monitor and the fallback
-- are in it. It shares no code with the simulator, and the two must agree.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local BASE, ANSWER, ACK = 0.21, 0.0168, 0.0004

-- Times of the unregisters by timeout, counted from the first registration.
local function model(p)
  local aging, expires, delta = p.aging or 60, p.expires or 120, p.delta or 5
  local period, offset, grace, monitor = 120, p.offset, 10, 120
  local seen, rto = 0, { BASE, BASE }
  local at, last_ok, out = 1, 0, {}
  local next_main, next_side = expires - delta, offset == 0 and 0.0001 or offset
  local monitor_end, probes

  -- A request on connection c at time t: when its answer is there, and that the switch saw.
  local function exchange(c, t)
    local lost = t - seen >= aging
    seen = t
    local passes = t
    if lost then
      passes = t + rto[c]
      rto[c] = 2 * rto[c]
    else
      rto[c] = BASE
    end
    return passes, passes + ANSWER
  end
  local function answered(t) seen = math.max(seen, t + ACK) end

  while true do
    local t = math.min(next_main, next_side)
    if t > p.horizon then return out end
    if at == 1 and t == next_main then
      local deadline = last_ok + expires + grace
      -- the side stream may speak while the retransmission waits
      local passes, ok = exchange(1, t)
      while next_side < math.min(passes, deadline) do
        local _, side_ok = exchange(2, next_side)
        answered(side_ok)
        next_side = next_side + period
      end
      if passes > deadline then
        out[#out + 1] = deadline
        seen = deadline + 0.03 -- FIN, ACK, RST, and the REGISTER to the secondary
        at, last_ok = 2, deadline + 0.03
        next_main, next_side = last_ok + expires - delta, deadline + 0.04
        rto[1], probes, monitor_end = BASE, 0, deadline + 0.06 + monitor
        answered(last_ok)
      else
        seen, last_ok = math.max(seen, passes), ok
        answered(ok)
        next_main = ok + expires - delta
      end
    elseif at == 1 then
      local passes, ok = exchange(2, t)
      seen = math.max(seen, passes)
      answered(ok)
      next_side = t + period
    elseif t == next_main then -- refresh to the secondary
      local passes, ok = exchange(2, t)
      seen, last_ok = math.max(seen, passes), ok
      answered(ok)
      next_main = ok + expires - delta
    elseif t >= monitor_end - 0.05 then -- the last probe, then the REGISTER that falls back
      local _, ok = exchange(1, t)
      answered(ok)
      local _, back = exchange(1, math.max(ok, monitor_end))
      answered(back + 0.02) -- and the end of the old binding
      at, last_ok = 1, back
      next_main = back + expires - delta
      next_side = back + (offset == 0 and period or offset)
    else
      local _, ok = exchange(1, t)
      answered(ok)
      next_side = t + period
    end
  end
end

local compared = 0
local function compare(p)
  local sets = { ("secondary_keepalive_offset=%gs"):format(p.offset),
                 ("port_security_aging_time=%ds"):format(p.aging or 60),
                 ("timer_register_delta=%ds"):format(p.delta or 5) }
  local doc = dt.play("case-study-2", sets, { "--until", (p.horizon + 38) .. "s" }) -- the phone has booted by then
  local want = model(p)
  local what = ("offset %g s, ageing %d s, delta %d s"):format(p.offset, p.aging or 60, p.delta or 5)
  local got = dt.measure(doc, "first_unregister_s")
  if want[1] then dt.near(got, want[1], 0.6, what .. ": first unregister")
  else dt.equal(got, nil, what .. ": first unregister") end
  dt.equal(dt.measure(doc, "unregister_count"), #want, what .. ": unregisters")
  compared = compared + 1
end

for offset = 0, 119, 6.5 do compare { offset = offset, horizon = 3000 } end
for _, delta in ipairs { 3, 5, 8 } do
  for _, aging in ipairs { 60, 120 } do compare { offset = 0, delta = delta, aging = aging, horizon = 3000 } end
end
dt.ok(compared > 20, "compared %d points", compared)
dt.done()
