-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: a call through two CUBEs, one after the other, whose caller dies. He is the one who refreshes, so the
-- first CUBE ends the call 30 s before the interval of 90 s is over.
return {
  title = "The silence of a caller who died",
  source = "made up for a test",
  story = "The call stands from 3 s on. At 15 s the caller dies, or his cable is out for ten seconds.",
  duration = "2min",
  parameters = {
    rtp = "flow",
    what = { type = "enum", choices = "dies|cut|hold|box-dies", default = "dies", doc = "what happens at 15 s" },
  },
  network = function(net)
    local timer = { session_expires = "90s", min_se = "90s", session_refresher = "uac" }
    local function with(t)
      for k, v in pairs(timer) do t[k] = v end
      return t
    end
    net:add("sip-provider", "caller", with { mac = "00:50:56:00:00:01", address = "192.0.2.2", gateway = "192.0.2.1",
      sip_peer = "192.0.2.1", calls_to = "5001" })
    local outer = net:add("cube", "outer", with { dial_peers = "100 destination-pattern 5... session-target 10.0.0.2",
                                                  routes = "10.0.1.0/24 via 10.0.0.2" })
    local inner = net:add("cube", "inner", with { dial_peers = "100 destination-pattern 5... session-target 10.0.1.2",
                                                  routes = "192.0.2.0/24 via 10.0.0.1" })
    outer:port("out", { address = "192.0.2.1/24" })
    outer:port("in", { address = "10.0.0.1/24" })
    inner:port("out", { address = "10.0.0.2/24" })
    inner:port("in", { address = "10.0.1.1/24" })
    net:add("sip-provider", "called", with { mac = "00:50:56:00:00:02", address = "10.0.1.2", gateway = "10.0.1.1",
      number = "5001" })
    net:link("caller", "outer:out", { link_delay = "5ms" })
    net:link("outer:in", "inner:out", { link_delay = "2ms" })
    net:link("inner:in", "called")
  end,
  script = function(sim, p)
    local caller = sim.net:node("caller")
    sim:wait_until("1s")
    caller:op("call")
    sim:wait_until("15s")
    if p.what == "dies" then
      caller:op("crash")
    elseif p.what == "box-dies" then
      sim.net:node("inner"):op("crash")
    elseif p.what == "hold" then
      sim.net:node("called"):op("hold")
      sim:wait("20s")
      sim.net:node("called"):op("retrieve")
    else
      local cable = sim.net:link_at("caller")
      cable:cut()
      sim:wait("10s")
      cable:heal()
    end
    sim:wait_until("70s")
    if p.what ~= "dies" and p.what ~= "box-dies" then caller:op("hang-up") end
  end,
}
