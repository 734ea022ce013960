-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a user, a file or the machine can get wrong, in one table: each case with its exit status and the words of
-- its sentence. Status 2 is the user's mistake, 3 the machine's, 130 an interruption. One sentence on stderr that
-- names place, value, limit and a near name; nothing on stdout; nothing half-written; never a hang.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local tmp = dt.tmp()

local function write(name, text)
  local f = assert(io.open(tmp .. "/" .. name, "wb"))
  f:write(text)
  f:close()
end

-- A scenario with one thing wrong in it.
local head = 'return { title = "t", source = "s", story = "x", duration = "1min",\n'
local net = 'network = function(net, p) net:add("switch", "sw") end,\n'
local function network(body) return head .. "network = function(net, p)\n" .. body .. "\nend }\n" end
local function script(body) return head .. net .. "script = function(sim, p)\n" .. body .. "\nend }\n" end
local two = 'net:add("switch", "a") net:add("switch", "b")\n'
local function cucm(name, mac, address)
  return ('net:add("cucm", "%s", { mac = "00:50:56:00:00:%s", address = "%s" })\n'):format(name, mac, address)
end

local files = {
  empty = "",
  nothing = "-- nothing\n",
  binary = "\27Lua\0\1\2\3" .. ("\0\255"):rep(300),
  bytecode = string.dump(function() return {} end),
  utf16 = "\255\254r\0e\0t\0u\0r\0n\0",
  huge = "-- " .. ("x"):rep(70 * 1024 * 1024) .. "\nreturn {}\n",
  syntax = head .. "network = = 1 }\n",
  unknown_key = head .. net .. "documentd = {} }\n",
  global = "duration_ = 1\n" .. head .. net .. "}\n",
  no_table = "return 5\n",
  load = "local x = nil + 1\nreturn {}\n",
  endless = "while true do end\n",
  deep = "local function f(n) return 1 + f(n + 1) end\nf(1)\nreturn {}\n",
  deep_data = "return " .. ("{"):rep(300) .. ("}"):rep(300) .. "\n",
  hog = "local t = {}\nfor i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end\nreturn {}\n",
  repeated = "local s = ('x'):rep(1e10)\nreturn {}\n",
  pattern = "local s = ('a'):rep(200000)\ns:find(('a*'):rep(60) .. 'b')\nreturn {}\n",
  gsub = "local s = ('a'):rep(1e6)\nfor i = 1, 1e6 do s = s:gsub('a', 'b') end\nreturn {}\n",
  swallow = "while true do pcall(function() while true do end end) end\nreturn {}\n",
  swallow_co = "local co = coroutine.wrap(function()\nwhile true do pcall(error) end end)\nco()\nreturn {}\n",
  error_table = "error({ code = 1 })\n",
  error_nil = "error(nil)\n",
  os_call = "os.exit(0)\n",
  io_call = "io.open('/etc/passwd')\n",
  loader = "load(string.dump(function() end))()\nreturn {}\n",
  no_node = network "",
  model_typo = network "net:add('swich', 'sw')",
  node_twice = network "net:add('switch', 'a')\nnet:add('switch', 'a')",
  port_twice = network(two .. "net:link('a:1', 'b:1')\nnet:link('a:1', 'b:2')"),
  self_link = network(two .. "net:link('a:1', 'a:1')"),
  no_such_node = network(two .. "net:link('a:1', 'c:1')"),
  delay_negative = network(two .. "net:link('a:1', 'b:1', { link_delay = '-1ms' })"),
  setting_typo = network(two .. "net:link('a:1', 'b:1', { link_dealy = '1ms' })"),
  address_bad = network(cucm("u", "01", "10.1.1.300")),
  mac_bad = network('net:add("cucm", "u", { mac = "00:50:56:00:00", address = "10.1.1.1" })'),
  address_twice = network(cucm("u", "01", "10.1.1.1") .. cucm("v", "02", "10.1.1.1")),
  mac_twice = network(cucm("u", "01", "10.1.1.1") .. cucm("v", "01", "10.1.1.2")),
  not_given = network 'net:add("cucm", "u", { mac = "00:50:56:00:00:01" })',
  capture_twice = network(two .. "net:link('a:1', 'b:1')\nnet:capture('a:1', 'x')\nnet:capture('a:1', 'y')"),
  clock_typo = network(two .. "net:link('a:1', 'b:1')\nnet:capture('a:1', 'x', { clock_ofset = '1s' })"),
  in_network = network "local t = nil\nt.x = 1",
  in_script = script "sim:wait('1s')\nlocal t = nil\nt.x = 1",
  wait_bad = script "sim:wait('soon')",
  wait_negative = script "sim:wait('-1s')",
  wait_past = script "sim:wait('10s')\nsim:wait_until('5s')",
  endless_later = script "sim:wait('10s')\nwhile true do end",
  no_wait = script "while true do sim:wait('0s') end",
  op_typo = head .. "network = function(net, p)\n" .. cucm("u", "01", "10.1.1.1") ..
    "end,\nscript = function(sim)\nsim:wait('1s')\nsim.net:node('u'):op('stopp')\nend }\n",
  stop_twice = head .. "network = function(net, p)\n" .. cucm("u", "01", "10.1.1.1") ..
    "end,\nscript = function(sim)\nsim.net:node('u'):op('stop')\nsim.net:node('u'):op('stop')\nend }\n",
  observable = head .. net .. "documented = { { name = 'x', measure = 'first_unregistr_s', documented = '1s', source = 'y' } } }\n",
  duration_text = 'return { title = "t", source = "s", story = "x", duration = "soon",\n' .. net .. "}\n",
  duration_bare = 'return { title = "t", source = "s", story = "x", duration = 60,\n' .. net .. "}\n",
  clock = head:gsub("duration", 'wall_clock = "2015-02-30 00:00:00", duration') .. net .. "}\n",
  standing = network [[net:add("cucm", "u", { mac = "00:50:56:00:00:01", address = "10.1.1.1", standing = "devise=x" })]],
}
for name, text in pairs(files) do write(name .. ".lua", text) end
dt.sh(("mkdir '%s/dir.lua' '%s/full' && touch '%s/full/mine' '%s/plain'"):format(tmp, tmp, tmp, tmp))
dt.sh(("mkfifo '%s/fifo.lua'; printf x > '%s/noread.lua'"):format(tmp, tmp))
dt.run { "run", "case-study-2", "-q", "-o", "good" }
dt.sh(("cd '%s' && mkdir cut text && head -c 3000 good/run.db > cut/run.db && echo hello > text/run.db"):format(tmp))

