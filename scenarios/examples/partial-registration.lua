-- SPDX-License-Identifier: GPL-3.0-or-later
-- Cisco document 217220, partial registration: a keepalive that comes after CUCM has cleared the device registers its
-- primary line again, and only that; the phone believes that all its lines are registered.

-- The lines of the device that CUCM has registered at an instant.
local function lines(run, at_s)
  local on = {}
  local function follow(machine)
    for _, r in ipairs(run:records { kind = "STATE", machine = machine, node = "cucm" }) do
      if r.t_ns <= at_s * 1000000000 then on[machine .. r.key] = r.to == "registered" or nil end
    end
  end
  follow "registrar"
  follow "line"
  local n = 0
  for _ in pairs(on) do n = n + 1 end
  return n
end

return {
  title = "A late keepalive registers one line of three: partial registration",
  source = "Cisco document 217220: troubleshoot partial registration",
  story = [[
A phone with three lines registers each with a REGISTER of its own; the keepalive is the first line's alone. For 25 seconds
the path loses everything: the keepalive due then arrives by a retransmission, 142 s after the last one, when CUCM has cleared
the device (130 s) without closing the connection. CUCM takes it for a registration of the first line. The phone has its 200 OK,
and knows nothing of the other two.]],
  duration = "10min",
  wall_clock = "2021-06-01 10:00:00",

  parameters = {
    cucm_close_on_timeout = "off", -- as the document tells; a closed connection would make the phone register anew
    tcp_giveup = "2min",
    lost_at = { type = "duration", default = "110s", min = "1s", max = "1d", doc = "when the path begins to lose all" },
    lost_for = { type = "duration", default = "25s", min = "1ms", max = "1h", doc = "for how long" },
  },

  network = function(net, p)
    net:add("switch", "access")
    net:add("sip-phone", "phone", {
      mac = "00:24:14:2d:df:24", phone_model = "8961", starts = "configured", address = "10.1.1.10", cucm_group = "10.1.1.2",
      dn = "4001", more_lines = "4002, 4003",
    })
    net:add("cucm", "cucm", { mac = "00:50:56:00:00:02", address = "10.1.1.2" })
    net:link("phone", "access:phone")
    net:link("cucm", "access:cucm")
    net:capture("phone", "the phone's own port")
  end,

  script = function(sim, p)
    sim:wait_until(p.lost_at)
    local cable = sim.net:link_at("cucm")
    cable:cut()
    sim:wait(p.lost_for)
    cable:heal()
  end,

  documented = {
    { name = "lines registered before", documented = 3, tolerance = 0, by = "100s", source = "document: all lines",
      value = function(run) return lines(run, 100) end },
    { name = "CUCM clears the device", documented = "EndPointUnregistered Reason=13", by = "140s", source = "document: keepalive timeout",
      value = function(run)
        local a = run:first { kind = "ALARM" }
        return a and ("%s Reason=%d"):format(a.name, a.reason)
      end },
    { name = "lines registered after the late keepalive", documented = 1, tolerance = 0, by = "9min",
      source = "document: only the primary line", value = function(run) return lines(run, 300) end },
    { name = "as the phone has it", documented = "registered all the time", by = "9min", source = "document: the phone sends keepalives",
      value = function(run)
        local moves = run:records { kind = "STATE", machine = "registration", from = "registered" }
        return #moves == 0 and "registered all the time" or "it left"
      end },
    { name = "at the end still", documented = 1, tolerance = 0, by = "9min", source = "document: until it is reset",
      value = function(run) return lines(run, 540) end },
  },
}
