-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: how calls end, and what stands in their way; each case is a pair of its own on one switch.
return {
  title = "Calls and their ends",
  source = "made up for a test",
  story = "Pairs of people call each other: one asks for too short an interval, one is refused, one is not answered, one dies.",
  duration = "1h",
  ladder = function(p) return p.case == "many" and p.calls == 1 and "bob2, alice2" or nil end,
  parameters = {
    case = { type = "enum", choices = "short|refused|dead|flooded|many|none", default = "short", doc = "what happens" },
    calls = { type = "integer", default = "1", min = "1", max = "100", doc = "calls of the caller" },
  },
  network = function(net, p)
    local n = 0
    net:add("switch", "access", { cdp = "off" })
    local function host(model, name, last, settings)
      settings.mac, settings.address = ("02:00:00:00:00:%02x"):format(last), "10.1.0." .. last
      net:add(model, name, settings)
      n = n + 1
      net:link(name, "access:" .. n)
    end
    local pairs_of = p.case == "many" and 6 or 1
    for i = 1, pairs_of do
      local tail = pairs_of > 1 and tostring(i) or ""
      host("sip-provider", "alice" .. tail, 10 + 2 * i, { number = "2001", calls_to = "5001", sip_peer = "10.1.0." .. 11 + 2 * i,
        calls = p.calls, min_se = "90s", session_expires = p.case == "short" and "900s" or "1800s" })
      host("sip-provider", "bob" .. tail, 11 + 2 * i, { number = "5001",
        min_se = p.case == "short" and "1800s" or "90s", calls_at_once = p.case == "refused" and 0 or 100 })
    end
    if p.case == "flooded" then host("sip-provider", "carol", 9, { number = "7", sip_peer = "10.1.0.12", calls_to = "2001" }) end
  end,
  script = function(sim, p)
    local function op(at, node, what)
      sim:wait_until(at)
      sim.net:node(node):op(what)
    end
    if p.case == "none" then return end
    if p.case == "many" then
      sim:wait_until("10s")
      for i = 1, 6 do sim.net:node("alice" .. i):op("call") end
      sim:wait_until("30min")
      for i = 1, 6 do sim.net:node("alice" .. i):op("hang-up") end
      return
    end
    if p.case == "flooded" then
      op("1s", "carol", "call")
      op("5s", "carol", "crash")
    end
    op("10s", "alice", "call")
    if p.case == "dead" then
      op("5min", "bob", "crash")
    else
      op("40min", "alice", "hang-up")
    end
  end,
}
