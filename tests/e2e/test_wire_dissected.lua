-- SPDX-License-Identifier: GPL-3.0-or-later
-- Messages of tests/wire as Wireshark reads them: by name, with a good checksum, none malformed.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function bytes_of(path)
  local t, good = {}, true
  for line in io.lines(path) do
    if line == "canonical:" then break end
    if line:find("^fails:") then good = false end
    if line:find("^>") then
      for c in (line:gsub("^> ?", "") .. "\r\n"):gmatch(".") do t[#t + 1] = ("%02x"):format(c:byte()) end
    elseif not line:find("^#") and not line:find("^%l+:") then
      for h in line:gmatch("%x%x") do t[#t + 1] = h end
    end
  end
  return t, good
end

-- Dissects one frame; returns tshark's fields, separated by bars. `wrap` and `as`: more options of text2pcap, which puts
-- a payload into layers of its own, and of tshark.
local function dissect(frame, fields, wrap, as)
  local hex, pcap = dt.tmp() .. "/frame.txt", dt.tmp() .. "/frame.pcap"
  local f = assert(io.open(hex, "w"))
  f:write("000000 ", table.concat(frame, " "), "\n")
  f:close()
  dt.equal(dt.sh(("text2pcap -q %s %s %s"):format(wrap or "", hex, pcap)), 0, "text2pcap")
  local _, out = dt.sh(("tshark -r %s %s -T fields -E separator='|' -e %s"):format(pcap, as or "",
                       table.concat(fields, " -e ")))
  return out:gsub("\n$", "")
end

local function cdp(name, want, ...)
  local pdu, good = bytes_of(("%s/tests/wire/cdp/%s.hex"):format(dt.src, name))
  local frame = { "01", "00", "0c", "cc", "cc", "cc", "f0", "29", "29", "0a", "3c", "71",
                  ("%02x"):format(#pdu // 256), ("%02x"):format(#pdu % 256) }
  for _, h in ipairs(pdu) do frame[#frame + 1] = h end
  for _ = #frame + 1, 60 do frame[#frame + 1] = "00" end
  dt.ok(good, "%s is no good message", name)
  dt.equal(dissect(frame, { "frame.protocols", "cdp.checksum.status", "_ws.malformed", "_ws.expert", ... }),
           "eth:llc:cdp|1||" .. want, "tshark of cdp/" .. name)
end

cdp("phone", "|SEPF029290A3C71|Port 1|0x00000490|9000", "cdp.deviceid", "cdp.portid", "cdp.capabilities", "cdp.power_consumption")
cdp("switch", "|access|FastEthernet0/7|10|147|15400,4294967295", "cdp.deviceid", "cdp.portid", "cdp.native_vlan",
    "cdp.voice_vlan", "cdp.power_available")
cdp("odd", "|Fa0/7", "cdp.portid")
cdp("odd-negative", "|255", "cdp.voice_vlan")
local function lldp(name, want, ...)
  local m, good = bytes_of(("%s/tests/wire/lldp/%s.hex"):format(dt.src, name))
  local frame = {}
  for h in ("0180c200000e f029290a3c71 88cc"):gmatch("%x%x") do frame[#frame + 1] = h end
  for _, h in ipairs(m) do frame[#frame + 1] = h end
  dt.ok(good, "%s is no good message", name)
  dt.equal(dissect(frame, { "frame.protocols", "_ws.malformed", "_ws.expert", ... }), "eth:ethertype:lldp|||" .. want,
           "tshark of lldp/" .. name)
end

lldp("phone", "SEPF029290A3C71|10.147.230.189|1", "lldp.tlv.system.name", "lldp.chassis.id.ip4", "lldp.media.policy_flag")
lldp("switch", "access|147|5|46|10.0.0.1", "lldp.tlv.system.name", "lldp.media.vlan_id", "lldp.media.l2_prio",
     "lldp.media.dscp", "lldp.mgn.addr.ip4")
lldp("least", "120", "lldp.time_to_live")

-- DHCP in UDP (no checksum), IPv4 and Ethernet, both ways.
local function word(n) return ("%02x"):format(n // 256), ("%02x"):format(n % 256) end

local function ip_header(payload)
  local h = { 0x45, 0, 0, 0, 0, 7, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 255, 255, 255, 255 }
  h[3], h[4] = (payload + 20) // 256, (payload + 20) % 256
  local sum = 0
  for i = 1, 20, 2 do sum = sum + h[i] * 256 + h[i + 1] end
  sum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff
  h[11], h[12] = sum // 256, sum % 256
  return h
end

local function udp(codec, name, ports, want, ...)
  local m, good = bytes_of(("%s/tests/wire/%s/%s.hex"):format(dt.src, codec, name))
  local frame = {}
  for h in ("ffffffffffff f029290a3c71 0800"):gmatch("%x%x") do frame[#frame + 1] = h end
  for _, b in ipairs(ip_header(#m + 8)) do frame[#frame + 1] = ("%02x"):format(b) end
  for _, n in ipairs { ports[1], ports[2], #m + 8, 0 } do
    frame[#frame + 1], frame[#frame + 2] = word(n)
  end
  for _, h in ipairs(m) do frame[#frame + 1] = h end
  dt.ok(good, "%s is no good message", name)
  for _ = #frame + 1, 60 do frame[#frame + 1] = "00" end
  dt.equal(dissect(frame, { "frame.protocols", "_ws.malformed", ... }), "eth:ethertype:ip:udp:" .. codec .. "||" .. want,
           ("tshark of %s/%s"):format(codec, name))
end

local function dhcp(name, to_server, want, ...)
  udp("dhcp", name, to_server and { 68, 67 } or { 67, 68 }, want, "dhcp.option.dhcp", ...)
end

dhcp("discover", true, "1|SEPF029290A3C71|1,66,6,3,15,150,35", "dhcp.option.hostname", "dhcp.option.request_list_item")
dhcp("offer", false, "2|10.147.230.189|178.215.139.22|178.215.139.22,178.215.139.23|86400", "dhcp.ip.your",
     "dhcp.option.tftp_server_name", "dhcp.option.tftp_server_address", "dhcp.option.ip_address_lease_time")
dhcp("request", true, "3|10.147.230.189", "dhcp.option.requested_ip_address")
dhcp("overloaded", false, "2|255.0.0.0|10.0.0.1", "dhcp.option.subnet_mask", "dhcp.option.router")
dhcp("nak", false, "6|wrong network", "dhcp.option.message")

udp("tftp", "rrq", { 3309, 69 }, "1|SEP005056A1033D.cnf.xml|octet", "tftp.opcode", "tftp.source_file", "tftp.type")
udp("tftp", "options", { 3309, 69 }, "1|f|blksize,tsize|1428,0", "tftp.opcode", "tftp.source_file", "tftp.option.name",
    "tftp.option.value")
-- DNS as it was read, and as it is written: without compression.
local dns = { "dns.id", "dns.flags.response", "dns.flags.rcode", "dns.qry.name", "dns.a", "dns.cname" }
udp("dns", "query", { 50000, 53 }, "0x1a2b|0||cucm105p.example.com||", table.unpack(dns))
udp("dns", "alias", { 53, 50000 }, "0x0007|1|0|cucm.example.com|10.1.1.2,10.1.1.3|cucm105p.example.com", table.unpack(dns))
udp("dns", "no-such-name", { 53, 50000 }, "0xffff|1|3|nobody.example.com||", table.unpack(dns))

-- HTTP, where CUCM's TFTP service speaks it.
local function http(name, ports, want, ...)
  local m, good = bytes_of(("%s/tests/wire/http/%s.hex"):format(dt.src, name))
  dt.ok(good, "%s is no good message", name)
  dt.equal(dissect(m, { "_ws.malformed", "frame.protocols", ... }, "-T " .. ports, "-d tcp.port==6970,http"),
           "|eth:ethertype:ip:tcp:http" .. want,
           "tshark of http/" .. name)
end

local request = { "http.request.method", "http.request.uri", "http.host" }
local response = { "http.response.code", "http.response.phrase", "http.content_length" }
http("get", "50000,6970", "|GET|/SEP2834A282656D.cnf.xml.sgn|192.168.1.11:6970", table.unpack(request))
http("ok", "6970,50000", ":data|200|OK|7", table.unpack(response))
http("not-found", "6970,50000", "|404|Not Found|0", table.unpack(response))

-- SCCP: every message that phone and CUCM write, by Wireshark's name of it. Those that a test alone writes are no less
-- well-formed, but for garbage behind a text (it says so), and a LineStat of old clients, which it wants to be longer.
local sccp = {
  { "keepalive", "KeepAliveReq" }, { "keepalive-ack", "KeepAliveAck" },
  { "register", "RegisterReq|ipctest2|10.10.210.200|30016|15", "DeviceName", "stationIpAddr", "deviceType", "protocolVer" },
  -- Wireshark takes the first six of the MAC's twelve digits for the address itself.
  { "register-full", "RegisterReq|30:30:32:34:31:34|8|SCCP75.9-4-2-1S|2001:db8::9", "macAddress", "maxNumberOfLines",
    "firmwareLoadName", "stationIpV6Addr" },
  { "register-ack", "RegisterAck|30|M/D/YA|60|15", "keepAliveInterval", "dateTemplate", "secondaryKeepAliveInterval",
    "maxProtocolVer" },
  { "register-reject", "RegisterReject|No Entry In Database", "text" },
  { "ip-port", "IpPort|16384", "rtpMediaPort" }, { "capabilities-req", "CapabilitiesReq" },
  { "capabilities", "CapabilitiesRes|10|4,2,86,7,6,11,12,15,16,257|60,60,60,20,20,60,60,60,60,1", "capCount",
    "payloadCapability", "maxFramesPerPacket" },
  { "capabilities-padded", "CapabilitiesRes|10", "capCount" },
  { "button-template-req", "ButtonTemplateReq" },
  { "button-template", "ButtonTemplateRes|2|1,1|9,2", "totalButtonCount", "instanceNumber", "buttonDefinition" },
  { "softkey-template-req", "SoftKeyTemplateReq" },
  { "softkey-template", "SoftKeyTemplateRes|2|1,2", "softKeyCount", "softKeyEvent" },
  { "softkey-set-req", "SoftKeySetReq" },
  { "softkey-set", "SoftKeySetRes|1|1,2,0,0,0,0,0,0,0,0,0,0,0,0,0,0|301,302,0,0,0,0,0,0,0,0,0,0,0,0,0,0",
    "softKeySetCount", "softKeyTemplateIndex", "softKeyInfoIndex" },
  { "config-stat-req", "ConfigStatReq" },
  { "config-stat", "ConfigStatRes|ipctest2|user|cucm-pub|1|2", "DeviceName", "userName", "serverName", "numberOfLines",
    "numberOfSpeedDials" },
  { "line-stat-req", "LineStatReq|1", "lineNumber" },
  { "line-stat-options", "LineStatRes|2|5003|Line two|5003|15", "lineNumber", "lineDirNumber",
    "lineFullyQualifiedDisplayName", "lineTextLabel", "lineDisplayOptions" },
  { "speed-dial-stat-req", "SpeedDialStatReq|3", "speedDialNumber" },
  { "speed-dial-stat", "SpeedDialStatRes|3|5010|Front desk", "speedDialNumber", "speedDialDirNumber",
    "speedDialDisplayName" },
  { "forward-stat-req", "ForwardStatReq|1", "lineNumber" },
  { "forward-stat", "ForwardStatRes|1|1|1|5099|0|0", "activeForward", "lineNumber", "forwardAllActive",
    "forwardAllDirnum", "forwardBusyActive", "forwardNoAnswerActive" },
  { "time-date-req", "TimeDateReq" },
  { "define-time-date", "TimeDateRes|2011|1|5|14|16|17|16|412|1295021836", "wYear", "wMonth", "wDayOfWeek", "wDay",
    "wHour", "wMinute", "wSecond", "wMilliseconds", "systemTime" },
  { "version-req", "VersionReq" }, { "version", "VersionRes|CIPC-7-0-1-0", "versionStr" }, { "server-req", "ServerReq" },
  { "server-res", "ServerRes|cucm-pub,cucm-sub,,,|2000,2000,0,0,0|10.10.210.10,10.10.210.11,0.0.0.0,0.0.0.0,0.0.0.0", "ServerName",
    "serverTcpListenPort", "stationIpAddr" },
  { "alarm", "Alarm|2|25: Name=ipctest2 Load= 7.0.1.0 Last=Initialized|0|0", "alarmSeverity", "text", "parm1", "parm2" },
  { "available-lines", "RegisterAvailableLines|1", "maxNumOfAvailLines" },
  { "unregister", "UnregisterReq" }, { "unregister-ack", "UnregisterAck|0", "status" },
  { "token-req", "RegisterTokenReq|SEP0024142DDF24|437", "DeviceName", "deviceType" }, { "token-ack", "RegisterTokenAck" },
  { "token-reject", "RegisterTokenReject|60", "waitTimeBeforeNextReq" }, { "reset", "Reset|2", "resetType" },
  { "prompt", "DisplayPromptStatus|0|0|0", "timeOutValue", "lineInstance", "callReference" },
  { "select-softkeys", "SelectSoftKeys|0|0|0", "lineInstance", "callReference", "softKeySetIndex" },
  { "display-text", "DisplayText" }, { "clear-display", "ClearDisplay" }, { "unknown", "StartTone" },
  { "register-old", "RegisterReq" }, { "register-stamp", "RegisterReq" }, { "unregister-bare", "UnregisterReq" },
}

-- All of them in one stream of TCP, each in a segment of its own.
local function dissect_sccp()
  local hex, pcap = dt.tmp() .. "/sccp.txt", dt.tmp() .. "/sccp.pcap"
  local f, fields, known = assert(io.open(hex, "w")), { "_ws.col.Info", "_ws.malformed", "_ws.expert", "frame.protocols" }, {}
  for _, s in ipairs(sccp) do
    local m, good = bytes_of(("%s/tests/wire/skinny/%s.hex"):format(dt.src, s[1]))
    dt.ok(good, "%s is no good message", s[1])
    s.id = tonumber(m[10] .. m[9], 16)
    f:write("000000 ", table.concat(m, " "), "\n")
    for i = 3, #s do
      if not known[s[i]] then
        fields[#fields + 1] = "skinny." .. s[i]
        known[s[i]] = #fields
      end
    end
  end
  f:close()
  dt.equal(dt.sh(("text2pcap -q -T 50000,2000 %s %s"):format(hex, pcap)), 0, "text2pcap of SCCP")
  local _, out = dt.sh(("tshark -r %s -T fields -E separator='|' -e %s"):format(pcap, table.concat(fields, " -e ")))
  return out, known
end

local out, column = dissect_sccp()
local n, seen = 0, {}
for line in out:gmatch("([^\n]*)\n") do
  n = n + 1
  local s, got, c = sccp[n], {}, {}
  for v in (line .. "|"):gmatch("([^|]*)|") do c[#c + 1] = v end
  dt.ok(s, "a message too many: %s", line)
  got[1] = c[1]:gsub(" +$", "")
  for i = 3, #s do got[#got + 1] = c[column[s[i]]] end
  local plain = table.concat(got, "|"):gsub("0x(%x+)", function(h) return tostring(tonumber(h, 16)) end)
  dt.equal(plain, s[2], "tshark of skinny/" .. s[1])
  dt.equal(c[2] .. c[3] .. c[4], "eth:ethertype:ip:tcp:skinny", "nothing wrong in skinny/" .. s[1])
  seen[s.id] = true
end
dt.equal(n, #sccp, "messages of SCCP that tshark saw")
for name, id in io.open(dt.src .. "/models/wire/skinny.h"):read("a"):gmatch("SKINNY_([%u_]+) = 0x(%x+),") do
  dt.ok(seen[tonumber(id, 16)], "no sample of %s", name)
end
dt.done()
