-- SPDX-License-Identifier: GPL-3.0-or-later
-- A cluster's phones for an hour: up to 48 on an access switch, 14 switches in a building, 15 buildings around a core.
-- What the CUCM nodes have to answer follows from the keepalive interval. docs/studies.md has the result for 10,000.

local PER_SWITCH, PER_BUILDING = 48, 14

return {
  title = "An hour of many phones",
  source = "made up",
  story = [[
Phones on access switches of 48 ports, each switch a subnet; 14 switches behind the router of a building, and the
buildings' routers behind the core, where two CUCM nodes stand. The phones are powered at moments drawn over two minutes,
so that their keepalives are spread. Nothing fails.]],
  duration = "1h",

  parameters = {
    phones = { type = "integer", default = 480, min = 1, max = 10080, doc = "how many" },
    powered_at = { type = "law", default = "uniform(0s,120s)", min = "0s", max = "1h",
                   doc = "when a phone is powered; each draws its own" },
  },

  network = function(net, p)
    local switches = (p.phones + PER_SWITCH - 1) // PER_SWITCH
    local buildings = (switches + PER_BUILDING - 1) // PER_BUILDING
    local routes = {}
    for b = 1, buildings do routes[b] = ("10.%d.0.0/16 via 10.2.%d.2"):format(64 + b, b) end
    net:add("router", "core", { routes = table.concat(routes, ", ") }):port("servers", { address = "10.1.0.1/24" })
    net:add("switch", "servers")
    net:add("cucm", "cucm-pub", { mac = "00:50:56:00:01:02", address = "10.1.0.2", gateway = "10.1.0.1" })
    net:add("cucm", "cucm-sub", { mac = "00:50:56:00:01:03", address = "10.1.0.3", gateway = "10.1.0.1" })
    net:link("core:servers", "servers:Gi0/1")
    net:link("cucm-pub", "servers:Gi0/2")
    net:link("cucm-sub", "servers:Gi0/3")

    for b = 1, buildings do
      local name = "building" .. b
      net:add("router", name, { routes = ("0.0.0.0/0 via 10.2.%d.1"):format(b) })
        :port("core", { address = ("10.2.%d.2/30"):format(b) })
      net:node("core"):port(name, { address = ("10.2.%d.1/30"):format(b) })
      net:link("core:" .. name, name .. ":core", { link_rate = "10Gbps" })
    end

    for s = 0, switches - 1 do
      local building, floor = s // PER_BUILDING + 1, s % PER_BUILDING + 1
      local router, access = "building" .. building, ("access%d-%d"):format(building, floor)
      local subnet = ("10.%d.%d."):format(64 + building, floor)
      net:add("switch", access)
      net:node(router):port("floor" .. floor, { address = subnet .. "1/24" })
      net:link(("%s:floor%d"):format(router, floor), access .. ":Gi0/1")

      for i = s * PER_SWITCH, math.min(p.phones, (s + 1) * PER_SWITCH) - 1 do
        local place, name = i % PER_SWITCH + 1, "phone" .. i + 1
        net:add("sip-phone", name, {
          starts = "configured", mac = ("00:24:14:00:%02x:%02x"):format(i // 256, i % 256), dn = ("%05d"):format(10000 + i),
          address = subnet .. 10 + place, gateway = subnet .. "1", cucm_group = "10.1.0.2, 10.1.0.3",
          power_on_at = p.powered_at,
        })
        net:link(name, ("%s:Fa0/%d"):format(access, place), { link_rate = "100Mbps" })
      end
    end
  end,
}
