-- SPDX-License-Identifier: GPL-3.0-or-later
-- Pictures of sweeps: what is drawn is what the sweep holds (means, intervals, shares, formulas against published
-- values), what did not occur is never drawn as if measured, text of users runs nothing, the same sweep gives the same
-- bytes, and what cannot be drawn is refused in one sentence.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local sweepdb = require "sweepdb"

local tmp = dt.tmp()
local aged = { scenario = "case-study-2", version = "0.1.0", duration = "40min" }

local function read(path)
  local f = io.open(path, "rb")
  local text = f and f:read("a")
  if f then f:close() end
  return text
end

local function make(name, params, points, reps, play, keys)
  sweepdb.make { folder = tmp .. "/" .. name, keys = keys or aged, params = params, points = points, reps = reps,
                 play = play }
end

local function grid(...)
  local points = { {} }
  for _, values in ipairs { ... } do
    local more = {}
    for _, p in ipairs(points) do
      for _, v in ipairs(values) do
        local q = { table.unpack(p) }
        q[#q + 1] = v
        more[#more + 1] = q
      end
    end
    points = more
  end
  return points
end

local function steps(from, to, by)
  local t = {}
  for v = from, to, by do t[#t + 1] = v end
  return t
end

-- Draws; gives the script's blocks as lists of rows, the script, the picture and what was said.
local function plot(folder, words)
  local line = { "plot", folder, "--script", "--force", table.unpack(words) }
  local status, out, err = dt.run(line)
  if not dt.ok(status == 0, "%s: %s", table.concat(line, " "), err) then return {}, "", "", "" end
  local path = tmp .. "/" .. out:match("^(%S+)%.svg and ")
  local script, blocks = read(path .. ".gp"), {}
  for name, body in script:gmatch("%$(%S+) << EOD\n(.-)EOD\n") do
    blocks[name] = {}
    for row in body:gmatch("[^\n]+") do
      local cells = {}
      for cell in row:gmatch("%S+") do cells[#cells + 1] = tonumber(cell) or cell end
      if cells[1] ~= "#" then table.insert(blocks[name], cells) end
    end
  end
  return blocks, script, read(path .. ".svg"), out
end

-- Case study 2 by its formula: the outage needs an interval of at least the ageing time.
local function unregister(delta, ageing)
  local interval, wait, n = 120 - delta, delta + 10, 0
  if interval < ageing then return false end
  while 0.21 * 2 ^ n <= wait do n = n + 1 end
  return n * interval + wait
end

-- A heat map with the boundary over it.
make("heat", { { "timer_register_delta" }, { "port_security_aging_time" } }, grid(steps(3, 63, 5), { 60, 120 }), 1,
     function(p) return { first_unregister_s = unregister(p[1], p[2]), unregister_count = 1 } end)
local boundary = "120s - timer_register_delta = port_security_aging_time"
local b, script, svg, said = plot("heat", { "--measure", "first_unregister_s", "--over", boundary })
dt.equal(#b.cells1_1, 12, "coloured cells: delta below 60 s at 1 min")
dt.equal(#b.none1_1, 14, "hatched cells")
for _, c in ipairs(b.cells1_1) do
  dt.near(c[7], unregister(c[1], c[2] * 60) / 60, 1e-7, "minutes at " .. c[1] .. " s")
end
for _, c in ipairs(b.none1_1) do dt.ok(120 - c[1] < c[2] * 60, "hatched at %g s, %g min", c[1], c[2]) end
dt.equal(#b.over1_1, 2, "a straight boundary is two points")
for _, p in ipairs(b.over1_1) do dt.near(120 - p[1], p[2] * 60, 1e-5, "the boundary") end
dt.near(math.max(b.over1_1[1][1], b.over1_1[2][1]), 65.5, 1e-6, "it ends with the last cell")
for _, text in ipairs { "timer_register_delta (s)", "port_security_aging_time (min)", "first_unregister (min)",
  "none in 40 min", "case-study-2: first_unregister_s", "1 replication of 40 min", boundary } do
  dt.ok(svg:find(text, 1, true), "the picture says '%s'", text)
end
dt.ok(said:find("26 points", 1, true), "said: %s", said)
dt.equal(#b.numbers1_1, 12, "numbers stand in the coloured cells only")

-- The same bytes anywhere; the script alone draws them again; nobody's settings count.
dt.sh(("mkdir -p '%s/home' && printf 'set title \"mine\"\\nset xrange [0:1]\\n' >'%s/home/.gnuplot'"):format(tmp, tmp))
dt.sh(("cd / && HOME='%s/home' GNUTERM=dumb LC_ALL=de_DE.UTF-8 '%s' plot '%s/heat' --measure first_unregister_s --over '%s' -o '%s/new/there/a.svg'")
  :format(tmp, dt.bin, tmp, boundary, tmp))
dt.ok(read(tmp .. "/new/there/a.svg") == svg, "the same bytes from another folder, with other settings")
dt.sh(("gnuplot -d '%s/heat/first_unregister_s.gp' >'%s/again.svg'"):format(tmp, tmp))
dt.ok(read(tmp .. "/again.svg") == svg, "FILE.gp draws the picture again")
dt.ok(not svg:find(tmp, 1, true) and not script:find(tmp, 1, true), "no path of this machine")
dt.ok(not svg:find("20%d%d%-%d%d"), "no date")

-- A line: t.975(4) = 2.776445, so 1..5 min is 3 min +- 1.963243; one value has no interval.
make("line", { { "timer_register_delta" } }, { { 5 }, { 10 }, { 15 }, { 20 }, { 25 } }, 5, function(p, rep)
  if p[1] == 5 then return { first_unregister_s = 60 * rep + 600 } end
  if p[1] == 10 then return { first_unregister_s = rep <= 3 and 60 * rep + 600 } end
  if p[1] == 15 then return { first_unregister_s = rep <= 2 and 60 * rep + 600 } end
  if p[1] == 20 then return { first_unregister_s = false } end
  return rep == 1 and { first_unregister_s = 720 } or rep == 2 and "a device went away" or nil
end)
b, script, svg = plot("line", { "--measure", "first_unregister_s" })
local function row(block, i, want, what)
  for k, v in ipairs(want) do dt.near((b[block][i] or {})[k], v, 1e-6, what .. ", column " .. k) end
end
row("line1_1", 1, { 5, 13, 11.036757, 14.963243, 5, 0 }, "mean and t interval")
row("line1_1", 2, { 25, 12, 12, 12, 1, 0 }, "one trial")
dt.equal(#b.line1_1, 2, "only where every trial has a value is there a mean")
dt.ok(script:find("\n\n25 ", 1, true), "the line breaks where there is no mean")
row("most1_1", 1, { 10, 13 }, "median of 3 of 5")
row("few1_1", 1, { 15 }, "in the strip: the median is censored")
row("none1_1", 1, { 20 }, "in the strip: none")
dt.equal(#b.few1_1 + #b.none1_1, 2, "the strip has no more")
local top = tonumber(script:match("set object 1 rectangle from graph 0, first (%S+)"))
dt.ok(b.few1_1[1][2] > top and b.none1_1[1][2] > top, "marks of censored trials are within the strip")
dt.ok(tonumber(script:match("set ytics %S-,%S-,(%S+)")) < top + 0.01, "no mark of the axis within the strip")
dt.ok(svg:find("none in 40 min in most trials", 1, true) and svg:find("1 to 5 replications of 40 min", 1, true) and
  svg:find("1 trial failed", 1, true), "the picture explains itself")

-- A share: Wilson's interval of 7 in 10 is 0.396778 to 0.892209, of 0 in 10 it is 0 to 0.277533.
make("share", { { "link_loss" } }, { { 0.001 }, { 0.1 } }, 10,
     function(p, rep) return { unregister_count = p[1] == 0.1 and rep <= 7 and 1 or 0 } end)
b, _, svg = plot("share", { "--measure", "unregister_count", "--log", "x" })
row("line1_1", 1, { 0.1, 0, 0, 27.753279 }, "0 of 10")
row("line1_1", 2, { 10, 70, 39.677815, 89.220873 }, "7 of 10")
dt.ok(svg:find("link_loss (%)", 1, true) and svg:find("trials with unregister_count = 1 (%)", 1, true), "axes in %%")

-- An ECDF ends where the runs end, below 1.
make("ecdf", {}, { {} }, 10, function(_, rep) return { first_unregister_s = rep <= 3 and 960 + 5 * rep } end,
     { scenario = "case-study-2", duration = "17min" })
b, script, svg = plot("ecdf", { "--measure", "first_unregister_s", "--over", "first_unregister_s = 961.8s" })
local last = b.share1_1[#b.share1_1]
dt.near(last[1], 17, 1e-6, "the curve ends at 17 min")
dt.near(last[2], 30, 1e-6, "at 3 of 10")
dt.near(last[3], 10.779127, 1e-4, "Wilson's lower end of 3 in 10")
dt.ok(svg:find("3 of 10 trials; none in 17 min in the others", 1, true), "the picture says so")
for _, p in ipairs(b.over1_1) do dt.near(p[1], 961.8 / 60, 1e-6, "an upright line") end

-- Three parameters: small pictures, or curves in small pictures; --set picks; too many are refused.
local three = { { "timer_register_delta" }, { "port_security_aging_time" }, { "tcp_rto_profile", word = true } }
make("three", three, grid(steps(3, 23, 5), { 60, 90, 120 }, { "linux", "rfc6298" }), 2,
     function(p, rep) return { max_rto_s = p[1] + p[2] / 60 + rep + (p[3] == "linux" and 100 or 0) } end)
b, _, svg = plot("three", { "--measure", "max_rto_s" })
dt.ok(#b.cells1_1 == 15 and #b.cells2_1 == 15 and svg:find("tcp_rto_profile = rfc6298", 1, true), "two heat maps")
dt.near(b.cells1_1[1][7], 3 + 1 + 1.5 + 100, 1e-6, "the first is linux")
b = plot("three", { "--measure", "max_rto_s", "--kind", "line", "--by", "tcp_rto_profile" })
dt.ok(b.line3_2 and #b.line3_2 == 5 and not b.line4_1, "two curves in three small pictures")
dt.near(b.line2_2[5][2], 23 + 1.5 + 1.5, 1e-6, "rfc6298 at 90 s")
b, _, svg = plot("three", { "--measure", "max_rto_s", "--set", "port_security_aging_time=90s", "--set",
  "tcp_rto_profile=linux", "--over", "max_rto_s = timer_register_delta + 100s" })
dt.ok(#b.line1_1 == 5 and not b.line1_2 and svg:find("port_security_aging_time = 90 s", 1, true), "one line is left")
for _, p in ipairs(b.over1_1) do dt.near(p[2], p[1] + 100, 1e-6, "the formula along the line") end
b = plot("three", { "--measure", "max_rto_s", "--kind", "line", "--by", "port_security_aging_time", "--set",
  "tcp_rto_profile=linux", "--over", "timer_register_delta + port_security_aging_time / 60 + 101.5" })
for i, minutes in ipairs { 1, 1.5, 2 } do
  dt.ok(b["over1_" .. i], "a formula of its own for each curve")
  for _, p in ipairs(b["over1_" .. i] or {}) do dt.near(p[2], p[1] + minutes + 101.5, 1e-5, "formula of curve " .. i) end
end
b = plot("three", { "--measure", "max_rto_s", "--kind", "line", "--by", "tcp_rto_profile", "--over",
  "timer_register_delta + port_security_aging_time / 60" })
for i, minutes in ipairs { 1, 1.5, 2 } do
  for _, p in ipairs(b[("over%d_1"):format(i)]) do dt.near(p[2], p[1] + minutes, 1e-5, "formula of picture " .. i) end
end
b = plot("heat", { "--measure", "first_unregister_s", "--x", "port_security_aging_time", "--over", boundary })
dt.equal(#b.over1_1, 2, "the boundary with axes exchanged")
for _, p in ipairs(b.over1_1) do dt.near(120 - p[2], 60 * p[1], 1e-5, "with minutes on the level axis") end
b = plot("three", { "--measure", "max_rto_s", "--kind", "line", "--x", "tcp_rto_profile", "--by",
  "port_security_aging_time", "--set", "timer_register_delta=3s" })
dt.ok(b.line1_3 and b.line1_1[1][1] ~= b.line1_2[1][1], "over words, series stand beside each other")
b = plot("three", { "--measure", "max_rto_s", "--kind", "ecdf", "--by", "timer_register_delta", "--set",
  "tcp_rto_profile=linux" })
dt.ok(b.share3_5 and #b.share3_5 == 6, "five distributions in three pictures")

make("words", { { "law", word = true }, { "phones" } }, grid({ "a", "b", "c", "d" }, { 1, 2 }), 1,
     function(p) return { max_rto_s = p[2] } end)
b = plot("words", { "--measure", "max_rto_s", "--kind", "line" })
dt.ok(b.line1_4 and #b.line1_1 == 2, "numbers make an axis before words do")

-- Uneven values: cells at even distances, unless distances have a meaning.
make("uneven", { { "link_loss" }, { "timer_register_delta" } }, grid({ 0, 0.001, 0.01, 0.03 }, { 5, 10 }), 1,
     function(p) return { max_rto_s = p[1] * 100 + p[2] } end)
b, script, svg = plot("uneven", { "--measure", "max_rto_s" })
dt.ok(script:find("set xtics ('0' 0, '0.1' 1, '1' 2, '3' 3)", 1, true) and svg:find("link_loss (%)", 1, true), "even cells")
dt.near(b.cells1_1[8][7], 13, 1e-6, "in their places")
b = plot("uneven", { "--measure", "max_rto_s", "--over", "timer_register_delta = 7s" })
dt.near(b.cells1_1[4][1], 3, 1e-9, "with a formula, in % where they are")
dt.equal(dt.sh(("ls '%s/uneven'"):format(tmp)) == 0 and select(2, dt.sh(("ls '%s/uneven'"):format(tmp))),
         "max_rto_s.gp\nmax_rto_s.svg\nsweep.db\n", "a reader leaves nothing beside the database")

-- A sweep that is going on: what is in its write-ahead log counts.
make("going", {}, { {} }, 4, function() return { max_rto_s = 1 } end)
dt.sh(([[cd '%s' && sqlite3 going/sweep.db "PRAGMA wal_autocheckpoint=0; BEGIN; INSERT INTO trial VALUES(1,5,5,'0','complete','');
  INSERT INTO result VALUES(1,5,'max_rto_s',2); COMMIT;" ".shell '%s' plot going --measure max_rto_s >said 2>&1"]]):format(tmp, dt.bin))
dt.ok((read(tmp .. "/said") or ""):find("5 replications", 1, true), "a sweep that is going on: %s", read(tmp .. "/said"))

-- What a sweep says of itself: how long its trials were, what was set for all, and the unit of its own parameter.
make("told", { { "hold" } }, { { 60 }, { 180 } }, 2, function(p) return { first_unregister_s = false } end,
     { scenario = "mine", set = "tcp_giveup=0s duration=25min sip_timer_f=1h", vary = "hold=1min,3min" })
b, script, svg = plot("told", { "--measure", "first_unregister_s" })
dt.ok(svg:find("2 replications of 25 min", 1, true) and svg:find("none in 25 min", 1, true), "the duration")
dt.ok(svg:find("hold (min)", 1, true), "the unit")
dt.ok(svg:find("tcp_giveup=0s sip_timer_f=1h", 1, true) and not svg:find("duration=", 1, true), "what was set")
dt.ok(#b.none1_1 == 2 and not script:find("$line1_1 using", 1, true), "nothing occurred: no line, two crosses")

-- Text of users is shown, never run.
local nasty = { "`touch pwned`", "$(touch pwned)", "x'; system('touch pwned'); '", "a]]>b\nc<&", "\255\1uniform(0s,1s)" }
local points = {}
for i, word in ipairs(nasty) do points[i] = { word } end
make("nasty", { { "weird `touch pwned`'\"", word = true } }, points, 2, function() return { max_rto_s = 1 } end,
     { scenario = "it's `touch pwned`]]>", duration = "1h", set = "a='`touch pwned`'" })
_, script, svg = plot("nasty", { "--measure", "max_rto_s" })
dt.ok(not read(tmp .. "/pwned") and not read(tmp .. "/nasty/pwned"), "nothing ran")
dt.ok(not script:find("`", 1, true) and svg:find("system('touch pwned')", 1, true), "it is shown as text")
local bare = svg:gsub("<!%[CDATA%[.-%]%]>", "")
dt.ok(not bare:find("]]>", 1, true) and not svg:find("[%z\1-\8]") and utf8.len(svg), "the SVG is XML in UTF-8")
dt.ok(svg:find("c&lt;&amp;", 1, true), "and its text is quoted")

-- Too much for a picture, and too little.
make("wide", { { "phones" } }, (function()
  local t = {}
  for i = 1, 2001 do t[i] = { i } end
  return t
end)(), 1, function(p) return { max_rto_s = p[1] } end)
make("zero", { { "link_loss" } }, { { 0 }, { 0.1 } }, 1, function() return { max_rto_s = 0 } end)
make("many", { { "a" }, { "b" }, { "c" }, { "d" } }, grid({ 1, 2 }, { 1, 2 }, { 1, 2 }, { 1, 2 }), 1,
     function() return { max_rto_s = 1 } end)
make("panels", { { "a" }, { "b" }, { "c" } }, grid(steps(1, 14, 1), steps(1, 15, 1), steps(1, 13, 1)), 1,
     function(p) return p[1] == 1 and { max_rto_s = 1 } or nil end)
make("empty", { { "link_loss" } }, { { 0 } }, 0, function() end)
make("failed", { { "link_loss" } }, { { 0 } }, 2, function() return "no" end)
dt.sh(("cd '%s' && mkdir other torn && sqlite3 other/sweep.db 'CREATE TABLE x(y)' && head -c 5000 heat/sweep.db >torn/sweep.db")
  :format(tmp))
dt.sh(("cd '%s' && mkdir -p results/sweeps/named/001 results/sweeps/named/002 && cp heat/sweep.db results/sweeps/named/001/ && cp ecdf/sweep.db results/sweeps/named/002/")
  :format(tmp))
_, _, _, said = plot("named", { "--measure", "first_unregister_s" })
dt.ok(said:find("^results/sweeps/named/002/first_unregister_s.svg and .-: 1 point"), "the newest sweep: %s", said)

local m = { "--measure", "first_unregister_s" }
local cases = {
  { { "heat" }, 2, "which measure? --measure is one of first_unregister_s, unregister_count" },
  { { "heat", "--measure", "frist_unregister_s" }, 2, "did you mean 'first_unregister_s'?" },
  { { "heat", "--measure", "max_rto_s" }, 2, "there is no measure 'max_rto_s'" },
  { { "heat", "--mesure", "x" }, 2, "did you mean '--measure'?" },
  { { "heat", "--measure" }, 2, "--measure needs a value" },
  { { "heat", "--script=yes" }, 2, "--script takes no value" },
  { { "heat", m, "--x", "timer_register_dleta" }, 2, "did you mean 'timer_register_delta'?" },
  { { "heat", m, "--y", "timer_register_delta", "--x", "timer_register_delta" }, 2, "asked for twice" },
  { { "heat", m, "--kind", "haet" }, 2, "is none of line, heat, ecdf; did you mean 'heat'?" },
  { { "heat", m, "--kind", "line", "--y", "port_security_aging_time" }, 2, "only a heat map" },
  { { "heat", m, "--kind", "ecdf", "--x", "port_security_aging_time" }, 2, "an ECDF has the measure on its axis" },
  { { "line", m, "--kind", "heat" }, 2, "only 'timer_register_delta' is varied" },
  { { "ecdf", m, "--kind", "line" }, 2, "no parameter is varied" },
  { { "heat", m, "--kind", "line", "--by", "timer_register_delta" }, 2, "13 values; curves are told apart up to 7" },
  { { "heat", m, "--log", "z" }, 2, "--log 'z' is none of x, y, xy" },
  { { "zero", "--measure", "max_rto_s", "--log", "x" }, 2, "'link_loss' is 0 at one point" },
  { { "zero", "--measure", "max_rto_s", "--log", "y" }, 2, "0 has no place on a logarithmic axis" },
  { { "three", "--measure", "max_rto_s", "--x", "tcp_rto_profile", "--log", "x" }, 2, "has words" },
  { { "three", "--measure", "max_rto_s", "--x", "tcp_rto_profile", "--over", "1" }, 2, "'tcp_rto_profile' has words" },
  { { "heat", m, "--over", "system('touch pwned')" }, 2, "'system' is unknown" },
  { { "heat", m, "--over", "timer_register_delt" }, 2, "did you mean 'timer_register_delta'?" },
  { { "heat", m, "--over", "1 +" }, 2, "--over '1 +': a name or a number is missing at its end" },
  { { "heat", m, "--set", "timer_register_delta=4s" }, 2, "varied over 3 s, 8 s, 13 s" },
  { { "heat", m, "--set", "delta=4s" }, 2, "'delta' is not varied" },
  { { "heat", m, "-o", "picture.png" }, 2, "'picture.png' is not the name of an SVG file" },
  { { "heat", m, "--script" }, 2, "first_unregister_s.gp' is there already; --force replaces it" },
  { { "heat", m, "extra" }, 2, "one word too many" },
  { { "wide", "--measure", "max_rto_s" }, 2, "2001 values; a line shows up to 2000" },
  { { "many", "--measure", "max_rto_s" }, 2, "'d' varies too" },
  { { "panels", "--measure", "max_rto_s", "--kind", "heat" }, 2, "'c' has 13 values; there is room for 12" },
  { { "empty", "--measure", "max_rto_s" }, 2, "holds no complete trial: there is nothing to draw" },
  { { "failed", "--measure", "max_rto_s" }, 2, "no complete trial (all failed)" },
  { { "nowhere", "--measure", "max_rto_s" }, 2, "'nowhere' is no sweep folder" },
  { { "other", "--measure", "max_rto_s" }, 2, "is not a sweep.db of dialtone" },
  { { "torn", "--measure", "max_rto_s" }, 2, "sweep.db' cannot be read" },
  { { "heat", m, "-o", "heat/sweep.db/x.svg" }, 2, "is there and is no folder" },
}
for _, case in ipairs(cases) do
  local words = { "plot" }
  for _, w in ipairs(case[1]) do
    for _, v in ipairs(type(w) == "table" and w or { w }) do words[#words + 1] = v end
  end
  local status, out, err = dt.run(words)
  local what = table.concat(words, " ")
  dt.equal(status, case[2], what .. " (" .. err .. ")")
  dt.ok(err:find(case[3], 1, true), "%s says: %s", what, err)
  dt.ok(err:find("^dialtone: [^\n]+\n$") and out == "", "%s: one sentence, nothing else", what)
end
dt.ok(not read(tmp .. "/picture.png") and not read(tmp .. "/pwned"), "nothing was written")

-- Without gnuplot, with one that fails, and without a place to write: exit 3, and nothing half-written.
dt.sh(("mkdir -p '%s/no' '%s/bad' && printf '#!/bin/sh\\necho \"line 0: something\" >&2\\necho '\"'<svg'\"'\\nexit 1\\n' >'%s/bad/gnuplot' && chmod +x '%s/bad/gnuplot'")
  :format(tmp, tmp, tmp, tmp))
local function broken(path, out)
  return dt.sh(("cd '%s' && PATH='%s' '%s' plot heat --measure first_unregister_s -o %s"):format(tmp, path, dt.bin, out))
end
local status, _, err = broken(tmp .. "/no", "none.svg")
dt.ok(status == 3 and err:find("the package is gnuplot-nox", 1, true), "without gnuplot: %d %s", status, err)
status, _, err = broken(tmp .. "/bad", "none.svg")
dt.ok(status == 3 and err:find("gnuplot failed: line 0: something", 1, true), "a gnuplot that fails: %d %s", status, err)
status, _, err = broken(os.getenv("PATH"), "/proc/none.svg")
dt.ok(status == 3 and err:find("cannot write", 1, true), "no place: %d %s", status, err)
dt.equal((dt.sh(("ls '%s' | grep -q none"):format(tmp))), 1, "nothing is left")
dt.done()
