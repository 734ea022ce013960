-- SPDX-License-Identifier: GPL-3.0-or-later
-- A branch office of three phones. Their first CUCM node stands at headquarters, behind a WAN link
-- that flaps; the second one in the office itself. docs/your-own-network.md builds it step by step.

return {
  title = "A branch office whose WAN link flaps",
  source = "made up",
  story = [[
Three phones register with headquarters, over a WAN link. The link goes down four times. A phone
whose keepalive falls into the gap waits for TCP to get it through; if that takes too long, it fails
over to the CUCM node in the office, and comes back two minutes after the link.]],
  duration = "30min",

  parameters = {
    wan_delay = { type = "duration", default = "12ms", min = "0s", max = "1s",
                  doc = "one-way delay of the WAN link" },
    first_at = { type = "duration", default = "5min", min = "1min", max = "1d",
                 doc = "when the WAN link goes down for the first time" },
    down_for = { type = "duration", default = "30s", min = "1s", max = "1h",
                 doc = "how long it stays down" },
    up_for = { type = "duration", default = "4min", min = "1s", max = "1h",
               doc = "how long it then stays up" },
    flaps = { type = "integer", default = 4, min = 0, max = 100,
              doc = "how often it goes down" },
  },

  network = function(net, p)
    local access = net:add("switch", "access")
    access:port("Gi0/1", { mode = "trunk" })

    for i = 1, 3 do -- power comes back floor by floor
      net:add("sip-phone", "phone" .. i, {
        starts = "configured", mac = ("00:24:14:2d:df:%02x"):format(i), dn = ("70%02d"):format(i),
        address = "10.20.0." .. 10 + i, gateway = "10.20.0.1", voice_vlan = 20,
        cucm_group = "hq=10.1.0.2, office=10.30.0.2", power_on_at = i * 40 - 39 .. "s",
      })
      access:port("Fa0/" .. i, { vlan = 10, voice_vlan = 20 })
      net:link("phone" .. i, "access:Fa0/" .. i, { link_rate = "100Mbps" })
    end

    local branch = net:add("router", "branch", { routes = "10.1.0.0/24 via 10.99.0.1" })
    branch:port("voice", { address = "10.20.0.1/24", vlan = 20 })
    branch:port("servers", { address = "10.30.0.1/24" })
    branch:port("wan", { address = "10.99.0.2/30" })
    local hq = net:add("router", "hq", {
      routes = "10.20.0.0/24 via 10.99.0.2, 10.30.0.0/24 via 10.99.0.2" })
    hq:port("wan", { address = "10.99.0.1/30" })
    hq:port("servers", { address = "10.1.0.1/24" })

    net:add("cucm", "cucm-hq", { mac = "00:50:56:00:01:02", address = "10.1.0.2", gateway = "10.1.0.1" })
    net:add("cucm", "cucm-office", { mac = "00:50:56:00:30:02", address = "10.30.0.2",
                                     gateway = "10.30.0.1" })

    net:link("access:Gi0/1", "branch:voice")
    net:link("branch:servers", "cucm-office")
    net:link("branch:wan", "hq:wan", { link_rate = "10Mbps", link_delay = p.wan_delay })
    net:link("hq:servers", "cucm-hq")
    net:capture("branch:wan", "the branch's end of the WAN link")
  end,

  script = function(sim, p)
    local wan = sim.net:link_at("branch:wan")
    sim:wait_until(p.first_at)
    for _ = 1, p.flaps do
      wan:cut()
      sim:wait(p.down_for)
      wan:heal()
      sim:wait(p.up_for)
    end
  end,

  documented = {
    { name = "phones that fail over", measure = "failover_count", at_most = 3 },
    { name = "phone-seconds without a CUCM", measure = "unregistered_time_s", at_most = "60s" },
    { name = "phones at hq in the end", documented = 3,
      value = function(run)
        local at = {}
        for _, r in ipairs(run:records { kind = "STATE", machine = "registration" }) do
          if r.to == "registered" then at[r.key] = r.event end
        end
        local n = 0
        for _, event in pairs(at) do n = n + (event == "registered-at-0" and 1 or 0) end
        return n
      end },
  },
}
