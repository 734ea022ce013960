-- SPDX-License-Identifier: GPL-3.0-or-later
-- fence.lua: what a scenario may not have is replaced here, before any scenario code is loaded.
-- pairs goes in order of keys and next is gone, for the order of a hash differs from run to run; no
-- address is ever printed; patterns are charged for the steps they may take; globals are declared
-- or an error. The result makes any table strict: a key it lacks is an error with a near name.

local host = ...
local next, type, error = next, type, error
local getmetatable, raw_setmetatable = getmetatable, setmetatable
local raw_tostring, raw_load, rawget, rawset, select = tostring, load, rawget, rawset, select
local sort, pack, unpack, concat = table.sort, table.pack, table.unpack, table.concat
local sub, find, gmatch, match = string.sub, string.find, string.gmatch, string.match
local gsub, format = string.gsub, string.format

-- Order: numbers, then strings, then switches.
local ranks = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
  local ra, rb = ranks[type(a)], ranks[type(b)]
  if ra ~= rb then return ra < rb end
  if ra == 3 then return not a and b end
  return a < b
end

local function sorted_keys(t)
  local keys, n, kind, mixed = {}, 0, nil, false
  for k in next, t do
    local its = type(k)
    if not ranks[its] then error("pairs cannot order a key that is a " .. its, 3) end
    n = n + 1
    keys[n] = k
    mixed = mixed or its == "boolean" or (kind and kind ~= its)
    kind = its
  end
  if mixed then sort(keys, before) else sort(keys) end -- without a comparison of ours it is quicker
  return keys
end

function pairs(t)
  if type(t) ~= "table" then error("pairs needs a table, not a " .. type(t), 2) end
  local keys, i = sorted_keys(t), 0
  return function()
    local k, v
    repeat -- what the loop body removed is skipped
      i = i + 1
      k = keys[i]
      if k == nil then return nil end
      v = rawget(t, k)
    until v ~= nil
    return k, v
  end
end

-- Text without addresses --------------------------------------------------------------------------

local addressed = { table = true, ["function"] = true, thread = true, userdata = true }

local function plain(v)
  local kind = type(v)
  if not addressed[kind] then return v end
  local mt = getmetatable(v)
  if type(mt) == "table" and rawget(mt, "__tostring") then return raw_tostring(v) end
  return kind
end

function tostring(v) return raw_tostring(plain(v)) end

-- What was found out about a text, kept for the next time it comes; forgotten when there are many.
local function remember(what)
  local known, count = {}, 0
  return function(text)
    local found = known[text]
    if found == nil then
      if count == 500 then known, count = {}, 0 end
      found = what(text)
      known[text], count = found, count + 1
    end
    return found
  end
end

local prints_address = remember(function(fmt)
  return find(gsub(fmt, "%%%%", ""), "%%[%-+ #0%d%.]*p") ~= nil
end)

local function any_addressed(...)
  for i = 1, select("#", ...) do
    if addressed[type((select(i, ...)))] then return true end
  end
  return false
end

function string.format(fmt, ...)
  if type(fmt) == "string" and prints_address(fmt) then error("'%p' would print an address", 2) end
  if not any_addressed(...) then return format(fmt, ...) end
  local args = pack(...)
  for i = 1, args.n do args[i] = plain(args[i]) end
  return format(fmt, unpack(args, 1, args.n))
end

-- Patterns: an upper bound of the steps is charged before they run --------------------------------

local quantifier = { ["*"] = true, ["+"] = true, ["-"] = true }

-- Where the single item starting at i ends: %d, [set], or one character.
local function item_end(p, i)
  local c = sub(p, i, i)
  if c == "%" then return i + 1 end
  if c ~= "[" then return i end
  local at = i + 1
  if sub(p, at, at) == "^" then at = at + 1 end
  repeat
    if sub(p, at, at) == "%" then at = at + 1 end
    at = at + 1
  until at > #p or sub(p, at, at) == "]"
  return at
end

-- The longest run of bytes that an item matches limits how far its quantifier can go.
local function longest_run(s, item)
  if item == "." then return #s end
  local most = 0
  for run in gmatch(s, item .. "+") do
    if #run > most then most = #run end
  end
  return most
end

-- Items that take no quantifier: captures, %b() (a scan), %f[set] and %1. Where they end; true: a scan.
local function unquantified(p, i)
  local c, d = sub(p, i, i), sub(p, i + 1, i + 1)
  if c == "(" or c == ")" then return i end
  if c ~= "%" then return nil end
  if d == "b" then return i + 3, true end
  if d == "f" or find(d, "^%d") then return i + 1 end
