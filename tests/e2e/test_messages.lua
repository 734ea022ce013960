-- SPDX-License-Identifier: GPL-3.0-or-later
-- run:messages, the SIP messages that a check sees, beside what Wireshark finds in the captures of the same run: as
-- many, at the same time, with the same headers, at each captured port.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local dir = dt.tmp() .. "/own"
dt.sh(("mkdir -p '%s' && cp -r '%s/scenarios/data' '%s'"):format(dir, dt.src, dir))
local f = assert(io.open(dt.src .. "/scenarios/case-study-2.lua"))
local text = f:read("a")
f:close()

-- Wireshark shows a retransmission as a message, too; those are left out by its own analysis.
local ports = { "phone:net", "access:Fa0/7", "cucm-pub:eth0", "cucm-sub:eth0" }
local own = { [[
    { name = "rows", documented = "", value = function(run)
        local out = {}
        for _, m in ipairs(run:messages { protocol = "sip" }) do
          out[#out + 1] = ("%s|%d|%s|%s|%s|%s|%s|%d|%d|%s"):format(m.port, m.t_ns, m.over, m.method or m.status, m.cseq,
            m.cseq_method, m.call_id, #m.body, m.copy, m:header("v"))
        end
        return table.concat(out, "\n")
      end },
    { name = "registers", documented = 0, value = function(run)
        return #run:messages { port = "phone", method = "REGISTER", sent = true, copy = 0 }
      end },
    { name = "of a node", documented = 0, value = function(run) return #run:messages { node = "cucm-pub" } end },
    { name = "answers", documented = 0, value = function(run)
        return #run:messages { port = "phone:net", status = 200, cseq_method = "REGISTER", sent = false }
      end },
    { name = "in order", documented = "yes", value = function(run)
        local last = 0
        for _, m in ipairs(run:messages()) do
          if m.id < last then return "no" end
          last = m.id
        end
        return "yes"
      end },
]] }
text = text:gsub("\n  documented = {\n", function(head) return head .. own[1] end)
f = assert(io.open(dir .. "/own.lua", "w"))
f:write(text)
f:close()

local folder = dt.tmp() .. "/run"
local status, out, err = dt.run { "run", dir .. "/own.lua", "--json", "-o", folder }
local doc = json.decode(out)
dt.ok(doc, "status %s: %s", status, err)
local seen = {}
for _, o in ipairs(doc.observables) do seen[o.name] = o.simulated end

local of_port, registers, answers = {}, 0, 0
for line in (seen.rows or ""):gmatch("[^\n]+") do
  local m = {}
  for field in (line .. "|"):gmatch("(.-)|") do m[#m + 1] = field end
  of_port[m[1]] = of_port[m[1]] or {}
  table.insert(of_port[m[1]], m)
end

local function theirs(port)
  local file = port:gsub("[:/]", { [":"] = "-", ["/"] = "_" })
  local _, rows = dt.sh(("tshark -n -r '%s/capture/%s.pcapng' -Y 'sip && !tcp.analysis.retransmission' -T fields -E separator='|' " ..
    "-e frame.time_relative -e sip.Method -e sip.Status-Code -e sip.CSeq.seq -e sip.CSeq.method -e sip.Call-ID -e sip.Via")
    :format(folder, file))
  local all = {}
  for line in rows:gmatch("[^\n]+") do
    local m = {}
    for field in (line .. "|"):gmatch("(.-)|") do m[#m + 1] = field end
    all[#all + 1] = m
  end
  return all
end

for _, port in ipairs(ports) do
  local mine, other = of_port[port] or {}, theirs(port)
  dt.equal(#mine, #other, "messages at " .. port)
  dt.ok(#mine > 10, "%s has %d", port, #mine)
  for i, m in ipairs(mine) do
    local o = other[i] or {}
    local same = m[3] == "tcp" and m[4] == (o[2] ~= "" and o[2] or o[3]) and m[5] == o[4] and m[6] == o[5] and
      m[7] == o[6] and m[10] == o[7] and m[9] == "0"
    if not dt.ok(same, "%s, message %d: %s, Wireshark has %s", port, i, table.concat(m, " "), table.concat(o, " ")) then break end
    if port == "phone:net" and m[4] == "REGISTER" then registers = registers + 1 end
    if port == "phone:net" and m[4] == "200" and m[6] == "REGISTER" then answers = answers + 1 end
  end
  local base = #mine > 0 and #other > 0 and tonumber(mine[1][2]) / 1e9 - tonumber(other[1][1])
  for i, m in ipairs(base and #mine == #other and mine or {}) do
    if not dt.near(tonumber(m[2]) / 1e9 - tonumber(other[i][1]), base, 1e-6, port .. ", time of message " .. i) then break end
  end
end
dt.equal(seen.registers, registers, "REGISTERs of the phone")
dt.ok(registers > 20, "there are %d", registers)
dt.equal(seen.answers, answers, "200s to them")
dt.equal(seen["of a node"], #(of_port["cucm-pub:eth0"] or {}), "messages of a node")
dt.equal(seen["in order"], "yes", "order over all ports")

-- Mistakes, each in a sentence.
for _, case in ipairs {
  { 'run:messages { prot = "sip" }', "a message has no 'prot'; did you mean 'port'?" },
  { 'run:messages { protocol = "sccp" }', "messages of protocol 'sccp' are not read" },
  { 'run:messages { port = "core:Gi1/0/1" }', "is not captured" },
  { 'run:messages { node = "branch" }', "no port of node 'branch' is captured" },
  { 'run:messages "phone"', "a filter is a table" },
} do
  f = assert(io.open(dir .. "/wrong.lua", "w"))
  f:write((text:gsub("\n  documented = {\n", function(head)
    return head .. '    { name = "wrong", documented = 0, value = function(run) return #' .. case[1] .. " end },\n"
  end)))
  f:close()
  local failed, _, sentence = dt.run { "run", dir .. "/wrong.lua", "--record", "none", "-q", "--check", "--until", "10s" }
  dt.equal(failed, 2, "exit status of " .. case[1])
  dt.ok(sentence:find(case[2], 1, true) and sentence:find("wrong.lua:%d"), "%s: %s", case[1], sentence)
end
dt.done()
