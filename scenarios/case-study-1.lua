-- SPDX-License-Identifier: GPL-3.0-or-later
-- Case study 1 of "Troubleshoot IP Phone Unregistration" (Cisco document 200410): an SCCP phone restarts again and
-- again. An ASA in its subnet answers ARP requests for CUCM's address, for a NAT rule makes every address of that
-- subnet a mapped one. When its answer comes first, the phone's next KeepAlive goes to the ASA, which drops it.

local PHONE, CUCM, ASA = "f4:0f:1b:1e:26:a9", "00:50:56:8a:33:02", "58:0a:20:fb:07:1f"
local CUCM_IP = "10.10.10.202"
local SECOND = 1000000000

-- What ends the phone's first registration: the alarm.
local function first_alarm(run) return run:first { kind = "ALARM", reason = 13 } end

-- The phone's requests for CUCM's address, each with the answers that came within a second.
local function races(run)
  local list = {}
  for _, a in ipairs(run:arps { port = "phone" }) do
    if a.sent and a.op == "request" and a.target == CUCM_IP then
      list[#list + 1] = { t_ns = a.t_ns, answers = {} }
    end
    local r = list[#list]
    if not a.sent and a.op == "reply" and a.sender == CUCM_IP and r and a.t_ns - r.t_ns < SECOND then
      r.answers[#r.answers + 1] = a.sender_mac
    end
  end
  return list
end

-- The last race before the first alarm: the one that was lost.
local function lost_race(run)
  local a, last = first_alarm(run), nil
  for _, r in ipairs(a and races(run) or {}) do
    if r.t_ns < a.t_ns then last = r end
  end
  return last
end

-- Segments of the phone to CUCM's address, from the lost race to the alarm and a while after.
local function misled(run)
  local race, a, list = lost_race(run), first_alarm(run), {}
  for _, s in ipairs(race and run:segments { port = "phone", sent = true } or {}) do
    if s.t_ns >= race.t_ns and s.t_ns < a.t_ns + 30 * SECOND then list[#list + 1] = s end
  end
  return list
end

local function who(mac)
  return mac == ASA and "ASA" or mac == CUCM and "CUCM" or mac
end

return {
  title = "An ASA's proxy ARP makes an SCCP phone restart again and again",
  source = "Cisco document 200410, Troubleshoot IP Phone Unregistration: case study 1",
  story = [[
Phone, CUCM and an ASA share a subnet. A broad NAT rule makes the ASA answer ARP requests for CUCM's
address. Each time the phone's ARP entry ends, two answers race; the phone keeps the first. When that is
the ASA's, its KeepAlives go to the ASA, which drops them: after 90 s CUCM unregisters the phone, Reason=13.]],
  duration = "6h",
  wall_clock = "2015-07-02 06:00:00",

  parameters = {
    failover_detection = "delayed",
    tcp_giveup = "120s",           -- longer than CUCM waits: the connection is still there when CUCM closes it
    arp_timeout = "600s",          -- of the phone and of CUCM
    arp_tcp_confirm = "off",       -- it ends even while TCP hears from the other side
    arp_reply_delay = "exp(0.45ms)",
    restart_when_lost = "on",
  },

  network = function(net)
    net:add("sccp-phone", "phone", {
      starts = "configured", mac = PHONE, sccp_phone_model = "7975", address = "10.10.10.130",
      gateway = "10.10.10.1", cucm_group = CUCM_IP,
    })
    net:add("switch", "switch")
    net:add("cucm", "cucm", { mac = CUCM, address = CUCM_IP, gateway = "10.10.10.1" })
    local asa = net:add("asa", "asa", { nat = "(inside,any) source static any any" })
    asa:port("inside", { address = "10.10.10.1/24", mac = ASA })
    net:link("phone", "switch:Gi0/1", { link_rate = "100Mbps" })
    net:link("cucm", "switch:Gi0/2")
    net:link("asa:inside", "switch:Gi0/3")
    net:capture("phone", "the phone's own port, as the document's capture")
    net:capture("cucm", "CUCM's capture")
    net:capture("asa:inside", "what comes to the ASA by mistake")
  end,

  documented = {
    { name = "ARP replies to one request", documented = 2, tolerance = 0, by = "2h",
      source = "document: the first reply was not CUCM's",
      value = function(run)
        local race = lost_race(run)
        return race and #race.answers
      end },
    { name = "the first of them is from", documented = ASA, by = "2h", source = "document: packet table",
      value = function(run)
        local race = lost_race(run)
        return race and race.answers[1]
      end },
    { name = "the phone's frames to CUCM's address go to", documented = ASA, by = "2h",
      source = "document: packet table",
      value = function(run)
        local to
        for _, s in ipairs(misled(run)) do
          if to and to ~= s.to_mac then return "several" end
          to = s.to_mac
        end
        return to
      end },
    { name = "the last KeepAlive at the phone and at CUCM", documented = "sent, never seen", by = "2h",
      source = "document: the last KeepAlive did not reach CUCM",
      value = function(run)
        for _, s in ipairs(misled(run)) do
          if s.len > 0 then
            local same = { port = "cucm", sent = false, seq = s.seq, len = s.len, peer_port = s.local_port }
            return "sent, " .. (#run:segments(same) == 0 and "never seen" or "seen")
          end
        end
      end },
    { name = "duplicate ACKs of the phone to the ASA", at_least = 1, by = "2h",
      source = "document: packet 27918",
      value = function(run)
        local seen, n = nil, 0
        for _, s in ipairs(misled(run)) do
          if s.len == 0 and s.flags == "ACK" then
            if seen == s.ack and s.to_mac == ASA then n = n + 1 end
            seen = s.ack
          end
        end
        return n
      end },
    { name = "alarm of the first unregister", documented = "EndPointUnregistered Reason=13", by = "2h",
      source = "document: EventViewer",
      value = function(run)
        local a = first_alarm(run)
        return a and ("%s Reason=%d"):format(a.name, a.reason)
      end },
    { name = "from the last KeepAlive that CUCM saw to the alarm", documented = "90s", tolerance = "1s", by = "2h",
      source = "three intervals of 30 s",
      value = function(run)
        local a, last = first_alarm(run), nil
        for _, s in ipairs(a and run:segments { port = "cucm", sent = false } or {}) do
          if s.len > 0 and s.t_ns < a.t_ns then last = s end
        end
        return last and (a.t_ns - last.t_ns) / 1e9
      end },
    { name = "dropped by the ASA as", documented = "asa-no-connection", by = "2h",
      source = "firewall: a segment without a connection is dropped silently",
      value = function(run)
        local race = lost_race(run)
        for _, d in ipairs(race and run:records { kind = "DROP", node = "asa" } or {}) do
          if d.t_ns > race.t_ns then return d.reason end
        end
      end },
    { name = "unregisters in six hours", at_least = 2,
      source = "document: the phone restarts periodically",
      value = function(run) return run:count { kind = "ALARM", reason = 13 } end },
  },
}
