-- SPDX-License-Identifier: GPL-3.0-or-later
-- An office with as many SCCP as SIP phones, both kinds with the same two CUCM nodes. They all start configured,
-- powered one after the other.
local COUNT = 50

return {
  title = "50 SCCP and 50 SIP phones at one cluster",
  source = "made up",
  story = "Nothing happens: they register and stay registered.",
  duration = "1d",
  wall_clock = "2011-01-14 08:00:00.000",
  parameters = {},

  network = function(net, p)
    local access = net:add("switch", "access")
    local group = "10.1.0.2,10.1.0.3"
    local function phone(model, name, i, place, settings)
      settings.mac = ("02:00:00:00:%02x:%02x"):format(place, i)
      settings.starts, settings.cucm_group, settings.prefix_len = "configured", group, 16
      settings.address = ("10.1.%d.%d"):format(place, i)
      settings.power_on_at = ("%dms"):format((place - 1) * 7300 + i * 577)
      net:add(model, name .. i, settings)
      net:link(name .. i, ("access:%s%d"):format(name, i))
    end
    for i = 1, COUNT do
      phone("sccp-phone", "sccp", i, 1, {})
      phone("sip-phone", "sip", i, 2, { dn = tostring(2000 + i) })
    end
    for i = 2, 3 do
      net:add("cucm", "cucm" .. i, { mac = "02:00:00:00:00:0" .. i, address = "10.1.0." .. i, prefix_len = 16 })
      net:link("cucm" .. i, "access:cucm" .. i)
    end
  end,
}
