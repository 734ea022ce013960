-- SPDX-License-Identifier: GPL-3.0-or-later
-- rows.lua: a documented packet table as observables, one a row.
--   rows { file = "data/x.csv", port = "phone", by = "13min", source = "…",
--          gap = "10ms", answer = "40ms" }
-- Columns: no,time,direction,flags,seq,ack,len,kind,slip. Direction: out or in, seen from the port;
-- the port is the phone's, or with at = "server" the server's.
-- Kinds: send (first copy of a request), retransmission, ack, 100, 200. Times are those of the
-- document, by the clock of the capturing host; what is judged of them is relative:
--   send             as long after the 200 before it as documented, within `gap`
--   retransmission   as long after its first copy as documented, within `gap`
--   ack by the phone that byte is acknowledged within `answer` of its arrival, by any ACK
--   100, 200         are shown only; with times = "5ms", as long after their request as documented,
--                    within that, and the phone's ack as long after the 200
-- Direction, flags, seq, ack and len are exact. `slip` names the cells damaged in print and
-- says why: "time seq: the reason"; those cells are not judged, and the row is a documented-slip.

local host = ...

local columns = { "no", "time", "direction", "flags", "seq", "ack", "len", "kind", "slip" }
local asking = { send = true, retransmission = true, ["100"] = false, ["200"] = false }
local DAY_NS = 86400 * 1000000000

-- Reading the table -------------------------------------------------------------------------------

