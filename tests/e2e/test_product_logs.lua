-- SPDX-License-Identifier: GPL-3.0-or-later
-- The simulator's logs beside the lines that the documents print (tests/seed), and each beside the network: what a
-- log tells has happened on the wire, and the other way round.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local lines = require "product_lines"

-- A scenario, the log that it leaves, the fixture. `blocks`: only so many of the fixture's blocks. `swaps`: the
-- fixture is of another phone and node.
local pairs_of = {
  { scenario = dt.src .. "/tests/e2e/scenarios/tftp-trace.lua", log = "cucm-TFTP", fixture = "004-tftp-sip", blocks = 2 },
  { scenario = "sccp-registration", log = "cucm-1-TFTP", fixture = "004-tftp-sccp" },
  { scenario = "sccp-registration", log = "cucm-1-CCM", fixture = "004-ccm-sccp" },
  { scenario = "sip-registration-ipc", log = "cucm-1-TFTP", fixture = "004-tftp-sip" },
  { scenario = "sip-registration-ipc", log = "cucm-1-CCM", fixture = "004-ccm-sip" },
  { scenario = "case-study-2", log = "cucm-pub-EventViewer", fixture = "002-eventviewer",
    swaps = { { "SEPE0D1730A8137", "SEPF029290A3C71" }, { "10.60.98.210", "10.147.230.189" }, { "=592]", "=540]" },
              { "=Phone]", "=4155550142]" }, { "uc-ucm-01.pcce.local", "cucm-pub" }, { "uc-ucm-01", "cucm-pub" } } },
}

local played = {}
local function play(scenario)
  if not played[scenario] then
    local name = "run-" .. scenario:match("([^/]*)$")
    local status, _, err = dt.run { "run", scenario, "-q", "-o", name }
    dt.equal(status, 0, scenario .. ": " .. err)
    played[scenario] = dt.tmp() .. "/" .. name
  end
  return played[scenario]
end

for _, p in ipairs(pairs_of) do
  local got = lines.read(play(p.scenario) .. "/log/" .. p.log .. ".log")
  local wanted = lines.read(("%s/tests/seed/%s.log"):format(dt.src, p.fixture), p.swaps)
  local missing = lines.missing(got, wanted, p.blocks)
  dt.ok(not missing, "%s.log of %s lacks, or has elsewhere:\n  %s", p.log, p.scenario, tostring(missing))
end

-- The helper itself: it sees a line that is missing, out of order, or has a line in between.
local abc = { "a", "b", "", "c" }
dt.equal(lines.missing({ "x", "a", "b", "x", "c" }, abc), nil, "blocks in order")
dt.equal(lines.missing({ "a", "x", "b", "c" }, abc), "b", "a line within a block")
dt.equal(lines.missing({ "c", "a", "b" }, abc), "c", "blocks the other way round")
dt.equal(lines.missing({ "a", "b" }, abc, 1), nil, "only the first block")
dt.equal(lines.normal("01/14/2011 16:17:16.368 CCM|StationD:    (0000385) mac, protocolVer=0x8570000F"),
         "TIME CCM|StationD:    (STATION) mac, protocolVer=0x8570000F", "a version is no handle")
dt.equal(lines.normal("01/14/2011 16:17:16.367 CCM|StationInit: (0000000) x"), "TIME CCM|StationInit: (0000000) x",
         "no station yet")

-- The whole TFTP trace of a phone, request by request: every file of it was asked for, and came or did not.
local here = play(pairs_of[1].scenario)
local function text_of(name)
  local f = assert(io.open(here .. "/log/" .. name .. ".log"))
  local text = f:read("a")
  f:close()
  return text
end
local trace, steps = text_of "cucm-TFTP", {}
for line in trace:gmatch("[^\n]+") do
  local client = line:match("~10%.10%.210%.(%d+)~")
  local file, how = line:match("Transferred%[(.-)%]"), "got"
  if not file then file, how = line:match("File%[([^%]]+)%], Error%(1%)"), "no" end
  if file and client == "200" then steps[#steps + 1] = how .. " " .. file:gsub("^SK.*%.xml$", "SK") end
end
dt.equal(table.concat(steps, ", "), "no CTLFile.tlv, no ITLFile.tlv, got SEP005056A1033D.cnf.xml, got dialplan.xml, " ..
  "got English_United_States/mk-sip.jar, got United_States/g3-tones.xml, got SK, got Ringlist.xml", "files of the phone")
dt.ok(trace:find("TFTPCache::FindMatching(005056A1033E), Not Found\n", 1, true), "the stranger is not found")
dt.ok(not trace:find("HandleCTL: Match[005056A1033E]", 1, true), "and does not match")

-- Each nbytes() is the length of a read request in the capture, each client's port its port.
local _, out = dt.sh(("tshark -r '%s/capture/cucm-eth0.pcapng' -Y 'tftp.opcode==1' -T fields -E separator=, " ..
  "-e udp.srcport -e udp.length -e tftp.source_file 2>/dev/null"):format(here))
local captured, logged = {}, {}
for port, length, file in out:gmatch("(%d+),(%d+),([^\n]+)") do
  captured[#captured + 1] = ("%s %d %s"):format(port, length - 8, file)
end
for port, file, bytes in trace:gmatch("isReadRequest%[[^%]]*~(%d+)%], %[(.-)%][^\n]*\n[^\n]*nbytes%((%d+)%)") do
  logged[#logged + 1] = ("%s %s %s"):format(port, bytes, file)
end
dt.ok(#captured > 10, "read requests in the capture: %d", #captured)
dt.equal(table.concat(logged, "\n"), table.concat(captured, "\n"), "requests of the trace and of the capture")

-- The switch's console: power, link up; unplugged: the link goes from the top, then the power.
local console = {}
for line in text_of("access-console"):gmatch("[^\n]+") do
  local stamp, said = line:match("^(%*Jan 14 16:2%d:%d%d%.%d%d%d: )(%%.*)$")
  dt.ok(stamp, "console line: %s", line)
  if said and said:find("1/0/1[:,]") then console[#console + 1] = said end
end
dt.equal(table.concat(console, "\n"), table.concat({
  "%ILPOWER-7-DETECT: Interface Gi1/0/1: Power Device detected: IEEE PD",
  "%ILPOWER-5-POWER_GRANTED: Interface Gi1/0/1: Power granted",
  "%LINK-3-UPDOWN: Interface GigabitEthernet1/0/1, changed state to up",
  "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet1/0/1, changed state to up",
  "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet1/0/1, changed state to down",
  "%LINK-3-UPDOWN: Interface GigabitEthernet1/0/1, changed state to down",
  "%ILPOWER-5-IEEE_DISCONNECT: Interface Gi1/0/1: PD removed" }, "\n"), "the switch's console")

-- The clock of all logs is the scenario's: 31.6 s after 16:23:30, in the style of each.
dt.ok(trace:find("^01/14/2011 16:24:0%d%.%d%d%d TFTP|"), "TFTP's clock: %s", trace:sub(1, 40))
dt.ok(text_of("phone-phone"):find("^04:24:0%dp File Not Found : CTLSEP005056A1033D%.tlv\n"), "the phone's clock")
dt.done()
