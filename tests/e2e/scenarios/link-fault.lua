-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: a registered phone behind a link that a fault of the given kind strikes, from 200 s on for 400 s.
local SETTINGS = {
  cut = {}, ["cut-one-way"] = { from = "phone" }, flap = { period = "40s", duty = "75%" }, loss = { rate = "60%" },
  gilbert = { p = "30%", r = "10%" }, mask = { frames = "1-12,14", protocol = "sip", payload = true, from = "phone" },
  delay = { by = "300ms" }, jitter = { by = "exp(200ms)" }, reorder = { rate = "50%", by = "500ms" },
  duplicate = { rate = "100%" }, corrupt = { rate = "0.1%", per = "bit" }, late = { by = "25s", from = "phone" },
}
local KINDS = { ["cut-one-way"] = "cut", late = "delay" }

return {
  title = "A link that a fault strikes",
  source = "made up for a test",
  story = "A SIP phone with two CUCM nodes; at 200 s its cable gets worse, for 400 s.",
  duration = "30min",
  parameters = {
    fault = { type = "enum", default = "loss", doc = "the kind",
              choices = "none|cut|cut-one-way|flap|loss|gilbert|mask|delay|jitter|reorder|duplicate|corrupt|late" },
    verb = { type = "switch", default = false, doc = "ordered by its verb when it is due, not ahead by its kind" },
  },
  network = function(net, p)
    net:add("sip-phone", "phone", { starts = "configured", mac = "00:24:14:2d:df:24", dn = "5678",
                                    address = "10.1.1.10", cucm_group = "10.1.1.2,10.1.1.3" })
    net:add("switch", "access")
    net:add("cucm", "cucm-a", { mac = "00:50:56:00:00:02", address = "10.1.1.2" })
    net:add("cucm", "cucm-b", { mac = "00:50:56:00:00:03", address = "10.1.1.3" })
    net:link("phone", "access:1")
    net:link("access:2", "cucm-a", { link_jitter = "uniform(1ms,2ms)" })
    net:link("access:3", "cucm-b", { link_jitter = "uniform(1ms,2ms)" })
    net:capture("phone", "the phone's own port")
    net:capture("access:1", "the switch's port")
    net:capture("access:2", "the port to cucm-a")
  end,
  script = function(sim, p)
    if p.fault == "none" then return end
    local settings, kind = SETTINGS[p.fault], KINDS[p.fault] or p.fault
    local link = sim.net:link_at("phone")
    if p.verb then
      sim:wait("200s")
      local fault = link[kind](link, settings)
      sim:wait("400s")
      fault:heal()
    else
      settings.kind, settings.at, settings.lasts = kind, "200s", "400s"
      link:fault(settings)
    end
  end,
}
