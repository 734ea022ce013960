-- SPDX-License-Identifier: GPL-3.0-or-later
-- The closed form of case study 2 over a grid of base RTO, interval, delta and grace.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local formula = require "formula"

local HORIZON = 2400

local points, skipped = 0, 0
for _, rto_min in ipairs { 100, 200, 300, 990 } do
  for _, expires in ipairs { 90, 120, 180 } do
    for _, delta in ipairs { 5, 20, 45 } do
      for _, grace in ipairs { 3, 10, 40 } do
        local base = (rto_min + 10) / 1000
        local want = formula.unregister { base = base, expires = expires, delta = delta, grace = grace, aging = 60,
                                          horizon = HORIZON }
        if want == "skip" or want == "tie" then
          skipped = skipped + 1
        else
          local doc = dt.play("case-study-2", {
            formula.sets[1], formula.sets[2], formula.sets[3],
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
