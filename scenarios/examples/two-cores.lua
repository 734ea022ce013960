-- SPDX-License-Identifier: GPL-3.0-or-later
-- An office of two floors, with SCCP and SIP phones on both; docs/diagnosis.md gives its outage by the logs alone.
-- Do not read on if you want to find it yourself.

return {
  title = "An office of two floors, and what its logs tell",
  source = "made up",
  story = [[
Floor 1 hangs on one core switch, with the publisher; floor 2 on the other, with the subscriber. The cable between
the two cores is pulled for a while. Floor 1 keeps its primary and loses its secondary; floor 2 has it the other way
round. SCCP phones notice by a keepalive that stays unanswered, SIP phones by TCP, CUCM by its timers.]],
  duration = "20min",
  wall_clock = "2011-03-02 08:00:00",

  parameters = {
    cut_at = { type = "duration", default = "10min", min = "1min", max = "1d", doc = "when the cable is pulled" },
    cut_for = { type = "duration", default = "4min", min = "1s", max = "1d", doc = "how long it is out" },
  },

  network = function(net, p)
    local cores = { net:add("switch", "core-a"), net:add("switch", "core-b") }
    local group = "cucm-pub=10.1.0.2, cucm-sub=10.1.0.3"
    for floor = 1, 2 do
      local access, core = "floor-" .. floor, floor == 1 and "core-a" or "core-b"
      net:add("switch", access)
      net:link(access .. ":Gi0/1", core .. ":Gi0/1")
      for desk = 1, 4 do
        local sccp = desk <= 2
        local name = ("%d%02d"):format(floor, desk)
        local settings = {
          starts = "configured", mac = ("00:1e:be:00:0%d:0%d"):format(floor, desk), prefix_len = 16,
          address = ("10.1.%d.%d"):format(floor, desk), cucm_group = group, power_on_at = floor * 10 + desk .. "s",
        }
        if not sccp then settings.dn = "2" .. name end
        net:add(sccp and "sccp-phone" or "sip-phone", "desk-" .. name, settings)
        net:link("desk-" .. name, access .. ":Fa0/" .. desk)
      end
    end
    local devices = {}
    for floor = 1, 2 do
      for desk = 1, 4 do
        devices[#devices + 1] = ("SEP001EBE000%d0%d dn=2%d%02d protocol=%s"):format(floor, desk, floor, desk,
          desk <= 2 and "SCCP" or "SIP")
      end
    end
    for i, name in ipairs { "cucm-pub", "cucm-sub" } do
      net:add("cucm", name, { mac = "00:50:56:00:00:0" .. i + 1, address = "10.1.0." .. i + 1, prefix_len = 16,
                              devices = table.concat(devices, ", ") })
      net:link(name, (i == 1 and "core-a" or "core-b") .. ":Gi0/10")
    end
    net:link("core-a:Gi0/24", "core-b:Gi0/24")
  end,

  script = function(sim, p)
    sim:wait_until(p.cut_at)
    local cable = sim.net:link_at("core-a:Gi0/24")
    cable:cut()
    sim:wait(p.cut_for)
    cable:heal()
  end,
}