end

-- What multiplies the steps, whatever the text: optional items, scans of all of it, and the items that
-- repeat. false: a malformed pattern, which will say so itself.
local shape_of = remember(function(p)
  local shape = { anchored = sub(p, 1, 1) == "^", factor = 1.0, scans = 0 }
  local i = 1
  while i <= #p do
    local last, scan = unquantified(p, i)
    if scan then shape.scans = shape.scans + 1 end
    if not last then
      last = item_end(p, i)
      if last > #p then return false end
      local q = sub(p, last + 1, last + 1)
      if quantifier[q] then shape[#shape + 1] = sub(p, i, last) end
      if q == "?" then shape.factor = shape.factor * 2 end
      if quantifier[q] or q == "?" then last = last + 1 end
    end
    i = last + 1
  end
  return shape
end)

local function steps(s, p)
  local shape, n = shape_of(p), #s + 1.0 -- floats do not wrap
  if not shape then return 0 end
  local total = shape.factor * n ^ shape.scans * (shape.anchored and 1 or n)
  local most = total * n ^ #shape
  if most <= 1000 then return most end -- not worth a closer look
  for i = 1, #shape do total = total * (longest_run(s, shape[i]) + 1) end
  return total
end

local function guarded(name, original)
  string[name] = function(s, p, ...)
    if type(s) == "number" then s = raw_tostring(s) end
    if type(s) == "string" and type(p) == "string" and not (name == "find" and select(2, ...)) then
      local n = steps(s, p)
      if n > 1e9 then error("pattern '" .. p .. "' could take too many steps on this text", 2) end
      host.charge(n / 2)
    end
    return original(s, p, ...)
  end
end

guarded("find", find)
guarded("match", match)
guarded("gmatch", gmatch)
guarded("gsub", gsub)

-- Tables: no metamethod can make one call of the library endless ----------------------------------

for _, name in next, { "insert", "remove", "concat", "unpack", "sort" } do
  local original = table[name]
  table[name] = function(t, ...)
    if type(t) == "table" and getmetatable(t) ~= nil then
      error("table." .. name .. " needs a table without metatable", 2)
    end
    return original(t, ...)
  end
end

local set_metatable = setmetatable
function setmetatable(t, mt)
  if type(mt) == "table" then
    for _, key in next, { "__gc", "__mode", "__len" } do
      if rawget(mt, key) ~= nil then error("the metamethod '" .. key .. "' is fenced off", 2) end
    end
  end
  return raw_setmetatable(t, mt)
end

-- Globals -----------------------------------------------------------------------------------------

local function names_of(t)
  local names = {}
  for _, k in next, sorted_keys(t) do
    if type(k) == "string" then names[#names + 1] = k end
  end
  return names
end

local function hint(word, t)
  local near = type(word) == "string" and host.nearest(word, names_of(t))
  return near and "; did you mean '" .. near .. "'?" or ""
end

-- Reading a key that `t` lacks is an error.
local function strict(t, what)
  return setmetatable(t, { __index = function(_, key)
    error(format("%s has no '%s'%s", what, raw_tostring(plain(key)), hint(key, t)), 2)
  end, __metatable = false })
end

local fenced = {
  io = "a scenario touches no files", os = "the machine's clock and files are out of reach",
  debug = "it would open the fence", package = 'use require "dialtone.NAME"',
  dofile = 'use require "dialtone.NAME"', loadfile = 'use require "dialtone.NAME"',
  collectgarbage = "memory looks after itself", next = "use pairs, which is in order of keys",
  print = "a script says sim:note(text)", warn = "a script says sim:note(text)",
}
for name in next, fenced do rawset(_G, name, nil) end

local function no_random()
  error("math.random is fenced off: use a parameter that is a law, or sim:draw(name, law)", 2)
end
math.random, math.randomseed = no_random, no_random
string.dump, table.move = nil, nil

function load(chunk, name, _, env)
  return raw_load(chunk, name, "t", env == nil and _G or env)
end

rows = require "dialtone.rows"

setmetatable(_G, {
  __index = function(_, name)
    local why = fenced[name]
    if why then error("'" .. name .. "' is fenced off: " .. why, 2) end
    error(format("undeclared global '%s'%s", raw_tostring(plain(name)), hint(name, _G)), 2)
  end,
  __newindex = function(_, name)
    local shown = raw_tostring(plain(name))
    error(format("assignment to undeclared global '%s': write 'local %s'%s", shown, shown,
      hint(name, _G)), 2)
  end,
  __metatable = false,
})

return strict
