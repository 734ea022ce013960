-- SPDX-License-Identifier: GPL-3.0-or-later
-- Phones whose way to CUCM loses frames while the way back is clean, so that what becomes of a keepalive can be
-- reckoned exactly: docs/chain.md. `dialtone chain` sets the reckoning beside this network.

local PER_SWITCH, SWITCHES_MAX = 96, 13 -- a router has 16 ports

return {
  title = "Keepalives over a WAN that loses frames one way",
  source = "made up",
  story = [[
Phones on access switches of 96 ports, each switch a subnet of the branch's router. Two WAN lines join this router and the
one before CUCM: what the phones send takes the first, which loses frames at random; what CUCM answers comes back by the
second, which loses none. The lines are fast enough for nobody to queue.]],
  duration = "70min",

  parameters = {
    phones = { type = "integer", default = 500, min = 1, max = PER_SWITCH * SWITCHES_MAX, doc = "how many" },
    protocol = { type = "enum", default = "sip", choices = "sip|sccp", doc = "what the phones speak" },
    powered_at = { type = "law", default = "uniform(0s,120s)", min = "0s", max = "1h",
                   doc = "when a phone is powered; each draws its own" },
    link_loss = { type = "fraction", default = "10%", min = "0%", max = "100%",
                  doc = "share of the frames that the line to CUCM loses" },
    phone_jitter = { type = "law", default = "0s", min = "0s", max = "1h",
                     doc = "added to the delay of each frame on a phone's own line, both ways; order is kept" },
    burst_every = { type = "law", default = "0s", min = "0s", max = "1d",
                    doc = "from one burst, in which the line to CUCM loses all, to the next; 0s: there is none" },
    burst_lasts = { type = "law", default = "exp(1s)", min = "0s", max = "1d", doc = "how long a burst lasts" },
    wan_delay = { type = "duration", default = "1ms", min = "0s", max = "1h", doc = "of each line, one way" },
  },

  network = function(net, p)
    local switches = (p.phones + PER_SWITCH - 1) // PER_SWITCH
    local branch = net:add("router", "branch", { routes = "0.0.0.0/0 via 10.2.0.1" })
    branch:port("out", { address = "10.2.0.2/30" })
    branch:port("back", { address = "10.2.0.6/30" })
    local centre = net:add("router", "centre", { routes = "10.64.0.0/10 via 10.2.0.6" })
    centre:port("in", { address = "10.2.0.1/30" })
    centre:port("back", { address = "10.2.0.5/30" })
    centre:port("servers", { address = "10.1.0.1/24" })
    net:add("cucm", "cucm", { mac = "00:50:56:00:01:02", address = "10.1.0.2", gateway = "10.1.0.1" })
    net:link("centre:servers", "cucm")
    net:link("branch:out", "centre:in", { link_delay = p.wan_delay, link_loss = p.link_loss })
    net:link("branch:back", "centre:back", { link_delay = p.wan_delay })

    for s = 0, switches - 1 do
      local access, subnet = "access" .. s + 1, ("10.64.%d."):format(s)
      net:add("switch", access, { cdp = "off" })
      branch:port("floor" .. s + 1, { address = subnet .. "1/24" })
      net:link("branch:floor" .. s + 1, access .. ":Gi0/1")
      for i = s * PER_SWITCH, math.min(p.phones, (s + 1) * PER_SWITCH) - 1 do
        local place, name = i % PER_SWITCH + 1, "phone" .. i + 1
        local phone = {
          starts = "configured", mac = ("00:24:14:00:%02x:%02x"):format(i // 256, i % 256),
          address = subnet .. 10 + place, gateway = subnet .. "1", cucm_group = "10.1.0.2", power_on_at = p.powered_at,
        }
        if p.protocol == "sip" then phone.dn = ("%05d"):format(10000 + i) end
        net:add(p.protocol .. "-phone", name, phone)
        net:link(name, ("%s:Fa0/%d"):format(access, place), { link_rate = "100Mbps", link_jitter = p.phone_jitter })
      end
    end
  end,

  script = function(sim, p)
    local out = sim.net:link_at("branch:out")
    while p.burst_every ~= "0s" do
      sim:wait(sim:draw("good", p.burst_every))
      out:cut()
      sim:wait(sim:draw("bad", p.burst_lasts))
      out:heal()
    end
  end,
}
