-- SPDX-License-Identifier: GPL-3.0-or-later
-- "SIP Phone - Registration" (Cisco support community, CUCM 10.5): a CP-8861 boots, fetches its files by HTTP from
-- TCP port 6970, registers with its primary CUCM, and keeps both CUCMs warm: a REGISTER to the primary 115 s after
-- each 200 OK, one with Expires 0 to the secondary every 120 s.

return {
  title = "A CP-8861 boots and registers; keepalives to both CUCMs",
  source = "Cisco support community: SIP Phone - Registration (CP-8861, CUCM 10.5)",
  story = [[
Power, firmware, voice VLAN by CDP, address and TFTP servers by DHCP, trust lists, the signed configuration,
softkeys; then REGISTER and 200 OK. The phone asks for 3600 s and is granted 120, so it refreshes each 115 s. The
secondary gets its own dialog on its own connection, with keepalives that bind nothing.]],
  duration = "10min",
  wall_clock = "2016-04-20 06:50:00.000",

  parameters = {
    power_on_at = "1s",
    firmware_boot_time = "30s",
  },

  network = function(net, p)
    net:add("sip-phone", "phone", {
      mac = "28:34:a2:82:65:6d", phone_model = "8861", load = "10.3.1", poe_class = 4, power_mw = 12200,
      contact_uuid = "81ffc505-8e18-46a6-a556-9ba34fa1b7d6", sip_local_port = 51159,
    })
    local access = net:add("switch", "access")
    access:port("Gi1/0/5", { vlan = 10, voice_vlan = 20 })
    for i = 1, 3 do access:port("Gi1/0/" .. 20 + i, { vlan = 20 }) end
    net:add("dhcp-server", "dhcp", {
      mac = "00:50:56:01:00:05", address = "192.168.1.5",
      dhcp_pools = "voice 192.168.1.0/24 exclude=192.168.1.1-192.168.1.34 router=192.168.1.1 option150=192.168.1.11",
    })
    local cluster = { "192.168.1.11,192.168.1.12", "SEP2834A282656D dn=2018" }
    net:add("cucm", "cucm105p", {
      mac = "00:50:56:01:00:11", address = "192.168.1.11", cucm_group = cluster[1], devices = cluster[2],
      server_header = "Cisco-CUCM10.5", register_supported = "X-cisco-srtp-fallback,X-cisco-sis-7.1.1",
    })
    net:add("cucm", "cucm105s", {
      mac = "00:50:56:01:00:12", address = "192.168.1.12", cucm_group = cluster[1], devices = cluster[2],
    })
    net:link("phone", "access:Gi1/0/5", { link_rate = "1Gbps" })
    net:link("dhcp", "access:Gi1/0/21")
    net:link("cucm105p", "access:Gi1/0/22")
    net:link("cucm105s", "access:Gi1/0/23")
    net:capture("phone", "the phone's own port")
    net:capture("cucm105p", "the primary CUCM")
    net:capture("cucm105s", "the secondary CUCM")
  end,

  documented = {
    { name = "registered", documented = 1, value = function(run)
        return run:count { kind = "STATE", machine = "registration", to = "registered" } end },
  },
}
