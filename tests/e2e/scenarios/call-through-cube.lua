-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: a day-long call from a provider through a CUBE, UDP on the one leg and TCP on the other, each with
-- its own session timer; then the provider dies, and the CUBE gives the call up.
local function count(filter)
  return function(run) return #run:messages(filter) end
end

return {
  title = "A call through a CUBE, refreshed for a day",
  source = "made up for a test",
  story = "The provider refreshes its leg, the CUBE the other one. Then the provider dies, and nobody refreshes the first leg.",
  duration = "25h",
  parameters = {
    crash_at = { type = "duration", default = "24.2h", min = "0s", max = "30d", doc = "when the provider dies" },
  },
  network = function(net)
    net:add("sip-provider", "provider", { mac = "00:50:56:00:00:01", address = "10.0.1.2", gateway = "10.0.1.1",
      number = "2001", sip_peer = "10.0.1.1", calls_to = "5001" })
    local cube = net:add("cube", "cube", { midcall_signaling = "media-change", session_refresh = "on",
      dial_peers = "100 destination-pattern 5... session-target 10.0.2.2 transport tcp" })
    cube:port("Gi0/0", { address = "10.0.1.1/24" })
    cube:port("Gi0/1", { address = "10.0.2.1/24" })
    net:add("sip-provider", "pbx", { mac = "00:50:56:00:00:02", address = "10.0.2.2", gateway = "10.0.2.1", number = "5001" })
    net:link("provider", "cube:Gi0/0", { link_delay = "10ms" })
    net:link("cube:Gi0/1", "pbx", { link_delay = "1ms" })
    net:capture("provider", "leg a at the provider")
    net:capture("cube:Gi0/0", "leg a at the CUBE")
    net:capture("pbx", "leg b at the PBX")
  end,
  script = function(sim, p)
    sim:wait("1s")
    sim.net:node("provider"):op("call")
    sim:wait_until(p.crash_at)
    sim.net:node("provider"):op("crash")
  end,
  documented = { -- so that the messages are kept; the test sets them beside Wireshark's
    { name = "INVITEs of the provider", at_least = 0, value = count { port = "provider", method = "INVITE", sent = true, copy = 0 } },
    { name = "INVITEs at the PBX", at_least = 0, value = count { node = "pbx", method = "INVITE", sent = false } },
    { name = "BYEs of the CUBE", at_least = 0, value = count { node = "cube", method = "BYE", sent = true, copy = 0 } },
    { name = "copies of them", at_least = 0,
      value = function(run) return #run:messages { node = "cube", method = "BYE", sent = true } - 1 end },
  },
}
