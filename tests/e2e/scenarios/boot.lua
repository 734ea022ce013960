-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: a phone that boots, and what may be amiss meanwhile.
return {
  title = "A phone boots in a network with a fault",
  source = "made up for a test",
  story = "One phone, its switch, DHCP, and two CUCM nodes that have its files; a fault from the start, healed later.",
  duration = "15min",
  parameters = {
    fault = { type = "enum", default = "none", doc = "what is amiss",
              choices = "none|no-dhcp|no-tftp|no-option|first-tftp-dead|primary-down|unknown|conflict|no-cdp|silent-switch|no-power" },
    heal_at = { type = "duration", default = "5min", min = "0s", max = "1d", doc = "when it is healed" },
    power_on_at = "1s",
  },
  network = function(net, p)
    net:add("sip-phone", "phone", { mac = "00:24:14:2d:df:24", phone_model = "8961" })
    local access = net:add("switch", "access", {
      cdp = p.fault ~= "no-cdp" and p.fault ~= "silent-switch", lldp = p.fault == "no-cdp",
      power_budget = p.fault == "no-power" and 0 or 370000 })
    access:port("Fa0/1", { vlan = p.fault == "silent-switch" and 20 or 10, voice_vlan = 20 })
    for i = 2, p.fault == "conflict" and 5 or 4 do access:port("Fa0/" .. i, { vlan = 20 }) end
    local options = "voice 10.1.1.0/24 exclude=10.1.1.1-10.1.1.9 router=10.1.1.1"
    local tftp = p.fault == "first-tftp-dead" and " option150=10.1.1.7,10.1.1.3" or " option150=10.1.1.2,10.1.1.3"
    net:add("dhcp-server", "dhcp", { mac = "00:50:56:00:00:05", address = "10.1.1.5",
      dhcp_pools = p.fault == "no-option" and options or options .. tftp, dhcp_pools_later = options .. tftp })
    local known = "SEP0024142DDF24 dn=5678"
    for i, name in ipairs { "a", "b" } do
      net:add("cucm", name, { mac = "00:50:56:00:00:0" .. i + 1, address = "10.1.1." .. i + 1,
        cucm_group = "10.1.1.2,10.1.1.3", devices = p.fault == "unknown" and "SEP000000000001" or known, devices_later = known })
    end
    if p.fault == "conflict" then
      net:add("cucm", "squatter", { mac = "00:50:56:00:00:99", address = "10.1.1.10" })
      net:link("squatter", "access:Fa0/5")
    end
    net:link("phone", "access:Fa0/1")
    net:link("a", "access:Fa0/2")
    net:link("b", "access:Fa0/3")
    net:link("dhcp", "access:Fa0/4")
    net:capture("phone", "the phone")
  end,
  script = function(sim, p)
    local function at(name) return sim.net:node(name) end
    local fault = p.fault
    if fault == "no-dhcp" then at("dhcp"):op("stop") end
    if fault == "no-tftp" then at("a"):op("tftp-stop") at("b"):op("tftp-stop") end
    if fault == "primary-down" then at("a"):op("stop") end
    sim:wait_until(p.heal_at)
    if fault == "no-dhcp" then at("dhcp"):op("start") end
    if fault == "no-tftp" then at("a"):op("tftp-start") at("b"):op("tftp-start") end
    if fault == "no-option" then at("dhcp"):op("reconfigure") end
    if fault == "primary-down" then at("a"):op("start") end
    if fault == "unknown" then at("a"):op("provision") at("b"):op("provision") end
  end,
}