local function clock_ns(text)
  local h, m, s, frac = text:match("^(%d%d):(%d%d):(%d%d)%.(%d+)$")
  if not h or #frac > 9 then return nil end
  local ns = math.tointeger(tonumber(frac .. ("0"):rep(9 - #frac)))
  return ((tonumber(h) * 60 + tonumber(m)) * 60 + tonumber(s)) * 1000000000 + ns
end

local function cells(line)
  local out, from = {}, 1
  while #out < #columns - 1 do
    local comma = line:find(",", from, true)
    if not comma then break end
    out[#out + 1] = line:sub(from, comma - 1)
    from = comma + 1
  end
  out[#out + 1] = line:sub(from)
  return out
end

-- Flags in one order, whatever stands between them.
local flag_order = { SYN = 1, FIN = 2, RST = 3, PSH = 4, URG = 5, ACK = 6 }

local function flag_set(text)
  local names = {}
  for name in text:gmatch("%u+") do names[#names + 1] = name end
  table.sort(names, function(a, b)
    local x, y = flag_order[a] or 9, flag_order[b] or 9
    return x < y or (x == y and a < b)
  end)
  return table.concat(names, ",")
end

local function parse_slip(row, fail)
  row.damaged = {}
  if row.slip == "" then return end
  local names, reason = row.slip:match("^([%l ]+): (.+)$")
  if not names then fail("slip '" .. row.slip .. "' is not of the form 'time seq: the reason'") end
  row.reason = reason
  for name in names:gmatch("%l+") do
    if not (name == "time" or name == "seq" or name == "ack" or name == "len") then
      fail("slip: there is no cell '" .. name .. "' (time seq ack len)")
    end
    row.damaged[name] = true
  end
end

local function parse_row(values, server, fail)
  local row = {}
  if #values ~= #columns then fail("a row has " .. #columns .. " cells, this one " .. #values) end
  for i, name in ipairs(columns) do row[name] = values[i] end
  row.time_ns = clock_ns(row.time) or fail("'" .. row.time .. "' is no time like 22:56:17.457226")
  for _, name in ipairs { "no", "seq", "ack", "len" } do
    row[name] = math.tointeger(tonumber(row[name])) or fail(name .. " is no whole number")
  end
  if asking[row.kind] == nil and row.kind ~= "ack" then fail("unknown kind '" .. row.kind .. "'") end
  local known = row.direction == "in" or row.direction == "out"
  row.asks = (row.direction == "out") ~= server -- it goes the way of the requests
  if not known or (row.kind ~= "ack" and asking[row.kind] ~= row.asks) then
    fail("direction '" .. row.direction .. "' does not go with kind '" .. row.kind .. "'")
  end
  row.flags = flag_set(row.flags)
  parse_slip(row, fail)
  return row
end

local function read(file, server)
  local text, why = host.read(file)
  if not text then error(why, 3) end
  local list, number = {}, 0
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    number = number + 1
    local function fail(message) error(file .. ":" .. number .. ": " .. message, 0) end
    if line == table.concat(columns, ",") then
      list.headed = true
    elseif line ~= "" and line:sub(1, 1) ~= "#" then
      if not list.headed then fail("the first row must be " .. table.concat(columns, ",")) end
      list[#list + 1] = parse_row(cells(line), server, fail)
    end
  end
  return list
end

-- An exchange: a request (its first copy may lie before the table) and all that follows it.
local function exchanges(list)
  local out = {}
  for _, row in ipairs(list) do
    local last = out[#out]
    if not last or row.kind == "send" or (row.kind == "retransmission" and last.answered) then
      last = { before = last }
      out[#out + 1] = last
    end
    last.answered = last.answered or not row.asks
    last[#last + 1] = row
    if row.kind == "send" then last.send = row end
    if row.kind == "200" then last.ok = row end
    local request = row.kind == "send" or row.kind == "retransmission"
    if request and not row.damaged.seq then last.seq = last.seq or row.seq end
    if request then last.len = last.len or row.len end
  end
  return out
end

-- Finding the rows in the run ---------------------------------------------------------------------

local function same_connection(a, b)
  return a.peer == b.peer and a.peer_port == b.peer_port and a.local_port == b.local_port
end

local function fits(row, s)
  for _, name in ipairs { "seq", "ack", "len" } do
    if not row.damaged[name] and row[name] ~= s[name] then return false end
  end
  return flag_set(s.flags) == row.flags
end

-- The segments of an exchange: from the first copy of its request to the next request.
local function window(x, segments, server)
  local first
  for i, s in ipairs(segments) do
    s.asks = s.sent ~= server
    if not first and s.asks and s.copy == 0 and s.seq == x.seq and s.len == x.len then
      first, x.first = i, s
      x.segments = { s }
    elseif first and same_connection(s, x.first) then
      if s.asks and s.len > 0 and s.seq ~= x.seq then return end
      x.segments[#x.segments + 1] = s
    end
  end
end

local find = {}

find.send = function(x) return x.first end

find.retransmission = function(x)
  for _, s in ipairs(x.segments) do
    if s.asks and s.copy > 0 and s.seq == x.seq then return s end
  end
end

-- What the server sent, in order; a row that nothing fits is set beside the one at its place.
local function arrived(x, row)
  local at_its_place
  x.place = (x.place or 0) + 1
  local n = 0
  x.used = x.used or {}
  for _, s in ipairs(x.segments) do
    if not s.asks then
      n = n + 1
      if not x.used[n] and fits(row, s) then
        x.used[n] = true
        return s
      end
      if n == x.place then at_its_place = s end
    end
  end
  return at_its_place
end

find["100"], find["200"] = arrived, arrived

-- The first ACK after the byte came in that covers it.
find.ack = function(x, row)
  if not row.asks then return arrived(x, row) end
  local came
  for _, s in ipairs(x.segments) do
    if not s.asks and s.len > 0 and not came and s.seq + s.len >= row.ack then came = s end
    if came and s.asks and s.copy == 0 and s.len == 0 and s.ack >= row.ack then return s, came end
  end
end

-- Judging -----------------------------------------------------------------------------------------

local function clock(ns)
  local us = ns % DAY_NS // 1000
  local s = us // 1000000
  return ("%02d:%02d:%02d.%06d"):format(s // 3600, s // 60 % 60, s % 60, us % 1000000)
end

local function line(time, direction, r)
  return ("%s %s %s seq %d ack %d len %d"):format(time, direction == "out" and ">" or "<", r.flags,
    r.seq, r.ack, r.len)
end

local function span(ns) return ("%.6f s"):format(ns / 1e9) end

local function since(later, earlier) return (later.time_ns - earlier.time_ns) % DAY_NS end

-- The documented span that a row is judged by, the simulated one, and what it is counted from.
local function spans(x, row, o)
  if row.damaged.time then return nil end
  if row.kind == "send" and x.before and x.before.ok then
    local ok = x.before.ok
    return since(row, ok), ok.found and x.first.clock_ns - ok.found.clock_ns, "after the 200 OK"
  elseif row.kind == "retransmission" and x.send and not x.send.damaged.time then
    return since(row, x.send), row.found.clock_ns - x.first.clock_ns, "after its first copy"
  elseif o.times and (row.kind == "100" or row.kind == "200") then
    return since(row, x.send), row.found.clock_ns - x.first.clock_ns, "after the request"
  elseif o.times and row.kind == "ack" and row.asks and x.ok then
    return since(row, x.ok), x.ok.found and row.found.clock_ns - x.ok.found.clock_ns, "after the 200 OK"
  end
end

local function judge_row(x, row, o)
  local s = row.found
  local problems = {}
  local own_ack = row.kind == "ack" and row.asks -- a later ACK covers more
  local exact = own_ack and { "seq", "len" } or { "seq", "ack", "len" }
  for _, name in ipairs(exact) do
    if not row.damaged[name] and row[name] ~= s[name] then
      problems[#problems + 1] = name .. " differs"
    end
  end
  if flag_set(s.flags) ~= row.flags then problems[#problems + 1] = "flags differ" end
  local documented, got, from = spans(x, row, o)
  local within = row.kind ~= "send" and row.kind ~= "retransmission" and o.times_ns or o.gap_ns
  local note = documented and
    ("%s %s; here %s"):format(span(documented), from, got and span(got) or "none")
  if documented and not (got and math.abs(got - documented) <= within) then
    problems[#problems + 1] = "too far from the documented time"
  end
  if row.came and s.t_ns - row.came.t_ns > o.answer_ns then
    problems[#problems + 1] = "acknowledged only after " .. span(s.t_ns - row.came.t_ns)
  end
  if note then problems[#problems + 1] = note end
  return #problems == (note and 1 or 0), table.concat(problems, "; ")
end

-- Finds every row of the table in this run, once.
local function match(run, o)
  local segments = run:segments { port = o.port }
  for _, x in ipairs(o.exchanges) do
    window(x, segments, o.server)
    for _, row in ipairs(x) do
      if x.first then row.found, row.came = find[row.kind](x, row) end
    end
  end
  run.cache[o] = true
end

local function tolerance(row, o)
  if asking[row.kind] then return o.gap end
  return o.times or (row.kind == "ack" and row.asks and o.answer) or "exact"
end

local function observable(x, row, o)
  return {
    name = ("row %d %s"):format(row.no, row.kind), source = o.source, by = o.by, slip = row.reason,
    documented = line(row.time, row.direction, row),
    tolerance = tolerance(row, o),
    judge = function(run)
      if not run.cache[o] then match(run, o) end
      local s = row.found
      if not s then return nil, false, "no such segment" end
      local same, note = judge_row(x, row, o)
      local shown = { flags = flag_set(s.flags), seq = s.seq, ack = s.ack, len = s.len }
      return line(clock(run.epoch_ns + run.zone_ns + s.clock_ns), row.direction, shown), same, note
    end,
  }
end

local options = { file = "string", port = "string", by = "string", source = "string",
                  gap = "string", answer = "string", times = "string", at = "string" }

return function(given)
  if type(given) ~= "table" then
    error("rows takes a table: rows { file = \"…\", port = \"…\" }", 2)
  end
  for key, value in pairs(given) do
    if type(value) ~= options[key] then
      local names = {}
      for name in pairs(options) do names[#names + 1] = name end
      local near = options[key] == nil and type(key) == "string" and host.nearest(key, names)
      error("rows: '" .. tostring(key) .. "' is " .. (options[key] and "not text" or "unknown") ..
        (near and "; did you mean '" .. near .. "'?" or ""), 2)
    end
  end
  if not given.file or not given.port then error("rows needs 'file' and 'port'", 2) end
  local o = { port = given.port, by = given.by, source = given.source, gap = given.gap or "10ms",
              answer = given.answer or "40ms", times = given.times, server = given.at == "server" }
  if given.at and given.at ~= "server" and given.at ~= "phone" then
    error("rows: at is '" .. given.at .. "', must be 'phone' or 'server'", 2)
  end
  for _, key in ipairs { "gap", "answer", "times" } do
    local ns, unit
    if o[key] then ns, unit = host.quantity(o[key]) end
    if o[key] and (unit ~= "s" or ns < 0) then
      error("rows: " .. key .. " '" .. o[key] .. "' is no span such as 10ms", 2)
    end
    o[key .. "_ns"] = ns
  end
  o.exchanges = exchanges(read(given.file, o.server))
  local out = {}
  for _, x in ipairs(o.exchanges) do
    for _, row in ipairs(x) do out[#out + 1] = observable(x, row, o) end
  end
  if #out == 0 then error("rows: '" .. given.file .. "' has no rows", 2) end
  return out
end
