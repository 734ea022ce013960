-- SPDX-License-Identifier: GPL-3.0-or-later
-- The closed form of case study 2 over a grid of base RTO, interval, delta and grace, with the standby
-- stream and the other two ways to give up out of the way. Keepalive k leaves an interval after the last
-- answer and is lost; its retransmission comes base * 2^k later, and CUCM waits delta + grace for it.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local ANSWER, AGING, HORIZON = 0.0167, 60, 2400

-- Seconds from the registration to the unregister; nil: none before the horizon; "skip": an RTO reaches
-- the ageing time, where the retransmission would be lost as well.
local function predict(base, expires, delta, grace)
  local interval, wait, t = expires - delta, delta + grace, 0
  if interval < AGING then return nil end
  for k = 0, 30 do
    local rto = base * 2 ^ k
    if rto + 0.0146 > wait then return t + interval + wait end -- it must reach CUCM in time
    if rto >= AGING then return "skip" end
    t = t + interval + rto + ANSWER
    if t > HORIZON then return nil end
  end
end

local points, skipped = 0, 0
for _, rto_min in ipairs { 100, 200, 300, 990 } do
  for _, expires in ipairs { 90, 120, 180 } do
    for _, delta in ipairs { 5, 20, 45 } do
      for _, grace in ipairs { 3, 10, 40 } do
        local base = (rto_min + 10) / 1000
        local want = predict(base, expires, delta, grace)
        local edge = math.abs(expires - delta - AGING) < 1 -- the tie is decided by the phone's last ACK
        if want == "skip" or edge then
          skipped = skipped + 1
        else
          local doc = dt.play("case-study-2", {
            "timer_keepalive_expires=3600s", "tcp_giveup=0s", "sip_timer_f=1h",
            ("tcp_rto_min=%dms"):format(rto_min), ("sip_station_keepalive_interval=%ds"):format(expires),
            ("timer_register_delta=%ds"):format(delta), ("cucm_register_grace=%ds"):format(grace) },
            { "--until", HORIZON .. "s" })
          local got = dt.measure(doc, "first_unregister_s")
          local what = ("base %g s, interval %d - %d s, grace %d s"):format(base, expires, delta, grace)
          if want and want < HORIZON - 1 then dt.near(got, want, 0.5, what)
          elseif not want then dt.equal(got, nil, what) end
          points = points + 1
        end
      end
    end
  end
end
dt.ok(points >= 80, "the grid has %d points, %d left out", points, skipped)
dt.done()
