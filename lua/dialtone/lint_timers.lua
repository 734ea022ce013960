-- SPDX-License-Identifier: GPL-3.0-or-later
-- lint_timers.lua: timers that do not go together. The relations are those of docs/case-study-2.md:
-- with Expires T granted and delta d a phone speaks every I = T - d; when a keepalive is due, CUCM
-- still waits W = d + grace; the n-th copy lost in a row is repeated after R * 2^(n-1), for without
-- timestamps no ACK of a repeated segment is a valid RTT sample (Karn).

local S = 1000000000
local ROUNDS = 400      -- keepalives looked ahead
local RTO_CAP = 120 * S -- the models' own
local ANSWER = S // 100 -- about what an answer takes; it shifts the two streams against each other

-- What holds for both protocols. All spans in ns.
local function common(phone, cucm)
  local p, c = phone.params, cucm.params
  local linux = p.tcp_rto_profile == "linux"
  local r = {
    phone = phone.name, cucm = cucm.name, members = phone.members, port = phone.ports[1].peer, p = p,
    rto = p.tcp_rto_min + (linux and p.tcp_clock_granularity or 0), -- at least: the RTT comes on top
    timestamps = p.tcp_timestamps and c.tcp_timestamps, closes = c.cucm_close_on_timeout,
    giveup = p.tcp_giveup, monitor = p.connection_monitor_duration,
  }
  r.floor = linux and "tcp_rto_min + tcp_clock_granularity" or "tcp_rto_min"
  return r
end

-- One SIP phone, and a node where it registers.
local function pair(phone, cucm)
  local p, c = phone.params, cucm.params
  local r = common(phone, cucm)
  r.granted = c.sip_station_keepalive_interval // S * S -- Expires are whole seconds
  r.delta, r.grace, r.probe = p.timer_register_delta, c.cucm_register_grace, p.timer_keepalive_expires
  r.interval, r.wait = r.granted - r.delta, r.delta + r.grace
  -- What ends the phone's own waiting for an answer first.
  r.notices, r.by = p.sip_timer_f, "sip_timer_f"
  if r.giveup > 0 and r.giveup <= r.notices then r.notices, r.by = r.giveup, "tcp_giveup" end
  return r
end

-- Ageing against the interval -----------------------------------------------------------------------

-- The parameters of the switch, if the phone's port is secure and may lose a first frame.
local function secured(r)
  local sw = r.port and r.port.node
  if not sw or not sw.is_switch or not r.port.params.port_security then return nil end
  local s = sw.params
  local ages = s.port_security_aging_type ~= "off" and s.port_security_aging_time > 0
  return ages and s.port_security_first_frame == "drop" and s or nil
end

-- Does a request of the phone at time t meet a forgotten address? Each is told once, in order; the ACK
-- of its answer is the phone's last word.
local function address(r, s)
  local written, tick = 0, s.port_security_aging_tick
  return function(t)
    local dies = r.p.power_on_at + written + s.port_security_aging_time
    if tick > 0 then dies = (dies + tick - 1) // tick * tick end
    local lost = r.p.power_on_at + t >= dies
    if s.port_security_aging_type ~= "absolute" then
      written = t + ANSWER + r.p.tcp_ack_delay
    elseif lost then
      written = t
    end
    return lost
  end
end

-- Both streams of keepalives from the first 200 OK on, until a copy would come after `patience`.
local function look_ahead(r, s, patience)
  local meets_forgotten = address(r, s)
  local standby = #r.members > 1 and r.p.secondary_keepalive_offset
  local function arrives(t)
    while standby and standby < t do
      meets_forgotten(standby)
      standby = standby + r.probe
    end
    return meets_forgotten(t)
  end
  local due, rto, found = r.interval, r.rto, { sent = 0, lost = 0, row = 0 }
  while found.sent < ROUNDS do
    found.sent = found.sent + 1
    if arrives(due) then
      found.lost, found.row = found.lost + 1, found.row + 1
      if rto > patience then
        found.outage, found.rto = due + patience, rto
        return found
      end
      arrives(due + rto)
      due = due + rto + ANSWER + r.interval
      rto = r.timestamps and r.rto or math.min(2 * rto, RTO_CAP)
    else
      found.row, rto, due = 0, r.rto, due + ANSWER + r.interval
    end
  end
  return found
end

