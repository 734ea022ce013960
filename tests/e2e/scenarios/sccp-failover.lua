-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: an SCCP phone whose primary is stopped, or dies, and comes back.
return {
  title = "An SCCP phone's primary goes and comes back",
  source = "made up for a test",
  story = "An SCCP phone with two CUCM nodes; at 200 s the primary is stopped, or crashes; at 300 s it starts again.",
  duration = "10min",
  parameters = {
    how = { type = "enum", choices = "stop|crash", default = "stop", doc = "the service, or the host at once" },
  },
  network = function(net, p)
    net:add("sccp-phone", "phone", { starts = "configured", mac = "00:24:14:2d:df:24", address = "10.1.1.10",
                                     cucm_group = "10.1.1.2,10.1.1.3" })
    net:add("switch", "access")
    net:add("cucm", "cucm-a", { mac = "00:50:56:00:00:02", address = "10.1.1.2" })
    net:add("cucm", "cucm-b", { mac = "00:50:56:00:00:03", address = "10.1.1.3" })
    net:link("phone", "access:1")
    net:link("access:2", "cucm-a")
    net:link("access:3", "cucm-b")
  end,
  script = function(sim, p)
    sim:wait("200s")
    sim.net:node("cucm-a"):op(p.how)
    sim:wait_until("300s")
    sim.net:node("cucm-a"):op("start")
  end,
}
