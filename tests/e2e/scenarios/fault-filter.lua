-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: phones boot, one by HTTP, one by TFTP, one speaks SCCP; faults that do nothing (a delay of 0 s) touch
-- the frames of the protocols asked for, so that each stands in the capture with its comment.
return {
  title = "Which frames a fault is about",
  source = "made up for a test",
  story = "Three phones boot and register.",
  duration = "5min",
  parameters = {
    filter = { type = "text", default = "any", doc = "protocols, with '+' for those with payload, in a row" },
  },
  network = function(net, p)
    local access = net:add("switch", "access", { lldp = true })
    net:add("switch", "core", { cdp = false })
    net:add("dhcp-server", "dhcp", { mac = "00:50:56:00:00:05", address = "10.1.0.5",
      dhcp_pools = "voice 10.1.0.0/24 exclude=10.1.0.1-10.1.0.199 dns=10.1.0.6 option150=10.1.0.2" })
    net:add("dns-server", "dns", { mac = "00:50:56:00:00:06", address = "10.1.0.6", hosts = "pub=10.1.0.2" })
    net:add("cucm", "pub", { mac = "00:50:56:00:00:02", address = "10.1.0.2",
      cucm_group = "pub=10.1.0.2",
      devices = "SEP005056A10301 dn=5001, SEP005056A10302 dn=5002" })
    net:add("sip-phone", "new", { mac = "00:50:56:a1:03:01", phone_model = "8961" })
    net:add("sip-phone", "old", { mac = "00:50:56:a1:03:02", phone_model = "7975", http_download = "off" })
    net:add("sccp-phone", "skinny", { mac = "00:50:56:a1:03:03", starts = "configured", address = "10.1.0.11",
                                      cucm_group = "10.1.0.2" })
    for i, name in ipairs { "new", "old", "skinny" } do net:link(name, "access:Fa0/" .. i) end
    net:link("access:up", "core:down")
    for i, name in ipairs { "dhcp", "dns", "pub" } do net:link(name, "core:Gi0/" .. i) end
    net:capture("access:up", "the uplink")
  end,
  script = function(sim, p)
    for word in p.filter:gmatch("%S+") do
      sim.net:link_at("access:up"):delay { by = "0s", from = "access", protocol = word:match("%l+"),
                                           payload = word:find("+", 1, true) ~= nil }
    end
  end,
}
