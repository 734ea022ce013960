-- SPDX-License-Identifier: GPL-3.0-or-later
-- formula.lua: the closed form of case study 2, with the standby stream and the other two ways to give up out
-- of the way. Keepalive k leaves an interval after the last answer and is lost; its retransmission comes
-- base * 2^k later, and CUCM waits delta + grace for it.
local formula = { sets = { "timer_keepalive_expires=3600s", "tcp_giveup=0s", "sip_timer_f=1h" } }

local ANSWER, WAY = 0.0167, 0.0146

-- Seconds from the registration to the unregister. nil: none before `c.horizon`. "skip": an RTO reaches the
-- ageing time, where the retransmission would be lost as well. "tie": the interval is the ageing time, and the
-- phone's last ACK decides.
function formula.unregister(c)
  local interval, wait, t = c.expires - c.delta, c.delta + c.grace, 0
  if math.abs(interval - c.aging) < 1 then return "tie" end
  if interval < c.aging then return nil end
  for k = 0, 30 do
    local rto = c.base * 2 ^ k
    if rto + WAY > wait then return t + interval + wait end -- it must reach CUCM in time
    if rto >= c.aging then return "skip" end
    t = t + interval + rto + ANSWER
    if t > c.horizon then return nil end
  end
end

return formula
