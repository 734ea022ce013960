-- SPDX-License-Identifier: GPL-3.0-or-later
-- A phone from power to registration, with each fault that the documents and RFCs speak of: what it does meanwhile,
-- and that it registers once the fault is healed. Times are RFC 2131's, RFC 5859's and the scenario's own.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function play(fault, more)
  local words = { "run", dt.src .. "/tests/e2e/scenarios/boot.lua", "-q", "-o", fault, "--force", "--set", "fault=" .. fault }
  for _, s in ipairs(more or {}) do
    words[#words + 1] = "--set"
    words[#words + 1] = s
  end
  local status, out = dt.run(words)
  dt.equal(status, 0, fault .. ": " .. out)
  return dt.tmp() .. "/" .. fault
end

-- Times of the records that a condition selects, in order.
local function times(folder, where)
  local out = {}
  for i, row in ipairs(dt.query(folder, "select t_ns/1e9 from record where " .. where .. " order by id")) do out[i] = tonumber(row[1]) end
  return out
end

local function texts(folder, where)
  local out = {}
  for i, row in ipairs(dt.query(folder, "select text from record where " .. where .. " order by id")) do out[i] = row[1] end
  return out
end

local phone = "node=(select id from node where name='phone')"
local function sent(text) return ("kind='FRAME_TX' and %s and text like '%s'"):format(phone, text) end
local registers = sent "%REGISTER CSeq%"
local function registered(folder, at)
  return times(folder, ("kind='STATE' and text like 'registration %%registered-at-%d)'"):format(at or 0))
end

-- Healthy: each step once, in order; about a second after its firmware runs it has its address, checked by ARP.
local here = play "none"
local states = {}
for _, text in ipairs(texts(here, "kind='STATE' and text like 'boot %'")) do states[#states + 1] = text:match("%-> (%S+)") end
dt.equal(table.concat(states, " "), "unpowered booting asking-cdp configuring-ip attached", "states of the boot")
local files = {}
for _, text in ipairs(texts(here, sent "%HTTP GET%")) do files[#files + 1] = text:match("GET /(%S+)") end
dt.equal(table.concat(files, " "):gsub("SK[%x-]+[^ ]*", "SK"), "CTLSEP0024142DDF24.tlv ITLSEP0024142DDF24.tlv " ..
  "SEP0024142DDF24.cnf.xml.sgn dialplan.xml English_United_States/gd-sip.jar United_States/g3-tones.xml SK " ..
  "Ringlist.xml", "files in order")
dt.equal(#registered(here), 1, "registrations")
dt.near(registered(here)[1], 1 + 0.6 + 30 + 0.1 + 1 + 0.1, 0.2, "registered after detection, boot, jitter, ARP check, files")
dt.equal(#dt.query(here, "select 1 from record where kind='UNEXPECTED'"), 0, "events that no machine expects")

-- No DHCP answer: DISCOVER after 4, 8, 16, 32, 64, 64 seconds, each give or take one; not a word of SIP.
here = play "no-dhcp"
local discovers = times(here, sent "%DHCP DISCOVER%")
for i, wait in ipairs { 4, 8, 16, 32, 64, 64 } do
  local got = discovers[i + 1] - discovers[i]
  dt.ok(got >= wait - 1 and got <= wait + 1, "DISCOVER %d comes after %g s, not %d +- 1", i + 1, got, wait)
end
dt.ok(times(here, registers)[1] > 300, "REGISTER before there was an address")
dt.equal(#registered(here), 1, "registered once DHCP is back")

-- No TFTP service: the phone has no configuration, and never sends a REGISTER.
here = play "no-tftp"
dt.ok(times(here, registers)[1] > 300, "REGISTER without a configuration")
dt.equal(#registered(here), 1, "registered once the TFTP service is back")
local rows = texts(here, "kind='LOG' and " .. phone .. " and text like 'TFTP Timeout%'")
dt.equal(rows[1], "TFTP Timeout : CTLSEP0024142DDF24.tlv", "status message")

-- No option 150, and none of the others: known at once, said, and asked for again.
here = play "no-option"
dt.equal(#times(here, sent "%HTTP GET%" .. " and t_ns < 300e9"), 0, "files fetched from nowhere")
dt.ok(times(here, registers)[1] > 300, "REGISTER without a TFTP server")
dt.equal(#registered(here), 1, "registered once the pool names one")

-- The first server of option 150 is dead: HTTP for 4 s, then four requests 4 s apart, then the second one.
here = play("first-tftp-dead", { "arp_timeout=1d" })
local arps = times(here, sent "%ARP who-has 10.1.1.7%")
dt.ok(#arps >= 3, "the dead server was asked for: %d", #arps)
local first = times(here, sent "%10.1.1.3:6970 [SYN]%")[1]
local begun = times(here, "kind='STATE' and text like 'provisioning %-> ctl (start)'")[1]
dt.near(first - begun, 4 + 4 * 4, 0.1, "the second server comes after 4 + 4 * 4 s")
dt.equal(#registered(here), 1, "registered with the second server's files")

-- The primary is down at boot: the second of the group; back after the connection monitor's two minutes.
here = play "primary-down"
dt.near(registered(here, 1)[1], 32.8, 0.5, "registered with the second node")
local back = registered(here, 0)[1]
dt.ok(back > 300 + 120 and back < 300 + 120 + 60, "fallback at %g", back)

-- Not added to CUCM: the default file, 404 from both nodes, again and again; its own file once it was added.
here = play "unknown"
dt.equal(#texts(here, "kind='STATE' and text like 'registration %(rejected)' and t_ns < 100e9") > 3, true, "rejected, and again")
dt.equal(#registered(here), 1, "registered once it was added")
dt.ok(registered(here)[1] > 300 and registered(here)[1] < 330, "within the pause: %g", registered(here)[1])
dt.ok(#texts(here, "kind='NOTE' and text like '%asks with the default one%'") > 1, "the default configuration")
local last = texts(here, sent "%HTTP GET /SEP%")
dt.equal(last[#last]:match("GET /(%S+)"), "SEP0024142DDF24.cnf.xml.sgn", "its own file in the end")

-- Somebody has the address: DECLINE, at least ten seconds, and another one; the server remembers.
here = play "conflict"
local declined = times(here, sent "%DHCP DECLINE%")
dt.equal(#declined, 1, "DECLINE")
dt.ok(times(here, sent "%DHCP DISCOVER%")[2] - declined[1] >= 10, "RFC 2131 3.1 (5): ten seconds")
dt.ok(texts(here, "kind='NOTE' and text like 'dhcp: it has %'")[1]:find("it has 10.1.1.11 ", 1, true), "another address")
dt.equal(#registered(here), 1, "registered with the other one")
local _, conflicts = dt.run { "inspect", dt.src .. "/tests/e2e/scenarios/boot.lua", "dhcp", "--at", "2min", "--set", "fault=conflict" }
dt.ok(conflicts:find("\n10.1.1.10 +Gratuitous ARP "), "show ip dhcp conflict:\n%s", conflicts)
dt.ok(conflicts:find("\n10.1.1.11 +0100.2414.2ddf.24 "), "show ip dhcp binding:\n%s", conflicts)

-- No CDP: LLDP-MED after the wait for CDP; neither: the native VLAN after both waits.
here = play "no-cdp"
dt.equal(#texts(here, "kind='NOTE' and text = 'vlan: voice VLAN 20: its frames are tagged from now on'"), 1, "voice VLAN by LLDP-MED")
dt.near(registered(here)[1], 32.8 + 5, 0.3, "after the wait for CDP")
here = play "silent-switch"
dt.equal(#texts(here, "kind='NOTE' and text like 'vlan: no voice VLAN%'"), 1, "the native VLAN")
dt.near(registered(here)[1], 32.8 + 5 + 5, 0.3, "after both waits")

-- Without power nothing happens at all.
here = play "no-power"
dt.equal(#times(here, "kind='FRAME_TX' and " .. phone), 0, "frames of a phone without power")
dt.equal(#texts(here, "kind='NOTE' and text like 'power: Fa0/1 gets none%'"), 1, "the switch says why")

-- The documented scenario without the upgrade, and for a phone that nobody added.
local function status_of(sets)
  local words = { "inspect", "cucm-registration", "phone", "--at", "2min" }
  for _, s in ipairs(sets) do
    words[#words + 1] = "--set"
    words[#words + 1] = s
  end
  local _, out = dt.run(words)
  return out
end
local upgraded, current, unknown = status_of {}, status_of { "upgrade=off" }, status_of { "provisioned=off" }
for _, words in ipairs { "Active Load ID +sip78xx.12%-8%-1%-0001%-455\n", "Inactive Load ID +sip78xx.12%-5%-1SR1%-4\n",
                         "Download Status +None\n", "Registered to +10.1.0.11\n", "IP Address +10.20.0.10\n" } do
  dt.ok(upgraded:find(words), "seed 001's device status lacks '%s':\n%s", words, upgraded)
end
dt.ok(current:find("Active Load ID +sip78xx.12%-8%-1%-0001%-455\nInactive Load ID *\n"), "no upgrade:\n%s", current)
dt.ok(unknown:find("Registered to *\n") and unknown:find("Phone DN +SEP00A6CA112201\n"), "not added:\n%s", unknown)
dt.ok(unknown:find("Active Load ID +sip78xx.12%-8%-1%-0001%-455\n"), "XMLDefault names the firmware, too:\n%s", unknown)

-- Why a phone never registered: the last setback, back to what came of it; or how far it came.
dt.equal((dt.run { "run", "cucm-registration", "-q", "-o", "cucm" }), 0, "cucm-registration")
local function why(node) return (select(2, dt.run { "why", "cucm", node }):gsub("%s+", " ")) end
dt.ok(why("stranger"):find("stranger has never registered; the last that went wrong .- went from registering to waiting %(rejected%)" ..
                           ".- received 404 Not Found"), "why of the stranger: %s", why "stranger")
dt.ok(why("orphan"):find("1%. %S+ #%d+ orphan: TFTP Error : no TFTP server is known"), "why of the orphan: %s", why "orphan")
play "no-power"
local _, dark = dt.run { "why", "no-power", "phone" }
dt.ok(dark:gsub("%s+", " "):find("it has not come further than this .- boot %S+ went from off to unpowered"), "why without power: %s", dark)

-- check sees beforehand what a phone will not learn.
local draft = assert(io.open(dt.src .. "/tests/e2e/scenarios/boot.lua")):read("a")
local function check(from, to)
  local text, n = draft:gsub(from, to, 1)
  dt.equal(n, 1, "the draft has " .. from)
  local file = assert(io.open(dt.tmp() .. "/draft.lua", "w"))
  file:write(text)
  file:close()
  return (select(2, dt.run { "check", dt.tmp() .. "/draft.lua" }):gsub("%s+", " "))
end
dt.ok(check("made up", "made up"):find("nothing to complain about", 1, true), "a sound network")
dt.ok(check("voice 10%.1%.1%.0/24", "voice 10.1.2.0/24"):find("no pool of a dhcp-server is within reach of phone in VLAN 20", 1, true),
      "no pool for its net")
dt.ok(check('" option150=10.1.1.2,10.1.1.3"', '""'):find("names no TFTP server to phone", 1, true), "no option 150")
dt.ok(check('" option150=10.1.1.2,10.1.1.3"', '" option150=10.1.1.5"'):find("none of the TFTP servers of phone is a cucm", 1, true),
      "no TFTP service there")
dt.ok(check('"SEP0024142DDF24 dn=5678"', '"SEP0024142DDF25 dn=5678"'):find("lacks SEP0024142DDF24", 1, true), "not in the database")

-- Its power is taken away, and given back: it boots with the lease it remembers, and no old connection speaks.
local plug = dt.tmp() .. "/plug.lua"
local base = assert(io.open(dt.src .. "/tests/e2e/scenarios/boot.lua")):read("a")
local f = assert(io.open(plug, "w"))
f:write((base:gsub("sim:wait_until%(p.heal_at%)", 'sim:wait_until(p.heal_at) at("phone"):op("unplug") sim:wait("10s") at("phone"):op("plug-in") sim:wait("2min") at("phone"):op("reset")', 1)))
f:close()
dt.equal((dt.run { "run", plug, "-q", "-o", "plugged" }), 0, "unplugged and plugged in again")
here = dt.tmp() .. "/plugged"
dt.equal(#registered(here), 3, "registrations: at first, after the power, after the reset")
dt.equal(#times(here, sent "%" .. " and t_ns between 300000000001 and 310000000000"), 0, "frames of an unplugged phone")
dt.equal(#texts(here, "kind='STATE' and text like 'dhcp-client %init -> rebooting (begin)'"), 2, "INIT-REBOOT")
local _, dates = dt.sh(("tshark -r '%s/capture/phone-net.pcapng' -Y 'sip.Method==REGISTER and sip.CSeq.seq==101 and sip.Expires==3600' " ..
  "-T fields -e sip.Date 2>/dev/null"):format(here))
dt.equal(dates, ("Sun, 00 Jan 1900 00:00:00 GMT\n"):rep(3), "its clock stops with its power and with a reset")
dt.equal(#dt.query(here, "select 1 from record where kind='UNEXPECTED'"), 0, "events that no machine expects")

-- A user's own file beside the scenario is served and obeyed as it is, unknown elements and all; a broken one is not.
local own = dt.tmp() .. "/own"
dt.sh(("mkdir -p '%s/tftp' && cp '%s/tests/e2e/scenarios/boot.lua' '%s/'"):format(own, dt.src, own))
local function with_file(text)
  local f = assert(io.open(own .. "/tftp/SEP0024142DDF24.cnf.xml", "w"))
  f:write(text)
  f:close()
  local status, out = dt.run { "run", own .. "/boot.lua", "-q", "-o", "own-run", "--force", "--until", "5min" }
  dt.equal(status, 0, "own file: " .. out)
  return dt.tmp() .. "/own-run"
end
local xml = [[<?xml version="1.0" encoding="UTF-8"?>
<device xsi:type="axl:XIPPhone" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <somethingNobodyKnows a="b"><deep>1</deep></somethingNobodyKnows>
  <deviceProtocol>SIP</deviceProtocol>
  <devicePool><callManagerGroup><members>
    <member priority="0"><callManager><ports><sipPort>5060</sipPort></ports><processNodeName>10.1.1.3</processNodeName></callManager></member>
  </members></callManagerGroup></devicePool>
  <sipProfile><sipStack><timerRegisterExpires>1800</timerRegisterExpires><timerRegisterDelta>20</timerRegisterDelta></sipStack>
    <sipLines><line button="1"><featureID>9</featureID><name>7777</name></line></sipLines></sipProfile>
</device>
]]
here = with_file(xml)
local requests = texts(here, registers)
dt.ok(requests[1]:find("> 10.1.1.3:5060", 1, true), "the file's group: %s", requests[1])
local at = times(here, registers)
dt.near(at[2] - at[1], 100, 0.1, "the file's delta: 120 - 20 s")
local pcap = here .. "/capture/phone-net.pcapng"
local _, uris = dt.sh(("tshark -r '%s' -Y 'sip.Method==REGISTER' -T fields -e sip.to.user -e sip.Expires 2>/dev/null"):format(pcap))
dt.equal(uris:match("^[^\n]*"), "7777\t1800", "the file's line and Expires")

here = with_file((xml:gsub("</sipLines>", [[<line button="2"><featureID>9</featureID><name>7778</name></line>
  <line button="4"><featureID>2</featureID><name>99</name></line><line button="3"><featureID>9</featureID><name>7779</name></line></sipLines>]])))
_, uris = dt.sh(("tshark -r '%s' -Y 'sip.Method==REGISTER' -T fields -e sip.to.user -e sip.CSeq.seq 2>/dev/null"):format(pcap))
dt.equal(uris:match("^[^\n]*\n[^\n]*\n[^\n]*\n[^\n]*"), "7777\t101\n7778\t101\n7779\t101\n7777\t102",
         "every line by itself, the keepalive the first one's alone")

here = with_file(xml:gsub("</device>", ""))
dt.equal(#texts(here, registers), 0, "REGISTERs of a phone with a broken file")
local refused = texts(here, "kind='NOTE' and text like 'config: %is refused%'")
dt.ok(refused[1] and refused[1]:find("line %d+"), "the reason, with its line: %s", refused[1])
-- A signed file that is not signed, or not by whom the trust list names.
local f2 = assert(io.open(own .. "/tftp/SEP0024142DDF24.cnf.xml.sgn", "w"))
f2:write(xml)
f2:close()
here = with_file(xml)
dt.equal(#texts(here, registers), 0, "REGISTERs of a phone with a file that nobody signed")
refused = texts(here, "kind='NOTE' and text like 'config: SEP0024142DDF24.cnf.xml.sgn is refused%'")
dt.ok(#refused > 1, "refused, and asked for again")
os.remove(own .. "/tftp/SEP0024142DDF24.cnf.xml.sgn")
here = with_file('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><device>&x;</device>')
dt.equal(#texts(here, registers), 0, "REGISTERs of a phone with an entity")
dt.done()
