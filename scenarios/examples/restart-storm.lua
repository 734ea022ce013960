-- SPDX-License-Identifier: GPL-3.0-or-later
-- What happens to one node when its service comes back: all its phones lost it at one instant, so all of them try again at
-- one instant, as often as it takes. Cisco's multiplatform phones have a random delay for that (7800 MPP administration
-- guide, "Reg Retry Intvl" and "Reg Retry Random Delay").

local S = 1000000000

-- The most registrations that CUCM granted within one second, after the service came back.
local function peak(run)
  local faults = run:records { kind = "FAULT" }
  if not faults[2] then return nil end
  local times = {}
  for _, r in ipairs(run:records { kind = "STATE", machine = "registrar", to = "registered" }) do
    if r.t_ns > faults[2].t_ns then times[#times + 1] = r.t_ns end
  end
  local most, first = 0, 1
  for i, t in ipairs(times) do
    while t - times[first] > S do first = first + 1 end
    most = math.max(most, i - first + 1)
  end
  return most
end

return {
  title = "The storm after a restart: all phones at once, or one after the other",
  source = "Cisco 7800 multiplatform phones, administration guide: retry interval and random delay of registrations",
  story = [[
Two hundred phones, SIP and SCCP, hang on one node. At five minutes its service stops, at ten it starts again. Every phone
lost it at the same instant and tries again every 30 s: so all of them meet there in one second. With
reconnect_jitter=uniform(0s,30s) each adds a delay of its own, and they come one after the other.]],
  duration = "15min",
  wall_clock = "2019-03-04 07:00:00",

  parameters = {
    phones = { type = "integer", default = 200, min = 2, max = 2000, doc = "how many, half of them SCCP" },
    stops_at = { type = "duration", default = "5min", min = "1min", max = "1d", doc = "when the service stops" },
    starts_at = { type = "duration", default = "610s", min = "1min", max = "1d", doc = "when it starts again" },
  },

  network = function(net, p)
    net:add("switch", "access")
    net:add("cucm", "cucm", { mac = "02:00:00:ff:00:01", address = "10.1.0.2", prefix_len = 16 })
    net:link("cucm", "access:cucm")
    for i = 1, p.phones do
      local name, sip = "phone" .. i, i % 2 == 0
      local settings = { mac = ("02:00:00:00:%02x:%02x"):format(i >> 8, i & 255), starts = "configured", prefix_len = 16,
                         address = ("10.1.%d.%d"):format(1 + (i >> 7), i & 127), cucm_group = "10.1.0.2",
                         power_on_at = i * 173 .. "ms" }
      if sip then settings.dn = tostring(2000 + i) end
      net:add(sip and "sip-phone" or "sccp-phone", name, settings)
      net:link(name, "access:" .. name)
    end
  end,

  script = function(sim, p)
    sim:wait_until(p.stops_at)
    sim.net:node("cucm"):op("stop")
    sim:wait_until(p.starts_at)
    sim.net:node("cucm"):op("start")
  end,

  documented = {
    { name = "most registrations in one second", documented = 200, tolerance = 0, by = "14min",
      source = "the guide: phones that lost their server together retry together", value = peak },
    { name = "all are back after", at_most = "31s", by = "14min", source = "one retry interval",
      value = function(run)
        local faults, last = run:records { kind = "FAULT" }, 0
        for _, r in ipairs(run:records { kind = "STATE", machine = "registrar", to = "registered" }) do last = r.t_ns end
        return faults[2] and (last - faults[2].t_ns) / S
      end },
  },
}