local function set(value) return "run case-study-2 --set '" .. value .. "'" end

-- what is typed; the exit status; words of the sentence. `sh`: typed in a shell, $D is the program.
local cases = {
  -- The command line.
  { "", 2, "no command", "help" },
  { "runn case-study-2", 2, "'runn'", "'run'" },
  { "run", 2, "SCENARIO is missing", "usage" },
  { "run case-study-2 case-study-1", 2, "'case-study-1'", "one word too many" },
  { "run case-study-2 --sett a=1", 2, "'--sett'", "'--set'" },
  { "run case-study-2 --set", 2, "--set needs a value" },
  { "run case-study-2 --json=yes", 2, "--json takes no value" },
  { "run case-study-2 --record ful", 2, "'ful'", "full, facts, none", "'full'" },
  { "run case-study-2 --seed one", 2, "--seed", "'one'", "whole number" },
  { "run case-study-2 --seed -1", 2, "--seed", "'-1'" },
  { "run case-study-2 --seed 99999999999999999999", 2, "--seed", "9223372036854775807" },
  { "list --force", 2, "'--force'" },
  { "help shw", 2, "'shw'", "'show'" },
  { "ladder good --width 3", 2, "--width", "60" },
  { "ladder good --from 5", 2, "--from", "unit" },
  { "ladder good --nodes phne", 2, "'phne'", "'phone'" },
  { "inspect case-study-2 acess --at 1s", 2, "'acess'", "'access'" },
  { "inspect case-study-2 access --at -1s", 2, "negative" },
  { "inspect case-study-2 access --at 1d", 2, "1d", "2400s" },
  { "models swich", 2, "'swich'", "'switch'" },
  { "new", 2, "NAME is missing" },
  { "new no/such/folder/x", 2, "no/such/folder" },
  { "check nowhere.lua", 2, "'nowhere.lua'" },
  -- Scenarios and runs.
  { "run case-study-22", 2, "'case-study-22'", "'case-study-2'", "list" },
  { "show nowhere/x.lua", 2, "'nowhere/x.lua'" },
  { "run dir.lua", 2, "'dir.lua'" },
  { "run fifo.lua", 2, "fifo.lua" },
  { "why nosuch", 2, "'nosuch'", "run folder" },
  { "why good cucm-pubs", 2, "'cucm-pub'" },
  { "why good '#999999'", 2, "no record '#999999'" },
  { "why good '#'", 2, "no record '#'" },
  { "why cut", 2, "cut/run.db" },
  { "why text", 2, "text/run.db" },
  { "ladder text", 2, "text/run.db" },
  -- Parameters.
  { set "port_security_aging_tme=1min", 2, "port_security_aging_tme", "'port_security_aging_time'" },
  { set "port_security_aging_time=60", 2, "--set port_security_aging_time=60", "lacks its unit", "min" },
  { set "port_security_aging_time=60mn", 2, "'mn'", "unknown unit" },
  { set "port_security_aging_time=2d", 2, "'2d'", "1440min" },
  { set "port_security_aging_time=1e400s", 2, "'1e400s'" },
  { set "port_security_aging_time=9223372036854775808ns", 2, "too large" },
  { set "port_security_aging_time=1.5.3s", 2, "'1.5.3s'" },
  { set "port_security_aging_time=0x10s", 2, "'0x10s'" },
  { set "port_security_aging_time=1,5s", 2, "'1,5s'" },
  { set "port_security_aging_time=", 2, "port_security_aging_time" },
  { set "port_security_aging_time=\1s", 2, "port_security_aging_time" },
  { set "tcp_rto_profile=linx", 2, "'linx'", "linux|rfc6298", "'linux'" },
  { set "tcp_timestamps=maybe", 2, "'maybe'", "on|off" },
  { set "link_loss=120%", 2, "--set link_loss=120%", "'120%'", "100%" },
  { set "link_delay=-1ms", 2, "'-1ms'", "negative" },
  { set "clock_offset=-2d", 2, "'-2d'", "-1d" },
  { set "cseq_first=0", 2, "'0'", "1" },
  { set "cseq_first=one", 2, "'one'", "not a number" },
  { set "link_delay", 2, "'link_delay'", "NAME=VALUE" },
  { set "link_jitter=uniform(1s,0s)", 2, "low end above its high end" },
  { set "link_jitter=unform(0s,1s)", 2, "'unform'", "uniform" },
  { set "link_jitter=uniform(0s,1s", 2, "closing parenthesis" },
  { set "wall_clock=yesterday", 2, "wall_clock", "'yesterday'" },
  { set "wall_clock=2015-07-15 18:00:00 +25:00", 2, "wall_clock", "+25:00" },
  { "run case-study-2 --until 40", 2, "--until 40", "lacks its unit" },
  { "run case-study-2 --until 0s", 2, "--until 0s", "1ms" },
  -- Scenario files.
  { "run empty.lua", 2, "empty.lua", "one table" },
  { "run nothing.lua", 2, "nothing.lua", "one table" },
  { "run binary.lua", 2, "binary.lua" },
  { "run bytecode.lua", 2, "bytecode.lua", "is binary" },
  { "run utf16.lua", 2, "utf16.lua" },
  { "run huge.lua", 2, "huge.lua" },
  { "run syntax.lua", 2, "syntax.lua:2:" },
  { "run unknown_key.lua", 2, "unknown_key.lua", "documentd", "documented" },
  { "run global.lua", 2, "global.lua:1:", "duration_" },
  { "run no_table.lua", 2, "no_table.lua", "one table", "number" },
  { "run load.lua", 2, "load.lua:1:", "nil" },
  { "run endless.lua", 2, "endless.lua:1:", "instructions" },
  { "run deep.lua", 2, "deep.lua:1:", "stack overflow" },
  { "run deep_data.lua", 2, "deep_data.lua", "nested" },
  { "run hog.lua", 2, "hog.lua", "memory" },
  { "run repeated.lua", 2, "repeated.lua" },
  { "run pattern.lua", 2, "pattern.lua:2:" },
  { "run gsub.lua", 2, "gsub.lua:2:", "instructions" },
  { "run swallow.lua", 2, "swallow.lua:1:", "instructions" },
  { "run swallow_co.lua", 2, "swallow_co.lua:3:", "instructions" },
  { "run error_table.lua", 2, "error_table.lua" },
  { "run error_nil.lua", 2, "error_nil.lua" },
  { "run os_call.lua", 2, "os_call.lua:1:", "'os'" },
  { "run io_call.lua", 2, "io_call.lua:1:", "'io'" },
  { "run loader.lua", 2, "loader.lua:1:", "dump" },
  { "run no_node.lua", 2, "no_node.lua", "adds no node" },
  { "run model_typo.lua", 2, "model_typo.lua:3:", "swich", "switch" },
  { "run node_twice.lua", 2, "node_twice.lua:4:", "'a'" },
  { "run port_twice.lua", 2, "port_twice.lua:5:", "a:1" },
  { "run self_link.lua", 2, "self_link.lua:4:", "same node" },
  { "run no_such_node.lua", 2, "no_such_node.lua:4:", "'c'" },
  { "run delay_negative.lua", 2, "delay_negative.lua:4:", "'-1ms'", "negative" },
  { "run setting_typo.lua", 2, "setting_typo.lua:4:", "link_dealy", "link_delay" },
  { "run address_bad.lua", 2, "address_bad.lua:3:", "10.1.1.300" },
  { "run mac_bad.lua", 2, "mac_bad.lua:3:", "00:50:56:00:00" },
  { "run address_twice.lua", 2, "address_twice.lua:4:", "10.1.1.1", "'u'" },
  { "run mac_twice.lua", 2, "mac_twice.lua:4:", "00:50:56:00:00:01", "'u'" },
  { "run not_given.lua", 2, "not_given.lua:3:", "address" },
  { "run capture_twice.lua", 2, "capture_twice.lua:6:", "captured twice" },
  { "run clock_typo.lua", 2, "clock_typo.lua:5:", "clock_ofset", "clock_offset" },
  { "run in_network.lua", 2, "in_network.lua:4:", "nil" },
  { "run in_script.lua", 2, "in_script.lua:6:", "nil" },
  { "run in_script.lua -o deep/down", 2, "in_script.lua:6:", "nil" },
  { "run wait_bad.lua", 2, "wait_bad.lua:4:", "'soon'" },
  { "run wait_negative.lua", 2, "wait_negative.lua:4:", "negative" },
  { "run wait_past.lua", 2, "wait_past.lua:5:", "5s" },
  { "run endless_later.lua", 2, "endless_later.lua:5:", "instructions" },
  { "run no_wait.lua", 2, "a loop without delay" },
  { "run op_typo.lua", 2, "op_typo.lua:7:", "stopp", "stop" },
  { "run stop_twice.lua", 2, "stop_twice.lua:7:", "does not run" },
  { "run observable.lua", 2, "observable.lua", "first_unregistr_s", "first_unregister_s" },
  { "run duration_text.lua", 2, "duration_text.lua:1:", "'soon'" },
  { "run duration_bare.lua", 2, "duration_bare.lua" },
  { "run clock.lua", 2, "clock.lua:1:", "2015-02-30" },
  { "run standing.lua", 2, "standing.lua:3:", "'devise'", "'device'" },
  -- Folders.
  { "run case-study-2 -o full", 2, "full", "not empty", "--force" },
  { "run case-study-2 -o plain", 2, "plain", "no folder" },
  { "run case-study-2 -o plain/x", 2, "plain" },
  { "run case-study-2 -o ''", 2, "empty" },
  { "run case-study-2 -o /proc/none/x", 2, "/proc" },
  { "run case-study-2 -o " .. ("x"):rep(300), 2, "xxx" },
  -- The machine.
  { sh = "$D run case-study-2 --record none > /dev/full", 3, "standard output cannot be written" },
  { sh = "$D run case-study-2 --record none >&-", 3, "standard output cannot be written" },
  { sh = "$D list | true; exit ${PIPESTATUS[0]}", { 0, 3 } },
  { sh = "(ulimit -f 64; $D run case-study-2 -o small -q)", 3, "small" },
  { sh = "timeout --preserve-status -s INT 0.2 $D run case-study-2 --until 3000d --record none -q", 130 },
  { sh = "timeout --preserve-status -s INT 0.2 $D run case-study-2 --until 3000d --record facts -o stopped -q; s=$?; " ..
    "grep -q '\"status\": \"interrupted\"' stopped/summary.json && exit $s", 130, made = "stopped" },
}

