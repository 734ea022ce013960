-- SPDX-License-Identifier: GPL-3.0-or-later
-- The ladder of a recorded run: what is drawn, what is folded, what the filters leave.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

dt.run { "run", "case-study-2", "-q" }
local function ladder(words, width)
  local _, out, err = dt.run { "ladder", "case-study-2", table.unpack(words) }
  dt.equal(err, "", "errors")
  local lines = {}
  for line in out:gmatch("([^\n]*)\n") do
    lines[#lines + 1] = line
    dt.ok(utf8.len(line) and utf8.len(line) <= width, "wider than %d: %s", width, line)
  end
  return out, lines
end
local function count(text, pattern)
  local n = 0
  for _ in text:gmatch(pattern) do n = n + 1 end
  return n
end

local all, lines = ladder({}, 100)
for _, name in ipairs { "phone", "cucm%-pub", "cucm%-sub" } do
  dt.ok(lines[1]:find(name) and lines[#lines]:find(name), "lifeline %s above and below", name)
end
local folder = dt.tmp() .. "/results/runs/case-study-2/001"
local drops = dt.query(folder, "select count(*) from record where kind='DROP' and text like '%REGISTER%'")
dt.equal(count(all, "lost at access Fa0/7: port%-security%-learning"), tonumber(drops[1][1]), "losses drawn")
local copies = dt.query(folder, [[select count(*) from record r join node n on n.id=r.node where n.name='phone'
  and kind='FRAME_TX' and json_extract(fields,'$.copy') > 0]])
dt.equal(count(all, "again: "), tonumber(copies[1][1]), "retransmissions drawn")
dt.equal(count(all, "EndPointUnregistered"), 4, "alarms drawn")
dt.ok(count(all, "┊") > 50, "quiet time is folded")
dt.ok(all:find("1:55%.000 .-REGISTER CSeq 11001.-✗"), "the first lost keepalive, 115 s after the registration")

local ascii = ladder({ "--ascii", "--width", "80" }, 80)
dt.ok(not ascii:find("[\128-\255]"), "ASCII is ASCII")
local part = ladder({ "--nodes", "phone,cucm-sub", "--protocol", "REGISTER" }, 100)
dt.ok(not part:find("[ACK] Seq", 1, true), "the protocol filter leaves no bare ACK")
dt.ok(part:find("cucm%-sub") and part:find("REGISTER"), "the node filter keeps its own")
local early = ladder({ "--to", "60s" }, 100)
dt.equal(count(early, "lost at"), 0, "nothing is lost in the first minute but ARP")

for _, case in ipairs { { { "--nodes", "fone" }, "did you mean 'phone'" }, { { "--width", "10" }, "60 to 500" },
                        { { "--from", "5" }, "lacks its unit" }, { { "--from", "9s", "--to", "1s" }, "before --from" } } do
  local status, out, err = dt.run { "ladder", "case-study-2", table.unpack(case[1]) }
  dt.equal(status, 2, "exit status of " .. table.concat(case[1], " "))
  dt.ok(err:find(case[2], 1, true), "the sentence: %s", err)
  dt.equal(out, "", "output beside an error")
end
dt.done()
