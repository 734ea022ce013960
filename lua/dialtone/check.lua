-- SPDX-License-Identifier: GPL-3.0-or-later
-- check.lua: is the table that a scenario file returned a scenario? Every unknown key is an error
-- that names its line and a near name. Declares the parameters, flattens the list of what is
-- documented.

local host = ...

-- A field's types; "!" marks what must be there.
local top = {
  title = "!string", source = "string", story = "string", duration = "!string",
  wall_clock = "string", ladder = "string|function",
  parameters = "table", network = "!function", script = "function", documented = "table",
}
local parameter = {
  type = "!string", default = "!string|number|boolean", min = "string|number",
  max = "string|number", choices = "string", doc = "!string",
}
local observable = {
  name = "!string", source = "string", documented = "string|number", tolerance = "string|number",
  at_most = "string|number", at_least = "string|number",
  measure = "string", value = "function", judge = "function", slip = "string", by = "string",
  note = "string", when = "function",
}
local ranged = { duration = 1, law = 1, rate = 1, bytes = 1, fraction = 1, integer = 1 }
local types = { duration = 1, law = 1, rate = 1, bytes = 1, fraction = 1, integer = 1, switch = 1,
                enum = 1, text = 1 }

local measures = {}
for _, name in ipairs(host.measure_names()) do measures[name] = true end

local function fail(key, ...)
  error((type(key) == "string" and host.where(key) or host.where("")) .. string.format(...), 0)
end

local function near(word, known)
  local names = {}
  for name in pairs(known) do names[#names + 1] = name end
  local found = type(word) == "string" and host.nearest(word, names)
  return found and "; did you mean '" .. found .. "'?" or ""
end

local type_sets = {} -- "!string|number" is { string = true, number = true }

local function has_type(value, allowed)
  local set = type_sets[allowed]
  if not set then
    set = {}
    for name in allowed:gmatch("%a+") do set[name] = true end
    type_sets[allowed] = set
  end
  return set[type(value)] ~= nil
end

local required_of = {} -- by the table of known fields: the names of those marked "!"

local function required(known)
  local list = required_of[known]
  if not list then
    list = {}
    for name, allowed in pairs(known) do
      if allowed:sub(1, 1) == "!" then list[#list + 1] = name end
    end
    required_of[known] = list
  end
  return list
end

local function check_fields(t, known, what, key)
  for name, value in pairs(t) do
    local allowed = known[name]
    if not allowed then fail(name, "%s has no field '%s'%s", what, name, near(name, known)) end
    if not has_type(value, allowed) then
      fail(name, "%s: '%s' must be a %s, not a %s", what, name,
        allowed:gsub("!", ""):gsub("|", " or "), type(value))
    end
  end
  for _, name in ipairs(required(known)) do
    if t[name] == nil then fail(key, "%s lacks '%s'", what, name) end
  end
end

-- Parameters --------------------------------------------------------------------------------------

local function declare(name, d)
  local what = "parameter '" .. name .. "'"
  check_fields(d, parameter, what, name)
  if not ranged[d.type] and (d.min ~= nil or d.max ~= nil) then
    fail(name, "%s: type '%s' has no min and max", what, d.type)
  end
  if (d.type == "enum") ~= (d.choices ~= nil) then
    fail(name, "%s: 'choices' (\"one|two\") belongs to type 'enum'", what)
  end
  if d.choices and select(2, d.choices:gsub("|", "|")) >= 64 then
    fail(name, "%s: has more than 64 choices", what)
  end
  if not types[d.type] then
    fail(name, "%s: unknown type '%s'%s", what, d.type, near(d.type, types))
  end
  host.declare(name, d)
end

local function check_parameters(all)
  for name, d in pairs(all) do
    if type(name) ~= "string" or not name:find("^%l[%l%d_]*$") then
      fail(name, "'%s' is no parameter name (lower case, digits, '_')", name)
    end
    if name == "duration" or name == "wall_clock" then
      fail(name, "'%s' stands at the top of the scenario, not among its parameters", name)
    end
    if type(d) == "table" then
      declare(name, d)
    elseif type(d) == "string" or type(d) == "boolean" or math.type(d) == "integer" then
      host.document(name, d)
    else
      fail(name, "parameter '%s' must be a value as text, or a declaration {type = …}", name)
    end
  end
end

-- What is documented ------------------------------------------------------------------------------

-- "at_most = X" is documented = X with a verdict of its own: kept as o.bound.
local function take_bound(o, what)
  local ways = 0
  for _, key in ipairs { "documented", "at_most", "at_least" } do
    if o[key] ~= nil then
      ways = ways + 1
      if key ~= "documented" then o.documented, o.bound = o[key], key end
    end
  end
  if ways ~= 1 then fail("documented", "%s needs one of 'documented', 'at_most' and 'at_least'", what) end
  if not o.bound then return end
  if type(o.documented) == "string" and not host.quantity(o.documented) then
    fail("documented", "%s: %s '%s' is no value with a unit", what, o.bound, o.documented)
  end
  if o.tolerance then fail("documented", "%s: a bound has no tolerance", what) end
end

local function check_observable(o, index)
  if type(o) ~= "table" then fail("documented", "documented: entry %d is a %s", index, type(o)) end
  local named = type(o.name) == "string"
  local what = named and "observable '" .. o.name .. "'" or "observable " .. index
  check_fields(o, observable, what, "documented")
  take_bound(o, what)
  local ways = (o.measure and 1 or 0) + (o.value and 1 or 0) + (o.judge and 1 or 0)
  if ways ~= 1 then fail("documented", "%s needs one of 'measure' and 'value'", what) end
  if o.measure and not measures[o.measure] then
    fail("documented", "%s: there is no measure '%s'%s", what, o.measure, near(o.measure, measures))
  end
  for _, key in ipairs { "by", "tolerance" } do
    local v, unit = 0, "s"
    if type(o[key]) == "string" and not o.judge then v, unit = host.quantity(o[key]) end
    if unit and v < 0 then fail("documented", "%s: %s '%s' is negative", what, key, o[key]) end
    if not unit or (key == "by" and unit ~= "s") then
      fail("documented", "%s: %s '%s' is no value with a unit", what, key, o[key])
    end
  end
end

local function flatten(list)
  local out = {}
  for index, o in ipairs(list) do
    local many = type(o) == "table" and type(o[1]) == "table" and o or { o }
    for _, one in ipairs(many) do
      check_observable(one, index)
      out[#out + 1] = one
    end
  end
  return out
end

return function(t)
  if type(t) ~= "table" then fail(nil, "the file must return one table, not a %s", type(t)) end
  check_fields(t, top, "a scenario")
  if t.documented then t.documented = flatten(t.documented) end
  check_parameters(t.parameters or {})
  return t
end
