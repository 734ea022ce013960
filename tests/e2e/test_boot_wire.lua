-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a booting phone and its servers put on the wire, as Wireshark sees it: every protocol by its name, nothing
-- malformed, no expert error; tags and marks from the voice VLAN on; files by HTTP and by plain TFTP.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

-- 6970 is no well-known port: Wireshark is told.
local decode = "-d tcp.port==6970,http"

local function tshark(file, filter, fields)
  local status, out = dt.sh(("tshark -r '%s' %s -Y '%s' -T fields %s 2>/dev/null"):format(file, decode, filter,
    "-e " .. fields:gsub(" ", " -e ")))
  dt.equal(status, 0, "tshark " .. filter)
  local rows = {}
  for line in out:gmatch("[^\n]+") do rows[#rows + 1] = line end
  return rows
end

local function run(name, words)
  local all = { "run", name, "-q", "-o", words.out, "--force" }
  for _, w in ipairs(words) do all[#all + 1] = w end
  dt.equal((dt.run(all)), 0, name)
  return dt.tmp() .. "/" .. words.out .. "/capture/"
end

local function check(file, names)
  local bad = tshark(file, "_ws.malformed or _ws.expert.severity==error or tcp.checksum.status==0 or ip.checksum.status==0 " ..
                     "or udp.checksum.status==0 or cdp.checksum.status==0", "frame.number frame.protocols")
  dt.equal(#bad, 0, file .. ": malformed, expert errors, bad checksums: " .. table.concat(bad, "; "):sub(1, 200))
  local unnamed = tshark(file, "(data and not http and not tftp) or (tcp.len > 0 and not http and not sip and not tcp.segment_data and not tcp.reassembled_in and " ..
                         "not tcp.analysis.retransmission and not tcp.segments)", "frame.number frame.protocols")
  dt.equal(#unnamed, 0, file .. ": frames without a name: " .. table.concat(unnamed, "; "):sub(1, 200))
  for _, protocol in ipairs(names) do
    dt.ok(#tshark(file, protocol, "frame.number") > 0, "%s: no %s", file, protocol)
  end
end

local here = run("sip-registration", { out = "sip" })
check(here .. "phone-net.pcapng", { "cdp", "dhcp", "dns", "http", "sip", "arp" })
check(here .. "cucm105p-eth0.pcapng", { "http", "sip" })
check(here .. "cucm105s-eth0.pcapng", { "sip" })
local file = here .. "phone-net.pcapng"
-- From the voice VLAN on every frame of the phone is tagged, CoS 3, DSCP CS3; CDP never is.
local mac = "28:34:a2:82:65:6d"
dt.equal(#tshark(file, "eth.src==" .. mac .. " and not vlan and not cdp", "frame.number"), 0, "untagged frames of the phone")
dt.equal(#tshark(file, "vlan and cdp", "frame.number"), 0, "tagged CDP")
dt.equal(#tshark(file, "eth.src==" .. mac .. " and vlan and (vlan.id!=20 or vlan.priority!=3)", "frame.number"), 0, "other tags")
dt.equal(#tshark(file, "eth.src==" .. mac .. " and ip and ip.dsfield.dscp!=24", "frame.number"), 0, "other marks than CS3")
local cdp = tshark(file, "cdp and eth.src==" .. mac, "cdp.deviceid cdp.platform cdp.capabilities")
dt.equal(cdp[1], "SEP2834A282656D\tCisco IP Phone 8861\t0x00000490", "the phone's CDP")
local dora = table.concat(tshark(file, "dhcp", "dhcp.option.dhcp"), " ")
dt.equal(dora, "1 2 3 5", "DISCOVER, OFFER, REQUEST, ACK")
dt.equal(tshark(file, "dhcp.option.dhcp==1", "dhcp.option.request_list_item")[1], "1,3,6,15,35,66,150", "what the phone asks for")
local codes = {}
for code in table.concat(tshark(file, "http.response", "http.response.code"), " "):gmatch("%d+") do codes[#codes + 1] = code end
dt.equal(codes[1], "404", "CTL: 404")
dt.equal(codes[2], "200", "ITL: 200")

here = run("cucm-registration", { out = "cucm" })
check(here .. "phone-net.pcapng", { "cdp", "dhcp", "http", "sip" })
check(here .. "stranger-net.pcapng", { "cdp", "dhcp", "http", "sip" })
check(here .. "orphan-net.pcapng", { "cdp", "dhcp" })
check(here .. "cucm-pub-eth0.pcapng", { "http", "sip" })
dt.equal(tshark(here .. "stranger-net.pcapng", "sip.Status-Code", "sip.Status-Code")[2], "404", "the stranger's answer")

-- By TFTP alone: plain requests without options, 512-byte blocks, each transfer from a port of its own.
here = run(dt.src .. "/tests/e2e/scenarios/boot.lua", { out = "tftp", "--set", "http_download=off", "--until", "3min" })
file = here .. "phone-net.pcapng"
check(file, { "tftp", "sip" })
local reads = tshark(file, "tftp.opcode==1", "tftp.source_file udp.length udp.srcport")
dt.equal(reads[1]:match("^%S+"), "CTLSEP0024142DDF24.tlv", "the first file")
dt.equal(tonumber(reads[1]:match("\t(%d+)\t")) - 8, 2 + 23 + 1 + 5 - 1 + 1 , "bytes of a plain request")
dt.equal(#tshark(file, "tftp.opcode==6", "frame.number"), 0, "no options, no OACK")
dt.equal(tshark(file, "tftp.opcode==5", "tftp.error.code")[1], "1", "CTL: error 1")
dt.equal(#tshark(file, "tftp.opcode==3 and udp.srcport==69", "frame.number"), 0, "DATA from port 69")
for _, row in ipairs(tshark(file, "tftp.opcode==3", "udp.length")) do
  dt.ok(tonumber(row) - 8 - 4 <= 512, "a block of %s bytes", row)
end
dt.equal(#dt.query(dt.tmp() .. "/tftp", "select 1 from record where text like 'registration %registered-at-0)'"), 1, "registered by TFTP")

-- With a larger block: an OACK, and fewer blocks.
here = run(dt.src .. "/tests/e2e/scenarios/boot.lua", { out = "blk", "--set", "http_download=off", "--set", "tftp_blksize=1428",
                                                        "--until", "3min" })
local oacks = tshark(here .. "phone-net.pcapng", "tftp.opcode==6", "tftp.option.value")
dt.ok(#oacks > 3 and oacks[1] == "1428", "OACK %s", oacks[1])

-- LLDP-MED, where CDP has no answer.
here = run(dt.src .. "/tests/e2e/scenarios/boot.lua", { out = "lldp", "--set", "fault=no-cdp", "--until", "3min" })
file = here .. "phone-net.pcapng"
check(file, { "lldp", "sip" })
dt.equal(tshark(file, "lldp.media.vlan_id==20", "lldp.media.vlan_id")[1], "20", "the policy of the switch")
dt.done()
