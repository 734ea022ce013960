-- SPDX-License-Identifier: GPL-3.0-or-later
-- docs/case-study-2.md: its assumptions are the scenario's values, its eight keepalives those of the run, and its
-- formula gives the time of the unregister.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local page = require "page"
local json = require "dkjson"

local text = page.text(dt.src .. "/docs/case-study-2.md")

-- Assumptions: | `name` | value | why |
local scale = { ms = 1e-3, s = 1, min = 60 }
local _, shown = dt.run { "show", "case-study-2", "--json" }
local values, models = {}, page.text(dt.src .. "/docs/reference.md")
for _, p in ipairs(json.decode(shown).params) do values[p.name] = p.value end
local compared = 0
for names, value in text:gmatch("\n| (`[%l_`, ]+`) | ([^|]+) |") do
  for name in names:gmatch("`([%l_]+)`") do
    local number, unit = value:match("^([%d.]+)(%a+)$")
    if values[name] == nil then -- of one node: it is not shown, but there is such a parameter
      dt.ok(models:find("`" .. name .. "`", 1, true), "there is no parameter %s", name)
    elseif number then
      dt.near(values[name], tonumber(number) * scale[unit], 1e-9, name)
    elseif value == "uniform laws" then
      dt.ok(tostring(values[name]):find("^uniform%("), "%s is %s", name, values[name])
    else
      dt.equal(values[name], value, name)
    end
    compared = compared + 1
  end
end
dt.ok(compared >= 14, "%d assumptions", compared)

-- The eight keepalives: | k | sent | RTO | sent again | CUCM waits until |
dt.run { "run", "case-study-2", "-q", "-o", "r" }
local function times(sql)
  local out = {}
  for _, row in ipairs(dt.query(dt.tmp() .. "/r", sql)) do out[#out + 1] = tonumber(row[1]) / 1e9 end
  return out
end
local start = times [[select t_ns from record where kind = 'STATE' and fields like '%"to":"registered"%' limit 1]][1]
local sent = [[select t_ns from record r join node n on n.id = r.node where n.name = '%s' and r.kind = 'FRAME_TX'
  and r.text like '%%%s CSeq %d' and r.text like '%%:50708%%' order by t_ns]]
local rows, last = 0, nil
for k, first, rto, again, deadline in text:gmatch("\n| (%d) | ([%d.]+) | ([%d.]+) | %(?([%d.]+)%)? | ([%d.]+) |") do
  local copies = times(sent:format("phone", "REGISTER", 11000 + k))
  local answer = times(sent:format("cucm-pub", "200 OK", 10999 + k))[1]
  dt.near(copies[1] - start, tonumber(first), 0.0006, "keepalive " .. k)
  dt.near(tonumber(rto), 0.21 * 2 ^ (k - 1), 1e-9, "RTO " .. k)
  dt.near(tonumber(first) + tonumber(rto), tonumber(again), 0.0011, "sum " .. k)
  if k ~= "8" then dt.near(copies[2] - start, tonumber(again), 0.0006, "its copy " .. k) end
  dt.near(answer + 130 - start, tonumber(deadline), 0.0006, "CUCM waits " .. k)
  rows, last = rows + 1, tonumber(deadline)
end
dt.equal(rows, 8, "keepalives in the table")
local alarm = times "select t_ns from record where kind = 'ALARM' order by id limit 1"[1]
dt.near(alarm - start, last, 0.0006, "the alarm")

-- The formula, read from the page, with the page's numbers.
local formula = text:match("\n    T = ([^,\n]+),")
local r, i, w, n, t = text:match("For R = ([%d.]+) s, I = (%d+) s, W = (%d+) s: n = (%d), T = ([%d.]+) s")
local lua = formula:gsub("·", "*"):gsub("−", "-"):gsub(" s%f[%A]", "")
local T = assert(load("local I, R, n, W = ... return " .. lua))(tonumber(i), tonumber(r), tonumber(n), tonumber(w))
dt.near(T, tonumber(t), 0.05, "the page's T")
dt.near(T, alarm - start, 0.01, "T and the run")
dt.done()
