-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every answer to a REGISTER, and what the phone makes of it (RFC 3261 10.2, 10.3, 20.33, 22).
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local scenario = dt.tmp() .. "/answers.lua"
local f = assert(io.open(scenario, "w"))
f:write [[
return { title = "Answers", source = "made up", story = "One phone, two nodes.", duration = "5min",
  parameters = { a = { type = "text", default = "", doc = "settings of node a" },
                 b = { type = "text", default = "", doc = "settings of node b" },
                 phone = { type = "text", default = "", doc = "settings of the phone" } },
  network = function(net, p)
    local function with(text, t)
      for k, v in text:gmatch("([%w_]+)=([^;]+)") do t[k] = v end
      return t
    end
    net:add("switch", "access")
    net:add("dhcp-server", "dhcp", { mac = "00:50:56:00:00:05", address = "10.1.1.5",
      dhcp_pools = "v 10.1.1.0/24 exclude=10.1.1.1-10.1.1.9 option150=10.1.1.2" })
    net:add("sip-phone", "phone", with(p.phone, { mac = "00:24:14:2d:df:24" }))
    for i, name in ipairs { "a", "b" } do
      net:add("cucm", name, with(p[name], { mac = "00:50:56:00:00:0" .. i + 1, address = "10.1.1." .. i + 1,
        cucm_group = "10.1.1.2,10.1.1.3", devices = "SEP0024142DDF24 dn=5678" }))
      net:link(name, "access:" .. i)
    end
    net:link("phone", "access:8")
    net:link("dhcp", "access:9")
    net:capture("phone", "the phone")
  end }
]]
f:close()

