-- SPDX-License-Identifier: GPL-3.0-or-later
-- A provider, a CUCM node and two SIP phones in one subnet: calls in both directions and between the phones.
return {
  title = "Calls at CUCM",
  source = "RFC 3261, RFC 4028; seed 003's legs without the CUBE",
  story = [[
The provider calls a phone, the phone holds and takes the call back, and hangs up; then the phone calls the provider, and at last
the other phone.]],
  duration = "10min",
  wall_clock = "2015-07-15 08:00:00",

  parameters = {
    calls_at_once = 4,
  },

  network = function(net, p)
    net:add("switch", "lan")
    net:add("cucm", "cucm", { mac = "02:00:00:ff:00:01", address = "10.1.0.2", tftp = "off", sip_trunk = "10.1.0.5" })
    net:add("sip-provider", "provider", { mac = "02:00:00:ff:00:05", address = "10.1.0.5", number = "0302000",
      sip_peer = "10.1.0.2", calls_to = "1001" })
    for i = 1, 2 do
      net:add("sip-phone", "phone" .. i, { mac = "02:00:00:00:00:0" .. i, starts = "configured", address = "10.1.0.1" .. i,
        cucm_group = "10.1.0.2", dn = "100" .. i, calls_to = i == 1 and "0302000" or "1001" })
    end
    for _, name in ipairs { "cucm", "provider", "phone1", "phone2" } do net:link(name, "lan:" .. name) end
    net:capture("cucm", "CUCM")
  end,

  script = function(sim)
    sim:wait_until("10s")
    sim.net:node("provider"):op("call")
    sim:wait("10s")
    sim.net:node("phone1"):op("hold")
    sim:wait("5s")
    sim.net:node("phone1"):op("retrieve")
    sim:wait("5s")
    sim.net:node("phone1"):op("hang-up")
    sim:wait("10s")
    sim.net:node("phone1"):op("call")
    sim:wait("20s")
    sim.net:node("provider"):op("hang-up")
    sim:wait("10s")
    sim.net:node("phone2"):op("call")
    sim:wait("20s")
    sim.net:node("phone2"):op("hang-up")
  end,
}
