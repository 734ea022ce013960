-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: the primary's cable is cut and never healed.
return {
  title = "The primary's cable is cut",
  source = "made up for a test",
  story = "A phone with two CUCM nodes; at 200 s the link of the primary is cut.",
  duration = "10min",
  network = function(net, p)
    net:add("sip-phone", "phone", { starts = "configured", mac = "00:24:14:2d:df:24", dn = "5678", address = "10.1.1.10",
                                    cucm_group = "10.1.1.2,10.1.1.3" })
    net:add("switch", "access")
    net:add("cucm", "cucm-a", { mac = "00:50:56:00:00:02", address = "10.1.1.2" })
    net:add("cucm", "cucm-b", { mac = "00:50:56:00:00:03", address = "10.1.1.3" })
    net:link("phone", "access:1")
    net:link("access:2", "cucm-a")
    net:link("access:3", "cucm-b")
  end,
  script = function(sim)
    sim:wait("200s")
    sim.net:link_at("access:2"):cut()
  end,
}
