-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: a call through a stateful proxy, UDP on the one side and TCP on the other. The caller's cable is cut,
-- then it hangs up: its BYE never comes, and what the proxy believes depends on session timers.
return {
  title = "A call through a stateful proxy, whose BYE is lost",
  source = "RFC 4028 1: a proxy that never hears of a call's end",
  story = "The caller hangs up without a cable. With session timers the proxy forgets the call, without them it never does.",
  duration = "6h",
  parameters = {
    cut_at = { type = "duration", default = "2h", min = "0s", max = "30d", doc = "when the caller's cable is cut" },
    called_supports = { type = "switch", default = "off", doc = "the called side supports session timers" },
  },
  network = function(net, p)
    net:add("sip-provider", "caller", { mac = "00:50:56:00:00:01", address = "10.0.1.2", number = "2001",
      sip_peer = "10.0.1.1", calls_to = "5001" })
    net:add("sip-provider", "called", { mac = "00:50:56:00:00:02", address = "10.0.1.3", number = "5001",
      session_timers = p.called_supports })
    net:add("sip-proxy", "proxy", { mac = "00:50:56:00:00:03", address = "10.0.1.1", routes = "5=10.0.1.3/tcp" })
    net:add("switch", "sw")
    net:link("caller", "sw:Gi0/1", { link_delay = "10ms" })
    net:link("called", "sw:Gi0/2")
    net:link("proxy", "sw:Gi0/3")
    net:capture("proxy", "the proxy")
  end,
  script = function(sim, p)
    sim:wait("40s")
    sim.net:node("caller"):op("call")
    sim:wait_until(p.cut_at)
    sim.net:link_at("sw:Gi0/1"):cut()
    sim.net:node("caller"):op("hang-up")
  end,
}
