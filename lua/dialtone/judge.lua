-- SPDX-License-Identifier: GPL-3.0-or-later
-- judge.lua: sets what is documented beside what was simulated. Numbers are compared as integers:
-- billionths of seconds and of plain numbers, whole bits per second and bytes.
--   not-reached      the run stopped before `by`, or nothing happened and the run stopped early, or `when` says that
--                    it is not in this run
--   documented-slip  the document contradicts itself; the entry's `slip` says how
--   match, deviates  within the tolerance or not; what never happened in a whole run deviates

local host = ...
local new_run = require "dialtone.run"

local digits = { s = 9, ["1"] = 9, ["bit/s"] = 0, B = 0 }

local function fail(o, ...)
  error("observable '" .. o.name .. "': " .. string.format(...), 0)
end

-- A number of the file, or text with a unit, as integer and unit; nil: plain text.
local function quantity(v)
  if type(v) == "number" then return math.floor(v * 1e9 + 0.5), "1" end
  return host.quantity(v)
end

local function scaled(o, v, unit)
  local n = digits[unit] == 9 and v * 1e9 or v + 0.0
  if n ~= n or n < -9.2e18 or n > 9.2e18 then fail(o, "the value %s is out of range", v) end
  return math.floor(n + 0.5)
end

local function simulated(o, run, unit)
  if o.unplayed then return nil end
  if o.measure then
    local v, d, of = host.measure(o.measure)
    if not unit or (v and of ~= unit) then
      fail(o, "'%s' is not of the same kind as the measure '%s'", o.documented, o.measure)
    end
    return v and (d == digits[unit] and v or scaled(o, v / 10 ^ d, unit))
  end
  local v = o.value(run)
  if v == nil or v == false then return nil end
  local kind = type(v)
  if kind ~= (unit and "number" or "string") then
    fail(o, "it is documented as a %s, but its value is a %s", unit and "number" or "text", kind)
  end
  return unit and scaled(o, v, unit) or v
end

local function tolerance(o, unit)
  if o.tolerance == nil then return 0 end
  local v, of = quantity(o.tolerance)
  if of ~= unit then
    fail(o, "its tolerance '%s' is not of the same kind as '%s'", o.tolerance, o.documented)
  end
  return v
end

local function verdict(o, facts, found, same)
  if o.unplayed then return "not-reached" end
  local by = o.by and host.quantity(o.by)
  if facts.reached_ns < (by or facts.duration_ns) and (by and not o.at_once or not found) then
    return "not-reached"
  end
  if o.slip then return "documented-slip" end
  return found and same and "match" or "deviates"
end

local function agrees(o, got, documented, within)
  if o.bound == "at_most" then return got <= documented end
  if o.bound == "at_least" then return got >= documented end
  return math.abs(got - documented) <= within
end

local function number(o, run, facts, documented, unit)
  local got, within = simulated(o, run, unit), tolerance(o, unit)
  return {
    numeric = true, unit = unit, documented = host.scaled(documented, digits[unit]),
    simulated = got and host.scaled(got, digits[unit]) or "",
    tolerance = o.bound or host.scaled(within, digits[unit]),
    verdict = verdict(o, facts, got ~= nil, got and agrees(o, got, documented, within)),
  }
end

local function text(o, run, facts)
  local got = simulated(o, run, nil)
  return { documented = o.documented, simulated = got or "",
           tolerance = tostring(o.tolerance or ""),
           verdict = verdict(o, facts, got ~= nil, got == o.documented) }
end

-- The library's own judgement: simulated text (nil: not found), agrees, note. What is found is
-- judged at once, even before `by`.
local function own(o, run, facts)
  local got, same, note
  if not o.unplayed then got, same, note = o.judge(run) end
  local slip = same and o.slip
  local v = verdict({ by = o.by, slip = slip, at_once = true, unplayed = o.unplayed }, facts, got ~= nil, same)
  return { documented = o.documented, simulated = got or "", tolerance = o.tolerance, verdict = v,
           note = note }
end

local function judge(o, run, facts)
  local documented, unit, result
  o.unplayed = o.when and not o.when(run)
  if not o.judge then documented, unit = quantity(o.documented) end
  if o.judge then
    result = own(o, run, facts)
  elseif unit then
    result = number(o, run, facts, documented, unit)
  else
    result = text(o, run, facts)
  end
  result.name, result.source = o.name, o.source
  local parts = {}
  for _, part in ipairs { result.note or false, o.note or false, not o.unplayed and o.slip or false } do
    if part and part ~= "" then parts[#parts + 1] = part end
  end
  result.note = table.concat(parts, "; ")
  return result
end

return function(list, facts)
  local run, out = new_run(facts), {}
  for i, o in ipairs(list) do out[i] = judge(o, run, facts) end
  return out
end