-- {time, request or status, CSeq} of what passed between the phone and the two nodes, by Wireshark.
local function play(name, settings)
  local words = { "run", scenario, "-q", "-o", name, "--force" }
  for k, v in pairs(settings) do
    words[#words + 1] = "--set"
    words[#words + 1] = k .. "=" .. v
  end
  local status, out = dt.run(words)
  dt.equal(status, 0, name .. ": " .. out)
  local rows = {}
  local _, text = dt.sh(("tshark -r '%s/%s/capture/phone-net.pcapng' -Y sip -T fields -E separator='|' -e frame.time_relative " ..
    "-e ip.src -e ip.dst -e sip.Method -e sip.Status-Code -e sip.CSeq.seq -e sip.Expires -e sip.auth.digest.response " ..
    "-e sip.Date -e sip.Call-ID 2>/dev/null"):format(dt.tmp(), name))
  for line in text:gmatch("[^\n]+") do
    local r = {}
    for field in (line .. "|"):gmatch("([^|]*)|") do r[#r + 1] = field end
    rows[#rows + 1] = { t = tonumber(r[1]), src = r[2], dst = r[3], method = r[4], status = tonumber(r[5]), cseq = tonumber(r[6]),
                        expires = r[7], response = r[8], date = r[9], call_id = r[10] }
  end
  return rows
end

local function with(rows, address, what)
  local out = {}
  for _, r in ipairs(rows) do
    if (r.src == address or r.dst == address) and (r.method == what or r.status == what) then out[#out + 1] = r end
  end
  return out
end
local a, b = "10.1.1.2", "10.1.1.3"

-- 8.1.1, seed 004: before the phone knows the time its Date says so; it learns it from the first answer.
local rows = play("plain", {})
local requests = with(rows, a, "REGISTER")
dt.equal(requests[1].date, "Sun, 00 Jan 1900 00:00:00 GMT", "Date of the first REGISTER")
dt.ok(requests[2].date:find("^%a+, %d+ %a+ %d+"), "Date of the second: %s", requests[2].date)

-- 22.1 to 22.3: challenged, answered once, the same Call-ID, CSeq + 1, and bound.
rows = play("digest", { a = "digest_authentication=on;digest_password=12345", b = "digest_authentication=on;digest_password=12345" })
requests = with(rows, a, "REGISTER")
dt.equal(with(rows, a, 401)[1].cseq, requests[1].cseq, "401 to the first")
dt.equal(requests[2].cseq, requests[1].cseq + 1, "CSeq of the answer")
dt.equal(requests[2].call_id, requests[1].call_id, "Call-ID of the answer")
dt.ok(requests[2].response:find("^\"?%x+\"?$") and #requests[2].response:gsub('"', "") == 32, "its response: %s", requests[2].response)
dt.equal(with(rows, a, 200)[1].cseq, requests[2].cseq, "200 to the answer")

-- A wrong password: 403, and the next node. The TFTP server's own file says what the phone believes.
rows = play("wrong", { a = "digest_authentication=on;digest_password=12345", b = "digest_authentication=on;digest_password=54321" })
dt.equal(#with(rows, b, 403), 0, "nobody asks b while a takes it")
dt.ok(#with(rows, a, 200) > 0, "a takes it")
rows = play("wrong-first", { a = "digest_authentication=on;digest_password=12345;tftp=off", b = "digest_authentication=on;" ..
  "digest_password=54321", phone = "tftp_servers=10.1.1.3" })
dt.equal(#with(rows, a, 403) > 0, true, "a refuses the password of b's file")
dt.equal(#with(rows, b, 200) > 0, true, "b takes it")

-- 10.3 (4): a device that may not.
rows = play("denied", { a = "denied_devices=SEP0024142DDF24" })
dt.equal(with(rows, a, 403)[1].cseq, 101, "403")
dt.ok(#with(rows, b, 200) > 0, "the next node takes it")

-- 10.3 (7), 10.2.8: too brief, and again with enough; never to Expires 3600.
rows = play("brief", { a = "min_expires=300s;timer_register_expires=60s" })
requests = with(rows, a, "REGISTER")
dt.equal(requests[1].expires, "60", "asked for")
dt.equal(with(rows, a, 423)[1].cseq, requests[1].cseq, "423")
dt.equal(requests[2].expires, "300", "asked for again")
dt.equal(with(rows, a, 200)[1].cseq, requests[2].cseq, "200")
rows = play("long", { a = "min_expires=1h" })
dt.equal(#with(rows, a, 423), 0, "an hour is never too brief")

-- 20.33: 503 with Retry-After: the next node at once, this one not before.
rows = play("busy", { a = "initializing_time=2min" })
local busy = with(rows, a, 503)[1]
dt.ok(busy ~= nil, "503")
local bound
for _, r in ipairs(with(rows, b, 200)) do if r.expires == "120" then bound = bound or r end end
dt.near(bound.t - busy.t, 0.005, 0.01, "registered with the next node")
rows = play("both-busy", { a = "initializing_time=2min", b = "initializing_time=3min" })
local first_ok
for _, r in ipairs(rows) do if r.status == 200 then first_ok = first_ok or r end end
dt.equal(first_ok.src, a, "the first that may be asked again")
local _, start = dt.sh(("tshark -r '%s/both-busy/capture/phone-net.pcapng' -T fields -e frame.time_epoch -c 1 2>/dev/null"):format(dt.tmp()))
dt.ok(first_ok.t > 80 and first_ok.t < 120, "not before its time: %g", first_ok.t)
dt.equal(#with(rows, a, 503), 1, "it is left alone meanwhile")

-- The other one refuses: it is asked again and again meanwhile, the busy one is not.
rows = play("busy-and-denied", { a = "initializing_time=4min", b = "denied_devices=SEP0024142DDF24" })
dt.equal(#with(rows, a, 503), 1, "the busy one is asked once")
dt.ok(#with(rows, b, 403) > 4, "the other one again and again: %d", #with(rows, b, 403))

-- As many as it takes.
rows = play("full", { a = "registrations_max=1;devices=SEP0024142DDF24 dn=5678" })
dt.ok(#with(rows, a, 200) > 0, "the first one finds room")

-- A digest that RFC 2617 computes (with MD5 of RFC 1321) is in tests/unit.
dt.done()
