-- SPDX-License-Identifier: GPL-3.0-or-later
-- Seed 004 as Wireshark sees it: the SCCP messages of a registration by their own names and in the documented order,
-- keepalives that the secondary answers with TCP alone, read requests of 32 and 42 bytes, a REGISTER of 973 bytes;
-- nothing malformed, no expert error.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function tshark(file, filter, fields)
  local status, out = dt.sh(("tshark -r '%s' -Y '%s' -T fields %s 2>/dev/null"):format(file, filter,
    "-e " .. fields:gsub(" ", " -e ")))
  dt.equal(status, 0, "tshark " .. filter)
  local rows = {}
  for line in out:gmatch("[^\n]+") do rows[#rows + 1] = line end
  return rows
end

local function run(name)
  dt.equal((dt.run { "run", name, "-q", "-o", name }), 0, name)
  return dt.tmp() .. "/" .. name .. "/capture/"
end

local function check(file)
  local bad = tshark(file, "_ws.malformed or _ws.expert.severity==error or tcp.checksum.status==0 or " ..
                     "ip.checksum.status==0 or udp.checksum.status==0", "frame.number frame.protocols")
  dt.equal(#bad, 0, file .. ": " .. table.concat(bad, "; "):sub(1, 200))
  local unnamed = tshark(file, "(data and not tftp) or (tcp.len > 0 and not skinny and not sip)", "frame.number frame.protocols")
  dt.equal(#unnamed, 0, file .. ": frames without a name: " .. table.concat(unnamed, "; "):sub(1, 200))
end

local function numbers(rows)
  local out = {}
  for i, row in ipairs(rows) do out[i] = tonumber(row) end
  return out
end

-- SCCP ----------------------------------------------------------------------------------------------
local here = run "sccp-registration"
for _, port in ipairs { "phone-net", "cucm-1-eth0", "cucm-2-eth0" } do check(here .. port .. ".pcapng") end
local phone = here .. "phone-net.pcapng"
local ids = tshark(phone, "skinny and ip.addr==10.10.210.10 and frame.time_relative < 10", "skinny.messageId")
dt.equal(table.concat(ids, " "), "32 1 129 155 2 14 151 40 264 37 265 12 147 16 274 11 146 9 144 13 148 45", "their ids")
local _, page = dt.sh(("tshark -r '%s' -Y 'skinny and frame.time_relative < 10' 2>/dev/null"):format(phone))
local names = {}
for line in page:gmatch("[^\n]+") do names[#names + 1] = line:match("(%u[%w]+) *$") end
dt.equal(table.concat(names, " "), "Alarm RegisterReq RegisterAck CapabilitiesReq IpPort ButtonTemplateReq " ..
  "ButtonTemplateRes SoftKeyTemplateReq SoftKeyTemplateRes SoftKeySetReq SoftKeySetRes ConfigStatReq ConfigStatRes " ..
  "CapabilitiesRes DisplayPromptStatus LineStatReq LineStatRes ForwardStatReq ForwardStatRes TimeDateReq TimeDateRes " ..
  "RegisterAvailableLines", "messages by Wireshark's names")
dt.equal(tshark(phone, "skinny.messageId==0x1", "skinny.data_length")[1], "68", "length of Register")
dt.equal(tshark(phone, "skinny.messageId==0x10", "skinny.data_length")[1], "168", "length of CapabilitiesRes")
dt.equal(tshark(phone, "skinny.messageId==0x81", "skinny.keepAliveInterval skinny.secondaryKeepAliveInterval")[1], "30\t60",
  "intervals in RegisterAck")

-- The primary answers each keepalive, the secondary none: it only acknowledges.
local asked = numbers(tshark(phone, "skinny.messageId==0 and ip.dst==10.10.210.10", "frame.time_relative"))
local answered = tshark(phone, "skinny.messageId==0x100 and ip.src==10.10.210.10", "frame.number")
dt.ok(#asked >= 19 and #asked == #answered, "%d keepalives, %d answers", #asked, #answered)
for i = 2, #asked do dt.near(asked[i] - asked[i - 1], 30, 0.001, "interval " .. i) end
local standby = numbers(tshark(phone, "skinny.messageId==0 and ip.dst==10.10.210.11", "frame.time_relative"))
dt.ok(#standby >= 9, "%d standby keepalives", #standby)
for i = 2, #standby do dt.near(standby[i] - standby[i - 1], 60, 0.001, "standby interval " .. i) end
dt.equal(#tshark(phone, "skinny and ip.src==10.10.210.11", "frame.number"), 0, "SCCP from the secondary")
local acks = tshark(phone, "tcp.len==0 and tcp.flags.ack==1 and ip.src==10.10.210.11 and tcp.seq > 0", "frame.number")
dt.ok(#acks >= #standby, "%d acknowledgements of %d keepalives", #acks, #standby)
dt.equal(table.concat(tshark(phone, "tftp.opcode==1", "tftp.source_file"), " "),
  "CTLipctest2.tlv ipctest2.cnf.xml English_United_States/ipc-sccp.jar United_States/g3-tones.xml", "files")
dt.equal(tshark(phone, "tftp.opcode==5", "tftp.error.code")[1], "1", "CTL: error 1")

-- SIP -----------------------------------------------------------------------------------------------
here = run "sip-registration-ipc"
phone = here .. "phone-net.pcapng"
check(phone)
check(here .. "cucm-1-eth0.pcapng")
local reads = tshark(phone, "tftp.opcode==1", "tftp.source_file udp.length udp.srcport")
dt.equal(#reads, 3, "read requests")
local ports = {}
for i, want in ipairs { { "CTLSEP005056A1033D.tlv", 31 }, { "SEP005056A1033D.cnf.xml", 32 },
                        { "English_United_States/ipc-sip.jar", 42 } } do
  local name, len, port = reads[i]:match("^(%S+)\t(%d+)\t(%d+)$")
  dt.equal(name, want[1], "file " .. i)
  dt.equal(tonumber(len) - 8, want[2], "bytes of its request")
  ports[port] = true
end
local first = next(ports)
dt.equal(next(ports, first), nil, "one port for all files")
local register = tshark(phone, "sip.Method==REGISTER and tcp.dstport==5060", "tcp.len sip.CSeq sip.Expires tcp.srcport")[1]
dt.equal(register, "973\t101 REGISTER\t3600\t3311", "the first REGISTER")

-- It is the document's to the byte: all its text, with CR LF.
local wanted = assert(io.open(dt.src .. "/tests/seed/004-cipc-register.sip", "rb")):read("a"):gsub("\r?\n", "\r\n")
local hex = tshark(phone, "sip.Method==REGISTER and tcp.dstport==5060", "tcp.payload")[1]
local got = hex and hex:gsub("..", function(x) return string.char(tonumber(x, 16)) end)
dt.ok(got == wanted, "the first REGISTER is\n%s\nnot\n%s", got, wanted)
dt.done()
