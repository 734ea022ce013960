-- SPDX-License-Identifier: GPL-3.0-or-later
-- A fault that is about one protocol touches those frames and no others. Truth: Wireshark's display filters, on the
-- uplink of three phones that boot by HTTP and by TFTP and register by SIP and SCCP.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local scenario = dt.src .. "/tests/e2e/scenarios/fault-filter.lua"

local same = {
  any = "frame", arp = "arp", ip = "ip", icmp = "icmp", udp = "udp", tcp = "tcp", cdp = "cdp", lldp = "lldp", dns = "dns",
  tftp = "tftp", dhcp = "dhcp", sip = "tcp.port == 5060 || udp.port == 5060", sccp = "tcp.port == 2000",
  http = "tcp.port == 6970 || tcp.port == 80",
  ["tcp+"] = "tcp.len > 0", ["udp+"] = "udp.length > 8", ["sip+"] = "sip", ["sccp+"] = "skinny",
}

-- What the access switch sent up after the first instant, when the script had not acted yet.
local function sent(folder, filter, fields)
  local _, out = dt.sh(("tshark -r '%s/capture/access-up.pcapng' -Y '(%s) && frame.packet_flags_direction == 2 && " ..
    "frame.time_relative > 0' -T fields -e frame.number %s 2>/dev/null"):format(folder, filter, fields or ""))
  return out
end

-- At most four comments stand at a packet.
for i, filter in ipairs { "arp ip udp dhcp", "tcp sip sccp http", "dns tftp cdp lldp", "tcp+ udp+ any icmp", "sip+ sccp+" } do
  local folder = dt.tmp() .. "/" .. i
  local status, _, err = dt.run { "run", scenario, "-q", "--set", "filter=" .. filter, "-o", folder }
  dt.equal(status, 0, filter .. ": " .. err)
  local comments = sent(folder, "frame.comment", "-e frame.comment")
  for word in filter:gmatch("%S+") do
    local detail = ("payload=%s protocol=%s"):format(word:find("+", 1, true) and "on" or "off", word:match("%l+"))
    local touched = {}
    for number, text in comments:gmatch("(%d+)\t([^\n]*)") do
      if (text .. ","):find(detail .. ",", 1, true) then touched[#touched + 1] = number end
    end
    local got, want = table.concat(touched, " "), sent(folder, same[word]):gsub("\n$", ""):gsub("\n", " ")
    dt.ok(got == want, "%s: touched %s; Wireshark says %s", word, got, want)
    dt.ok(word == "icmp" or #touched > 0, "no frame of %s was sent", word)
  end
end
dt.done()
