-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: one call through a CUBE whose inner cable is cut for ten seconds, then loses packets at random; the
-- caller holds the call for a minute.
return {
  title = "The voice of a call, over a bad cable",
  source = "made up for a test",
  story = "The call stands from 3 s to 9 min. Its voice is cut for 10 s, loses 5 % for 30 s, and goes one way for a minute.",
  duration = "10min",
  parameters = { rtp = "flow" },
  network = function(net)
    net:add("sip-provider", "provider", { mac = "00:50:56:00:00:01", address = "192.0.2.2", gateway = "192.0.2.1",
      sip_peer = "192.0.2.1", calls_to = "5001" })
    net:add("sip-provider", "pbx", { mac = "00:50:56:00:00:02", address = "10.0.0.2", gateway = "10.0.0.1", number = "5001" })
    local cube = net:add("cube", "cube", { dial_peers = "100 destination-pattern 5... session-target 10.0.0.2" })
    cube:port("out", { address = "192.0.2.1/24" })
    cube:port("in", { address = "10.0.0.1/24" })
    net:link("provider", "cube:out", { link_delay = "5ms" })
    net:link("pbx", "cube:in")
  end,
  script = function(sim)
    local provider, cable = sim.net:node("provider"), sim.net:link_at("pbx")
    sim:wait_until("1s")
    provider:op("call")
    sim:wait_until("1min")
    cable:cut()
    sim:wait("10s")
    cable:heal()
    sim:wait_until("2min")
    cable:loss { rate = "5%", lasts = "30s" }
    sim:wait_until("4min")
    provider:op("hold")
    sim:wait_until("5min")
    provider:op("retrieve")
    sim:wait_until("9min")
    provider:op("hang-up")
  end,
}
