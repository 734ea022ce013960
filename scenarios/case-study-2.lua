-- SPDX-License-Identifier: GPL-3.0-or-later
-- Case study 2 of "Troubleshoot IP Phone Unregistration" (Cisco document 200410): an 8961 loses its
-- primary CUCM every 16 minutes, spends 2 minutes on the secondary, and comes back, for ever.
-- The access switch forgets the phone's address after 1 minute of silence (port security, ageing type
-- inactivity), but the phone speaks only every 115 s: the first copy of each keepalive is lost.

return {
  title = "Port-security ageing makes a SIP phone unregister every 16 minutes",
  source = "Cisco document 200410, Troubleshoot IP Phone Unregistration: case study 2",
  story = [[
The switch forgets the phone's secure address after 60 s of silence; a keepalive is due every 115 s.
The first copy of each keepalive teaches the switch the address again and is dropped for it; the TCP
retransmission passes. No valid RTT sample ever arrives, so the RTO doubles with each keepalive, until
26.88 s is longer than CUCM waits.]],
  duration = "40min",
  -- So early that, after a boot of 36.7 s, the first keepalives fall on the times of the document's rows (its date is not
  -- printed; that of the captures in the same document is taken).
  wall_clock = "2015-07-15 22:53:45.824",

  parameters = {
    tcp_mss = "1380B",           -- the window of 17940 bytes is 13 segments of 1380
    power_on_at = "1s",         -- servers and routers are up and know each other
    cseq_first = "11000",        -- five digits: the keepalives are 901 bytes long
    tcp_isn_phone = "5820",      -- the document's sequence numbers are relative to a
    tcp_isn_cucm = "3577",       -- moment before its first row
    link_delay = { type = "duration", default = "7.2ms", min = "0s", max = "10s",
                   doc = "one-way delay of the WAN link between the branch router and the data centre" },
    link_jitter = { type = "law", default = "0s", min = "0s", max = "10s",
                    doc = "added to the WAN link's delay, drawn for each frame" },
    link_loss = { type = "fraction", default = "0%", min = "0%", max = "100%",
                  doc = "share of frames that the WAN link loses at random, each direction" },
  },

  network = function(net, p)
    net:add("sip-phone", "phone", {
      mac = "f0:29:29:0a:3c:71", phone_model = "8961", load = "9.3.1", sip_local_port = 50708,
    })
    local access = net:add("switch", "access")
    access:port("Fa0/7", { mode = "access", vlan = 10, voice_vlan = 147, port_security = "on" })
    access:port("Gi0/1", { mode = "trunk" })
    local branch = net:add("router", "branch")
    branch:port("Gi0/0", { address = "10.147.230.1/24", vlan = 147, mac = "00:1d:a1:7e:10:01",
                           helper_address = "178.215.139.21" })
    branch:port("Gi0/1", { address = "178.215.139.1/24", mac = "00:1d:a1:7e:10:02" })
    local core = net:add("switch", "core")
    net:add("dhcp-server", "dhcp", {
      mac = "00:50:56:8a:11:21", address = "178.215.139.21", gateway = "178.215.139.1",
      dhcp_pools = "voice 10.147.230.0/24 router=10.147.230.1 option150=178.215.139.22,178.215.139.23 " ..
        "exclude=10.147.230.1-10.147.230.188", -- the document's phone has .189
    })
    local group, devices = "178.215.139.22,178.215.139.23", "SEPF029290A3C71 dn=4155550142"
    net:add("cucm", "cucm-pub", {
      mac = "00:50:56:8a:11:22", address = "178.215.139.22", gateway = "178.215.139.1",
      cucm_group = group, devices = devices,
      to_tag_digits = "9,9,10,9,10,8", -- of the printed keepalives: 648, 649, 648, 649, 647 bytes
    })
    net:add("cucm", "cucm-sub", {
      mac = "00:50:56:8a:11:23", address = "178.215.139.23", gateway = "178.215.139.1",
      cucm_group = group, devices = devices,
    })
    net:link("phone", "access:Fa0/7", { link_rate = "100Mbps" })
    net:link("access:Gi0/1", "branch:Gi0/0")
    net:link("branch:Gi0/1", "core:Gi1/0/1", {
      link_rate = "100Mbps", link_delay = p.link_delay, link_jitter = p.link_jitter,
      link_loss = p.link_loss })
    net:link("core:Gi1/0/2", "cucm-pub")
    net:link("core:Gi1/0/3", "cucm-sub")
    net:link("core:Gi1/0/4", "dhcp")
    net:capture("phone", "the phone's own port, as the document's capture")
    net:capture("access:Fa0/7", "the switch port where the first copies are discarded")
    net:capture("cucm-pub", "the primary CUCM")
    net:capture("cucm-sub", "the secondary CUCM")
  end,

  documented = {
    { name = "first unregister", measure = "first_unregister_s", documented = "961.8s",
      tolerance = "0.5s", by = "17min", source = "document: 16 minutes and seconds; arithmetic of its table" },
    { name = "alarm of the first unregister", documented = "EndPointUnregistered Reason=13",
      by = "17min", source = "document: EventViewer",
      value = function(run)
        local a = run:records { kind = "ALARM" }[1]
        return a and ("%s Reason=%d"):format(a.name, a.reason)
      end },
    { name = "last signal received", documented = "SIPStationDPrimaryLineTimeout", by = "17min",
      source = "document: EventViewer",
      value = function(run)
        local a = run:records { kind = "ALARM" }[1]
        return a and a.detail
      end },
    { name = "keepalives until the unregister", documented = 8, tolerance = 0, by = "17min",
      source = "arithmetic of the document's table",
      value = function(run)
        local a = run:records { kind = "ALARM" }[1]
        if not a then return nil end
        local n = 0
        for _, d in ipairs(run:records { kind = "DROP", node = "access" }) do
          if d.reason == "port-security-learning" and d.len > 900 and d.t_ns < a.t_ns then n = n + 1 end
        end
        return n
      end },
    { name = "time on the secondary", documented = "120s", tolerance = "5s", by = "19min",
      source = "document: 2 minutes later",
      value = function(run)
        local r = run:records { kind = "STATE", machine = "registration", to = "registered" }
        return r[2] and r[3] and (r[3].t_ns - r[2].t_ns) / 1e9
      end },
    { name = "second unregister", documented = "2043.6s", tolerance = "2s", by = "35min",
      source = "the document's cycle: arithmetic",
      value = function(run)
        local first = run:records { kind = "STATE", machine = "registration", to = "registered" }[1]
        local n = 0
        for _, a in ipairs(run:records { kind = "ALARM" }) do
          if a.reason == 13 then
            n = n + 1
            if n == 2 then return (a.t_ns - first.t_ns) / 1e9 end
          end
        end
      end },
    { name = "third registration, on primary", documented = "2163.7s", tolerance = "2s",
      by = "37min", source = "the document's cycle: arithmetic",
      value = function(run)
        local r = run:records { kind = "STATE", machine = "registration", to = "registered" }
        return r[5] and (r[5].t_ns - r[1].t_ns) / 1e9
      end },
    rows { file = "data/case-study-2.csv", port = "phone", by = "13min",
           source = "document: packet table" },
  },
}
