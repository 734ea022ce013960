-- SPDX-License-Identifier: GPL-3.0-or-later
-- Case study 1 as documented: the race, what goes astray, the alarm, the cure; and the rate that the laws of the two
-- answers predict. Closed form: for exponential delays of means a and c, P(a comes first) = c / (a + c).
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local ASA, CUCM = "58:0a:20:fb:07:1f", "00:50:56:8a:33:02"

local function record(name, sets, more)
  local folder = dt.tmp() .. "/" .. name
  local words = { "run", "case-study-1", "-q", "-o", folder }
  for _, s in ipairs(sets or {}) do
    words[#words + 1] = "--set"
    words[#words + 1] = s
  end
  for _, m in ipairs(more or {}) do words[#words + 1] = m end
  return folder, dt.run(words)
end

-- The phone's requests for CUCM's address, each with the MAC addresses that answered, in order.
local function races(folder)
  local list = {}
  for _, row in ipairs(dt.query(folder, [[select r.kind, r.text from record r join node n on n.id = r.node
      where n.name = 'phone' and (r.text like 'ARP who-has 10.10.10.202 %' and r.kind = 'FRAME_TX'
      or r.text like 'ARP 10.10.10.202 is-at %' and r.kind = 'FRAME_RX') order by r.id]])) do
    if row[1] == "FRAME_TX" then
      list[#list + 1] = {}
    else
      table.insert(list[#list], row[2]:match("is%-at (%S+)"))
    end
  end
  return list
end

local function unregisters(folder)
  return #dt.query(folder, "select id from record where kind = 'ALARM' and fields like '%\"reason\":13%'")
end

-- The documented run.
local folder, status = record("run")
dt.equal(status, 0, "exit status")
local verdicts = dt.query(folder, "select verdict, count(*) from observable group by verdict")
dt.equal(#verdicts, 1, "kinds of verdicts")
dt.equal(verdicts[1] and verdicts[1][1], "match", "verdict of all observables")
dt.equal(verdicts[1] and verdicts[1][2], "9", "observables")
for i, race in ipairs(races(folder)) do dt.equal(#race, 2, "answers to request " .. i) end

-- Whatever was lost was lost at the ASA, and it said so.
local others = dt.query(folder, "select text from record where kind = 'DROP' and text not like 'asa-%'")
dt.equal(#others, 0, "drops elsewhere")
local drops = tonumber(dt.query(folder, "select count(*) from record where text like 'asa-no-connection%'")[1][1])
local lines = dt.query(folder, [[select text from record where kind = 'LOG' and text like '%106015%']])
dt.equal(#lines, drops, "a line of the log for each segment without a connection")
local said = lines[1][1]
dt.ok(said:find("%%ASA%-6%-106015: Deny TCP %(no connection%) from 10%.10%.10%.130/%d+ to 10%.10%.10%.202/2000 " ..
                "flags PSH ACK on interface inside$"), "syslog 106015: %s", said)
local _, event = dt.sh("cat '" .. folder .. "/log/cucm-EventViewer.log'")
for _, word in ipairs { "EndPointUnregistered", "[Reason=13]", "[Protocol=SCCP]", "[IPAddress=10.10.10.130]" } do
  dt.ok(event:find(word, 1, true), "EventViewer lacks %s", word)
end

-- Why: the ASA's answer, by which rule, and that CUCM's came later.
local _, why = dt.run { "why", folder }
for _, words in ipairs { "10.10.10.202 is at " .. ASA, "the reply of " .. CUCM, "it answers for 10.10.10.202",
                         "parameter: proxy_arp = on (asa)", "parameter: nat = (inside,any) source static any any (asa)" } do
  dt.ok(why:gsub("%s+", " "):find(words, 1, true), "why lacks '%s': %s", words, why)
end

-- Another reader of the captures: nothing is malformed, and it finds the document's packets.
local function tshark(port, filter)
  local n = 0
  local _, out, err = dt.sh(("tshark -r '%s/capture/%s.pcapng' -Y '%s' -T fields -e frame.number"):format(folder, port, filter))
  for _ in out:gmatch("%d+\n") do n = n + 1 end
  return n, err
end
for _, port in ipairs { "phone-net", "cucm-eth0", "asa-inside" } do
  local all = tshark(port, "frame")
  dt.ok(all > 100, "%s: %d frames", port, all)
  dt.equal(tshark(port, "_ws.malformed || tcp.checksum.status == \"Bad\""), 0, port .. ": malformed frames")
end
local to_asa = "eth.dst == " .. ASA .. " && ip.src == 10.10.10.130 && ip.dst == 10.10.10.202"
dt.ok(tshark("phone-net", to_asa .. " && tcp.analysis.duplicate_ack") > 0, "Dup ACKs of the phone to the ASA's MAC")
dt.ok(tshark("phone-net", to_asa .. " && skinny") > 0, "KeepAlives to the ASA's MAC")
dt.equal(tshark("cucm-eth0", "eth.dst == " .. ASA), 0, "such frames at CUCM")
dt.ok(tshark("phone-net", "arp.opcode == 2 && arp.src.proto_ipv4 == 10.10.10.202 && arp.src.hw_mac == " .. ASA) > 0,
      "the ASA's replies")

-- The cure: one answer, nobody unregistered in a day.
local cured, cured_status = record("cured", { "proxy_arp=off" }, { "--until", "24h", "--record", "facts" })
dt.equal(cured_status, 0, "exit status of the cure")
dt.equal(unregisters(cured), 0, "unregisters in a day without proxy ARP")
dt.equal(#dt.query(cured, "select id from record where kind = 'DROP'"), 0, "drops in that day")
local asked = races(cured)
dt.ok(#asked >= 136, "requests in that day: %d", #asked) -- one each 600 s and up to 30 s
for i, race in ipairs(asked) do dt.equal(table.concat(race, " "), CUCM, "answers to request " .. i) end

-- The rate of lost races, within the 99 % interval of the binomial law.
local function rate(name, p, sets)
  local list = races((record(name, sets, { "--until", "96h", "--record", "facts" })))
  local n, lost = 0, 0
  for _, race in ipairs(list) do
    if #race == 2 then n, lost = n + 1, lost + (race[1] == ASA and 1 or 0) end
  end
  dt.ok(n >= 200, "%s: %d races", name, n)
  dt.near(lost, n * p, 2.576 * math.sqrt(n * p * (1 - p)) + 0.5, name .. ": lost races of " .. n)
  return lost / n
end
rate("exponential", 0.45 / 0.60)
-- ASA 0.1 to 0.5 ms, CUCM 0.3 to 0.7 ms: it loses only when both fall into the common 0.2 ms, and then half the time.
rate("uniform", 1 - 0.5 * 0.5 * 0.5, { "asa_arp_delay=uniform(0.1ms,0.5ms)", "arp_reply_delay=uniform(0.3ms,0.7ms)" })
rate("even", 0.5, { "asa_arp_delay=exp(0.45ms)" })

-- Without jitter one side always wins: never registered, or never unregistered.
-- (A second after the start: at the start CUCM looks for its router by ARP, and the phone learns it from that.)
local function play(sets) return dt.play("case-study-1", sets) end
local never = play { "asa_arp_delay=0.15ms", "arp_reply_delay=0.45ms", "power_on_at=1s" }
dt.equal(dt.measure(never, "registration_time_s"), nil, "registered although the ASA is always first")
dt.equal(dt.measure(play { "asa_arp_delay=0.45ms", "arp_reply_delay=0.15ms" }, "unregister_count"), 0,
         "unregisters when CUCM is always first")

-- What the phone does decides, too: with the last answer, and with TCP's advice.
local function count(sets) return dt.measure(play(sets), "unregister_count") end
dt.equal(count { "asa_arp_delay=0.15ms", "arp_reply_delay=0.45ms", "arp_policy=last_wins" }, 0,
         "unregisters when the last answer wins, and CUCM's is it")
local function silent_s(sets) return dt.measure(play(sets), "unregistered_time_s") end
dt.ok(silent_s { "arp_tcp_advice=on" } < 0.7 * silent_s {}, "TCP's advice shortens the outages")
dt.ok(count { "arp_tcp_confirm=on", "arp_timeout=300s" } <= 1, "an entry that TCP confirms does not end")

-- What the document shows does not hang on the dice.
for seed = 2, 40 do
  dt.equal(dt.play("case-study-1", {}, { "--seed", seed }).exit, 0, "exit status of seed " .. seed)
end
dt.done()