local function entries(made)
  local _, out = dt.sh(("ls -A '%s' | grep -v -e '^stderr$' -e '^%s$'"):format(tmp, made or "stderr"))
  return out
end

local function allowed(status, want)
  if type(want) ~= "table" then return status == want end
  for _, w in ipairs(want) do
    if status == w then return true end
  end
  return false
end

for _, c in ipairs(cases) do
  local typed, want = c.sh or c[1], c.sh and c[1] or c[2]
  local before = entries(c.made)
  local inner = c.sh and typed:gsub("%$D", "'" .. dt.bin .. "'") or ("'%s' %s"):format(dt.bin, typed)
  write(".case.sh", "cd '" .. tmp .. "'\n" .. inner .. "\n")
  local status, out, err = dt.sh(("timeout 60 bash '%s/.case.sh'"):format(tmp))
  os.remove(tmp .. "/.case.sh")
  local name = #typed < 100 and typed or typed:sub(1, 100) .. "..."
  dt.ok(allowed(status, want), "%s: exit status %s: %s", name, status, err)
  dt.equal(entries(c.made), before, name .. ": files")
  for i = c.sh and 2 or 3, #c do
    dt.ok(err:find(c[i], 1, true), "%s: '%s' is not in: %s", name, c[i], err)
  end
  if want == 2 then
    dt.equal(out, "", name .. ": stdout")
    dt.ok(err:match("^dialtone: [^\n]+\n$") and #err < 700, "%s: not one sentence: %s", name, err:sub(1, 900))
  end
end
print(#cases .. " cases")
dt.done()
