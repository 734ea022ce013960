-- SPDX-License-Identifier: GPL-3.0-or-later
-- "CUCM's ARP table is full" (Cisco support community): in a flat network of phones and CUCM some ten phones never register;
-- when a good one is restarted, it is among those, and one of the others works. The table has room for 1024 entries.

local S = 1000000000

local function registered(run, at_s)
  local count, on = 0, {}
  for _, r in ipairs(run:records { kind = "STATE", machine = "registrar" }) do
    if r.t_ns > at_s * S then break end
    local is = r.to == "registered"
    if is ~= (on[r.key] or false) then count = count + (is and 1 or -1) end
    on[r.key] = is
  end
  return count, on
end

return {
  title = "CUCM's ARP table is full: some phones never register",
  source = "Cisco support community: some phones do not register, CUCM and phones in one large subnet",
  story = [[
1036 SCCP phones share a subnet with their one CUCM node, whose ARP table has room for 1024 entries. The last twelve are never
answered: their SYN arrives, but CUCM cannot write down where the SYN,ACK should go. At ten minutes a good phone is unplugged
for three minutes: a waiting one takes its place in the table, and it does not come back.]],
  duration = "20min",
  wall_clock = "2012-05-07 08:00:00",

  parameters = {
    arp_table_size = 1024,
    phones = { type = "integer", default = 1036, min = 2, max = 4000, doc = "in the subnet of the CUCM node" },
  },

  network = function(net, p)
    net:add("switch", "lan")
    net:add("cucm", "cucm", { mac = "02:00:00:ff:00:01", address = "10.1.0.2", prefix_len = 16, tftp = "off" })
    net:link("cucm", "lan:cucm")
    for i = 1, p.phones do
      local name = "phone" .. i
      net:add("sccp-phone", name, {
        mac = ("02:00:00:00:%02x:%02x"):format(i >> 8, i & 255), starts = "configured", prefix_len = 16,
        address = ("10.1.%d.%d"):format(1 + (i >> 7), i & 127), cucm_group = "10.1.0.2", power_on_at = i * 50 .. "ms",
      })
      net:link(name, "lan:" .. name)
    end
  end,

  script = function(sim)
    sim:wait_until("10min")
    local cable = sim.net:link_at("phone7")
    cable:cut()
    sim:wait("3min")
    cable:heal()
  end,

  documented = {
    { name = "entries that there is room for", documented = 1024, tolerance = 0, by = "9min", source = "document: some 1019 to 1024",
      value = function(run) return (registered(run, 540)) end },
    { name = "phones that do not register", documented = 12, tolerance = 2, by = "9min", source = "document: 10 to 15 of them",
      value = function(run)
        local ever, all = {}, 0
        for _, r in ipairs(run:records { kind = "STATE", machine = "power" }) do
          if not ever[r.key] then all = all + 1 end
          ever[r.key] = true
        end
        return all - (registered(run, 540))
      end },
    { name = "a good phone that is restarted", documented = "does not come back; another one registers", by = "19min",
      source = "document: restarting a working phone breaks it",
      value = function(run)
        local count, on = registered(run, 1140)
        if on["SEP020000000007"] then return "comes back" end
        return count == 1024 and "does not come back; another one registers" or "does not come back"
      end },
  },
}
