-- SPDX-License-Identifier: GPL-3.0-or-later
-- bench phones: that it plays the workload it claims to play, by arithmetic; no time is judged.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local function rows(...)
  local status, out, err = dt.run { "bench", "phones", "--json", ... }
  dt.equal(status, 0, "bench phones: exit status")
  dt.equal(err, "", "bench phones: stderr")
  local doc = json.decode(out)
  dt.ok(doc and doc.bench, "bench phones: no JSON: %s", out)
  return doc.bench
end

-- Phone i starts at 115 s * i / N. A REGISTER leaves when the connection stands, and the next one 115 s after the
-- 200 OK came in: 7.2 ms after the request (two ways of 1.02 ms and the wires, 5 ms of work).
local function registers(n)
  local count = 0
  for i = 0, n - 1 do
    local first = 115 * i / n + 0.0021
    count = count + 1 + (3600 - first) // 115.0072
  end
  return count
end

-- Switches flood what they do not know. The very first SYN reaches every other phone, and each further access switch
-- floods its first SYN to its other ports: none of these phones is powered yet.
local function flooded(n)
  local count = n - 1
  for first = 48, n - 1, 48 do count = count + math.min(48, n - first) - 1 end
  return count
end

local found = rows("1", "48", "100", "1000")
local sizes = { 1, 48, 100, 1000 }
for i, n in ipairs(sizes) do
  local r = found[i]
  local what = n .. " phones"
  dt.equal(r.name, "phones", what .. ": name")
  dt.equal(r.n, n, what .. ": n")
  dt.near(r.keepalives, registers(n), n // 500, what .. ": REGISTERs in an hour")
  dt.near(r.per_s * r.ns / 1e9, 1, 0.01, what .. ": keepalives a second and ns each")
  -- REGISTER, 100, 200 and one bare ACK, over three links each.
  dt.ok(r.frames >= 12 * (r.keepalives - n) and r.frames <= 12.7 * r.keepalives + 200 * n, "%s: %d frames for %d keepalives",
        what, r.frames, r.keepalives)
  dt.equal(r.dropped, flooded(n), what .. ": frames dropped")
  -- An event a link, and a few timers: refresh, the server's two, the bare ACK's.
  dt.ok(r.events >= 16 * (r.keepalives - n) and r.events <= 17 * r.keepalives + 200 * n, "%s: %d events for %d keepalives",
        what, r.events, r.keepalives)
end

-- Memory is what an application of a thousand phones is planned by; sanitizers have their own.
local sanitized = dt.sh(("grep -q __asan_init '%s'"):format(dt.bin)) == 0
if not sanitized then
  dt.ok(found[4].bytes_per_phone > 2000 and found[4].bytes_per_phone <= 10240, "a phone of 1000 takes %d bytes",
        found[4].bytes_per_phone)
end

local status, out = dt.run { "bench", "phones", "3" }
dt.equal(status, 0, "as a table: exit status")
dt.ok(out:find("phones +keepalives +ns each") and out:find("\n +3 +9%d "), "as a table: %s", out)

-- What a user can get wrong.
local bad = {
  { { "0" }, "'0' is not a number of phones from 1 to 60000" },
  { { "60001" }, "'60001' is not a number of phones from 1 to 60000" },
  { { "many" }, "'many' is not a number of phones from 1 to 60000" },
  { { "1e3" }, "'1e3' is not a number of phones" },
  { { "100", "-5" }, "'-5'" },
  { { "100", "--jsn" }, "unknown option '--jsn'; did you mean '--json'?" },
  { { "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1" }, "more than 16 numbers of phones" },
}
for _, case in ipairs(bad) do
  local said_status, said, err = dt.run { "bench", "phones", table.unpack(case[1]) }
  local name = table.concat(case[1], " ")
  dt.equal(said_status, 2, name .. ": exit status")
  dt.equal(said, "", name .. ": stdout")
  dt.ok(err:find(case[2], 1, true) and select(2, err:gsub("\n", "")) == 1, "%s: %s", name, err)
end
local _, help = dt.run { "bench", "phones", "--help" }
dt.ok(help:find("^usage: dialtone bench") and help:find("phones", 1, true), "help: %s", help)
-- bench boot: all of them register; the one DHCP server needs two messages of 1 ms a phone and the one TFTP service
-- eight files of 2 ms, so the last of N cannot be there before their sum has passed since the firmware runs.
status, out = dt.run { "bench", "boot", "20", "200", "--json" }
dt.equal(status, 0, "bench boot")
for i, r in ipairs(json.decode(out).bench) do
  local n = ({ 20, 200 })[i]
  dt.equal(r.registered, n, "phones that registered")
  dt.ok(r.last_registered_s > 30.6 + n * 0.016, "%d phones: the last registers at %g s: the queues are not worked off",
        n, r.last_registered_s)
  dt.ok(r.last_registered_s < 30.6 + 10 + n * 0.03, "%d phones: the last registers at %g s", n, r.last_registered_s)
  dt.ok(r.frames > 60 * n and r.events > 200 * n, "%d frames, %d events", r.frames, r.events)
end
-- bench calls: N calls of an hour by two dialogs each; each dialog is refreshed at 15, 30 and 45 minutes, and each call has
-- four streams of 50 packets a second from one answer to one BYE, of which few are under way when it ends.
status, out = dt.run { "bench", "calls", "1", "30", "--json" }
dt.equal(status, 0, "bench calls")
for i, r in ipairs(json.decode(out).bench) do
  local n = ({ 1, 30 })[i]
  dt.equal(r.answered, 2 * n, "dialogs that were answered")
  dt.equal(r.dropped, 0, "dropped")
  dt.ok(r.refreshes >= 6 * n, "%d refreshes of %d calls", r.refreshes, n)
  dt.ok(math.abs(r.rtp_packets_sent / n - 4 * 3600 * 50) < 40, "%g packets a call", r.rtp_packets_sent / n)
  dt.ok(r.rtp_packets_lost <= 4 * n, "%d packets lost of %d calls", r.rtp_packets_lost, n)
end
_, _, err = dt.run { "bench", "calls", "0" }
dt.ok(err:find("'0' is not a number of calls from 1 to 4000", 1, true), "bench calls 0: %s", err)
dt.done()
