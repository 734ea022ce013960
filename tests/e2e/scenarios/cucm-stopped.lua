-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: the service on the primary is stopped, or its host dies; it may be started again.
return {
  title = "The service on the primary is stopped",
  source = "made up for a test",
  story = "A phone with two CUCM nodes; at 200 s the primary is stopped, or crashes.",
  duration = "10min",
  parameters = {
    stop = { type = "switch", default = "on", doc = "stop it at all" },
    how = { type = "enum", choices = "stop|crash", default = "stop", doc = "the service, or the host at once" },
    start_at = { type = "duration", default = "1h", min = "200s", max = "1h", doc = "when it is started again" },
  },
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
  script = function(sim, p)
    if p.stop == "off" then return end
    sim:wait("200s")
    sim.net:node("cucm-a"):op(p.how)
    sim:wait_until(p.start_at)
    sim.net:node("cucm-a"):op("start")
  end,
}