local function about(ns)
  if ns < 120 * S then return ("%d s"):format(ns // S) end
  return ("%d min"):format((ns + 30 * S) // (60 * S))
end

local function ordinal(n)
  local teen = n % 100 // 10 == 1
  return n .. (not teen and ({ "st", "nd", "rd" })[n % 10] or "th")
end

-- The consequence of the losses, if they end a registration.
local function report_outage(report, r, found, patience)
  local ends = [[$cucm waits only $wait (timer_register_delta $delta + cucm_register_grace $grace) and
    unregisters the phone]]
  if patience < r.wait then ends = "the phone gives up after $notices ($by) and leaves $cucm" end
  report("rto-outgrows-patience", r.phone, [[each copy lost in a row doubles the RTO of $$ from $rto or more
    ($floor), since tcp_timestamps is off and no repeated segment gives an RTT sample: the $nth would be
    repeated after $last, but ]] .. ends .. [[, about $outage after it registered; cure the loss, or set
    tcp_timestamps=on]], {
      rto = r.rto, floor = r.floor, nth = ordinal(found.row), last = found.rto, cucm = r.cucm, wait = r.wait,
      delta = r.delta, grace = r.grace, notices = r.notices, by = r.by, outage = about(found.outage),
    }, "tcp_timestamps tcp_rto_min " .. (patience < r.wait and r.by or "timer_register_delta cucm_register_grace"))
end

local function report_ageing(report, r, s, found)
  local often = "each keepalive"
  if found.lost < found.sent then often = ("%d of the first %d keepalives"):format(found.lost, found.sent) end
  local values = { age = s.port_security_aging_time, interval = r.interval, granted = r.granted,
                   delta = r.delta, switch = r.port.node.name, often = often }
  if s.port_security_aging_type == "absolute" then
    report("ageing-absolute", r.phone, [[port_security_aging_time $age (absolute) is counted from learning,
      however often $$ speaks: $switch will have forgotten the phone before $often and discards the first
      copy; set port_security_aging_type=inactivity with a time above the keepalive interval $interval, or
      off]], values, "port_security_aging_time port_security_aging_type")
    return
  end
  values.shorter = values.age < r.interval and "shorter" or "not longer"
  report("ageing-before-keepalive", r.phone, [[port_security_aging_time $age (inactivity) is $shorter than
    the keepalive interval $interval of $$ (sip_station_keepalive_interval $granted - timer_register_delta
    $delta): $switch will have forgotten the phone before $often and discards the first copy; set
    port_security_aging_time above $interval, or port_security_aging_type=off]], values,
    [[port_security_aging_time port_security_aging_type sip_station_keepalive_interval
    timer_register_delta]])
end

local function check_ageing(report, r)
  local s = secured(r)
  if not s or r.interval <= 0 then return end
  local patience = math.min(r.wait, r.notices)
  local found = look_ahead(r, s, patience)
  if found.lost == 0 then return end
  report_ageing(report, r, s, found)
  if found.outage then report_outage(report, r, found, patience) end
end

-- Timers of phone and CUCM --------------------------------------------------------------------------

local function check_deadline(report, r)
  if r.interval <= 0 then
    report("delta-eats-interval", r.phone, [[timer_register_delta $delta is not shorter than the $granted that
      $cucm grants (sip_station_keepalive_interval): $$ would send one REGISTER after the other without a
      pause; set timer_register_delta below it]], { delta = r.delta, granted = r.granted, cucm = r.cucm },
      "timer_register_delta sip_station_keepalive_interval")
  elseif r.wait == 0 then
    report("keepalive-after-deadline", r.phone, [[the keepalive of $$ leaves after $interval
      (sip_station_keepalive_interval - timer_register_delta 0 s), when $cucm ends the binding ($granted +
      cucm_register_grace 0 s): each one comes too late; set timer_register_delta or
      cucm_register_grace above 0s]], { interval = r.interval, granted = r.granted, cucm = r.cucm },
      "timer_register_delta cucm_register_grace")
  elseif r.rto > r.wait then
    report("retransmission-after-deadline", r.phone, [[when a keepalive of $$ is due, $cucm waits $wait
      (timer_register_delta $delta + cucm_register_grace $grace), and the RTO is $rto or more ($floor): one
      lost frame unregisters the phone; raise cucm_register_grace]],
      { cucm = r.cucm, wait = r.wait, delta = r.delta, grace = r.grace, rto = r.rto, floor = r.floor },
      "timer_register_delta cucm_register_grace tcp_rto_min")
  end
end

local function check_giveup(report, r)
  if r.notices <= r.rto then
    report("giveup-before-retransmission", r.phone, [[$by $notices ends before the first retransmission of $$
      after $rto or more ($floor): one lost frame makes the phone leave its node; raise $by]],
      { by = r.by, notices = r.notices, rto = r.rto, floor = r.floor }, r.by .. " tcp_rto_min")
  elseif r.notices > r.wait and not r.closes and r.wait > 0 then
    report("silent-timeout", r.phone, [[a dead path is noticed $notices after a keepalive ($by of $$), but
      $cucm unregisters the phone after $wait (timer_register_delta $delta + cucm_register_grace $grace) and
      says nothing, as cucm_close_on_timeout is off: for $gap it is unregistered without knowing it; lower
      $by, or raise cucm_register_grace]], { notices = r.notices, by = r.by, cucm = r.cucm, wait = r.wait,
      delta = r.delta, grace = r.grace, gap = r.notices - r.wait },
      r.by .. " timer_register_delta cucm_register_grace cucm_close_on_timeout")
  end
end

local function check_monitor(report, r)
  if #r.members < 2 or r.monitor >= r.probe then return end
  report("monitor-before-probe", r.phone, [[connection_monitor_duration $monitor is shorter than
    timer_keepalive_expires $probe ($$): a phone falls back after one answered probe, so a node that comes
    and goes draws it back too early; set connection_monitor_duration to $probe or more]],
    { monitor = r.monitor, probe = r.probe }, "connection_monitor_duration timer_keepalive_expires")
end

-- SCCP ----------------------------------------------------------------------------------------------

-- One SCCP phone, and a node where it registers: it speaks every interval, and is heard for some of them.
local function sccp_pair(phone, cucm)
  local c = cucm.params
  local r = common(phone, cucm)
  r.interval = c.sccp_keepalive_primary // S * S
  r.missed = math.tointeger(c.sccp_keepalives_missed)
  return r
end

local function check_sccp(report, r)
  local s = secured(r)
  if s and s.port_security_aging_type == "inactivity" and s.port_security_aging_time <= r.interval then
    report("ageing-before-keepalive", r.phone, [[port_security_aging_time $age (inactivity) is not longer than the
      interval of the SCCP keepalives of $$ (sccp_keepalive_primary $interval): $switch will have forgotten the phone
      before each keepalive and discards the first copy; set port_security_aging_time above $interval, or
      port_security_aging_type=off]], { age = s.port_security_aging_time, interval = r.interval,
      switch = r.port.node.name }, "port_security_aging_time port_security_aging_type sccp_keepalive_primary")
  end
  if r.missed == 1 then
    report("keepalive-after-deadline", r.phone, [[$cucm unregisters $$ when it is silent for one interval
      (sccp_keepalives_missed 1), which is when its next keepalive is due: each one comes too late; set
      sccp_keepalives_missed above 1]], { cucm = r.cucm }, "sccp_keepalives_missed sccp_keepalive_primary")
  end
  if r.p.failover_detection == "normal" and r.p.failover_wait_floor <= r.rto then
    report("giveup-before-retransmission", r.phone, [[failover_wait_floor $notices may end before the first
      retransmission of $$ after $rto or more ($floor): one lost frame makes the phone leave its node; raise
      failover_wait_floor, or set failover_detection=delayed]],
      { notices = r.p.failover_wait_floor, rto = r.rto, floor = r.floor },
      "failover_wait_floor failover_detection tcp_rto_min")
  end
end

-- Of the nodes in a phone's group, those that differ in their timers; most often the first alone.
local function nodes_of(v, phone)
  local out, seen = {}, {}
  for _, ip in ipairs(phone.members) do
    local cucm = v:owner(ip)
    local c = cucm and cucm.model == "cucm" and cucm.params
    local key = c and ("%d/%d/%d/%d/%s/%s"):format(c.sip_station_keepalive_interval, c.cucm_register_grace,
      c.sccp_keepalive_primary, c.sccp_keepalives_missed, c.cucm_close_on_timeout, c.tcp_timestamps)
    if key and not seen[key] then out[#out + 1] = cucm end
    if key then seen[key] = true end
  end
  return out
end

local function check_sip(report, r, first)
  check_deadline(report, r)
  check_ageing(report, r)
  check_giveup(report, r)
  if first then check_monitor(report, r) end
end

return function(v, report)
  for _, phone in ipairs(v.phones) do
    for i, cucm in ipairs(nodes_of(v, phone)) do
      if phone.model == "sccp-phone" then
        check_sccp(report, sccp_pair(phone, cucm))
      else
        check_sip(report, pair(phone, cucm), i == 1)
      end
    end
  end
end
