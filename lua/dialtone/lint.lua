-- SPDX-License-Identifier: GPL-3.0-or-later
-- lint.lua: what is worth saying of a scenario before it is played. Errors cannot be meant; warnings
-- can, but usually are not. Each is one sentence: the numbers with their parameters' names, what would
-- happen, what to change. The same sentence about many nodes is said once.
--   in:  {duration = ns, nodes = {{name, model, id, params, ports = {{name, params, peer}}}}}
--   out: {{name, text, is_error = "on"|"off", params = {"…"}}}

local host = ...
local view_of = require "dialtone.lint_view"
local calls = require "dialtone.lint_calls"
local network = require "dialtone.lint_network"
local timers = require "dialtone.lint_timers"

local NAMED = 3 -- so many nodes are named; the others are counted

local errors = { ["address-twice"] = true, ["mac-twice"] = true } -- all other rules are warnings

local function names(list)
  local n = #list
  if n == 1 then return list[1] end
  if n > NAMED + 1 then
    return table.concat(list, ", ", 1, NAMED) .. (" and %d others"):format(n - NAMED)
  end
  return table.concat(list, ", ", 1, n - 1) .. " and " .. list[n]
end

-- "60 s" of a span in ns; text is taken as it is.
local function value_text(v)
  return math.type(v) == "integer" and host.scaled(v, 9) .. " s" or tostring(v)
end

-- report(rule, who, text, {name = value}, "parameter parameter"): in the text "$name" stands for a
-- value, and "$$" for who, one node or many.
local function collector()
  local order, by_text = {}, {}
  local function report(rule, who, text, values, params)
    local template = text:gsub("%s+", " "):gsub("%$(%a+)", function(name)
      return value_text(values[name])
    end)
    local f = by_text[rule .. template]
    if not f then
      f = { name = rule, template = template, is_error = errors[rule] and "on" or "off", who = {},
            params = {} }
      for name in (params or ""):gmatch("%S+") do f.params[#f.params + 1] = name end
      by_text[rule .. template] = f
      order[#order + 1] = f
    end
    f.who[#f.who + 1] = who
  end
  local function finish()
    for _, f in ipairs(order) do
      local who = names(f.who)
      f.text = f.template:gsub("%$%$", function() return who end)
    end
    return order
  end
  return report, finish
end

return function(facts)
  local report, finish = collector()
  local view = view_of(facts)
  network(view, report)
  timers(view, report)
  calls(view, report)
  return finish()
end
