-- SPDX-License-Identifier: GPL-3.0-or-later
-- The link-layer messages of tests/wire as Wireshark reads them: by name, with a good checksum, none malformed.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function bytes_of(path)
  local t, good = {}, true
  for line in io.lines(path) do
    if line == "canonical:" then break end
    if line:find("^fails:") then good = false end
    if not line:find("^#") and not line:find("^%l+:") then
      for h in line:gmatch("%x%x") do t[#t + 1] = h end
    end
  end
  return t, good
end

-- Dissects one frame; returns tshark's fields, separated by bars.
local function dissect(frame, fields)
  local hex, pcap = dt.tmp() .. "/frame.txt", dt.tmp() .. "/frame.pcap"
  local f = assert(io.open(hex, "w"))
  f:write("000000 ", table.concat(frame, " "), "\n")
  f:close()
  dt.equal(dt.sh(("text2pcap -q %s %s"):format(hex, pcap)), 0, "text2pcap")
  local _, out = dt.sh(("tshark -r %s -T fields -E separator='|' -e %s"):format(pcap,
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
dt.done()
