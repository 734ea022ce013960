-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: the phone of seed 004 with the addresses of the document, and one that CUCM does not know.
return {
  title = "Two phones fetch their files by TFTP",
  source = "made up for a test, with the names of seed 004",
  story = "A phone that CUCM knows boots, 29 s later one that it does not know; neither cluster nor phone has a trust list.",
  duration = "3min",
  wall_clock = "2011-01-14 16:23:30.000",
  parameters = {
    power_on_at = "1s",
    plug_out_at = { type = "duration", default = "2min", min = "0s", max = "1d", doc = "when the phone is unplugged" },
  },
  network = function(net)
    local access = net:add("switch", "access")
    net:add("dhcp-server", "dhcp", { mac = "00:50:56:00:00:05", address = "10.10.210.5",
      dhcp_pools = "voice 10.10.210.0/24 exclude=10.10.210.1-10.10.210.199 option150=10.10.210.10" })
    net:add("cucm", "cucm", { mac = "00:50:56:00:00:02", address = "10.10.210.10", devices = "SEP005056A1033D dn=5005",
      itl = false })
    net:add("sip-phone", "phone", { mac = "00:50:56:a1:03:3d", phone_model = "7975", http_download = "off" })
    net:add("sip-phone", "stranger", { mac = "00:50:56:a1:03:3e", phone_model = "7975", http_download = "off",
      power_on_at = "30s" })
    access:port("Gi1/0/1", { vlan = 10, voice_vlan = 20 })
    access:port("Gi1/0/2", { vlan = 10, voice_vlan = 20 })
    access:port("Gi1/0/3", { vlan = 20 })
    access:port("Gi1/0/4", { vlan = 20 })
    net:link("phone", "access:Gi1/0/1")
    net:link("stranger", "access:Gi1/0/2")
    net:link("cucm", "access:Gi1/0/3")
    net:link("dhcp", "access:Gi1/0/4")
    net:capture("cucm", "the CUCM node")
  end,
  script = function(sim, p)
    sim:wait_until(p.plug_out_at)
    sim.net:node("phone"):op("unplug")
  end,
}
