-- SPDX-License-Identifier: GPL-3.0-or-later
-- An SCCP and a SIP phone behind a trunk that goes bad for a while, by the law of your choice. docs/faults.md goes
-- through it.

return {
  title = "A trunk that loses frames in bursts",
  source = "made up",
  story = [[
Two phones on an access switch, two CUCM nodes behind the core. From 5 to 15 minutes the trunk between the switches
loses what the access switch sends, in bursts; at 20 minutes the access switch is reloaded.]],
  duration = "40min",
  wall_clock = "2011-03-02 08:00:00.000",

  parameters = {
    turns_bad = { type = "fraction", default = "10%", min = "0%", max = "100%",
                  doc = "chance of the trunk to turn bad, at each frame" },
    turns_good = { type = "fraction", default = "5%", min = "0%", max = "100%",
                   doc = "chance to turn good again; bursts last 1 / this many frames" },
  },

  network = function(net, p)
    net:add("switch", "access")
    net:add("switch", "core")
    net:link("access:Gi0/1", "core:Gi0/1")
    net:add("sccp-phone", "reception", { starts = "configured", mac = "00:1e:be:00:00:01", address = "10.1.0.11",
                                         cucm_group = "10.1.0.2,10.1.0.3" })
    net:add("sip-phone", "office", { starts = "configured", mac = "00:1e:be:00:00:02", dn = "2002",
                                     address = "10.1.0.12", cucm_group = "10.1.0.2,10.1.0.3" })
    net:link("reception", "access:Fa0/1", { link_rate = "100Mbps" })
    net:link("office", "access:Fa0/2", { link_rate = "100Mbps" })
    for i, name in ipairs { "cucm-pub", "cucm-sub" } do
      net:add("cucm", name, { mac = "00:50:56:00:00:0" .. i + 1, address = "10.1.0." .. i + 1 })
      net:link(name, "core:Gi1/0/" .. i)
    end
    net:capture("access:Gi0/1", "the trunk, seen from the access switch")
  end,

  script = function(sim, p)
    sim.net:link_at("access:Gi0/1"):gilbert {
      p = p.turns_bad, r = p.turns_good, from = "access", at = "5min", lasts = "10min" }
    sim.net:node("access"):op("reload", { at = "20min" })
  end,
}
