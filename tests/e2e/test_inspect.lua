-- SPDX-License-Identifier: GPL-3.0-or-later
-- inspect: the tables of case study 2 at moments that the document's arithmetic gives (keepalives 115 s after each
-- 200 OK, the RTO 0.21 s doubling with each, ageing 60 s, the unregister 961.8 s after the registration).
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local function inspect(node, at, more)
  local words = { "inspect", "case-study-2", node, "--json" }
  if at then
    words[#words + 1] = "--at"
    words[#words + 1] = ("%.9fs"):format(at)
  end
  for _, m in ipairs(more or {}) do words[#words + 1] = m end
  local status, out, err = dt.run(words)
  dt.equal(status, 0, table.concat(words, " ") .. ": exit status; " .. err)
  return json.decode(out) or {}
end

-- A table's rows, each as a map from column to value.
local function rows(doc, name)
  for _, t in ipairs(doc.tables or {}) do
    if t.name == name then
      local list = {}
      for i, cells in ipairs(t.rows) do
        list[i] = {}
        for k, column in ipairs(t.columns) do
          list[i][column] = cells[k] ~= json.null and cells[k] or nil
        end
      end
      return list
    end
  end
  error(("%s has no table %s"):format(tostring(doc.node), name))
end

local function find(list, column, value)
  for _, row in ipairs(list) do
    if row[column] == value then return row end
  end
end

local PHONE, GATEWAY = "f0:29:29:0a:3c:71", "00:1d:a1:7e:10:01"
local PRIMARY, SECONDARY = "178.215.139.22", "178.215.139.23"

-- The registration, as the phone sees it: one way (7.2 ms and some clocking) after CUCM granted it.
local start = rows(inspect("cucm-pub", 60), "registrations")[1]
local t0 = start.since_s + 0.0073

-- Keepalive k leaves 115 s after the 200 OK before it; its answer comes RTO + 16.6 ms later.
local sent, rto = { [0] = t0 + 115 }, { [0] = 0.21 }
for k = 1, 7 do
  rto[k] = 2 * rto[k - 1]
  sent[k] = sent[k - 1] + rto[k - 1] + 0.0166 + 115
end

-- The RTO at each keepalive, what waits for its ACK; after the retransmission the doubled RTO stays (Karn).
for k = 0, 7 do
  local c = find(rows(inspect("phone", sent[k] + 0.1), "connections"), "peer", PRIMARY)
  local what = "keepalive " .. k
  dt.near(c.rto_s, rto[k], 1e-9, what .. ": RTO")
  dt.equal(c.unacked_bytes, 901, what .. ": unacknowledged bytes")
  dt.equal(c.retries, 0, what .. ": retransmissions so far")
  dt.equal(c.timer, "on", what .. ": timer")
  dt.near(c.timer_s, rto[k] - 0.1, 0.02, what .. ": until the retransmission")
  if k < 7 then
    c = find(rows(inspect("phone", sent[k] + rto[k] + 0.1), "connections"), "peer", PRIMARY)
    dt.near(c.rto_s, 2 * rto[k], 1e-9, what .. ": RTO after the retransmission")
    dt.equal(c.unacked_bytes, 0, what .. ": all is acknowledged")
  end
end
-- The standby connection loses nothing: its RTO stays.
local standby = find(rows(inspect("phone", sent[5] + 0.1), "connections"), "peer", SECONDARY)
dt.near(standby.rto_s, 0.21, 1e-9, "RTO of the standby connection")

-- The secure address: taught by the lost first copy of a keepalive, gone after 60 s of silence.
local function secure(at, more)
  return find(rows(inspect("access", at, more), "port-security-address"), "mac", PHONE)
end
local taught = secure(sent[0] + 0.1)
if dt.ok(taught, "the lost keepalive teaches the switch") then
  dt.near(taught.remaining_s, 59.9, 0.001, "remaining age")
  dt.equal(taught.vlan, 147, "VLAN of the secure address")
  dt.equal(taught.port, "Fa0/7", "port of the secure address")
  dt.equal(taught.type, "SecureDynamic", "type of the secure address")
  dt.equal(taught.aging_type, "inactivity", "its ageing")
end
dt.ok(secure(t0 + 59.9), "59.9 s after the registration the address is there")
dt.equal(secure(t0 + 60.2), nil, "60.2 s after the registration")
dt.ok(secure(t0 + 120.1), "the standby keepalive of 120 s refreshes it")
dt.ok(secure(t0 + 179.9), "and it lasts")
dt.equal(secure(t0 + 180.2), nil, "60 s after the standby keepalive")
dt.ok(secure(t0 + 114.9, { "-s", "port_security_aging_time=3min" }), "with 3 min it is there when the keepalive is due")
local function current(at)
  return rows(inspect("access", at), "port-security")[1].current
end
dt.equal(current(t0 + 59.9), 1, "addresses of the port")
dt.equal(current(t0 + 60.2), 0, "addresses of the port after ageing")

-- Registrations before and after the first unregister, 961.8 s after the registration; 2 minutes on the secondary.
local function status(node, at)
  local r = rows(inspect(node, at), "registrations")[1]
  return r and r.status
end
local lost = t0 + 961.8
for _, case in ipairs {
  { "cucm-pub", lost - 0.1, "registered" }, { "cucm-pub", lost + 0.1, "unregistered" },
  { "cucm-sub", lost - 0.1, nil }, { "cucm-sub", lost + 0.3, "registered" },
  { "cucm-pub", lost + 125, "registered" }, { "cucm-sub", lost + 125, "unregistered" } } do
  dt.equal(status(case[1], case[2]), case[3], ("%s %.1f s after the registration"):format(case[1], case[2] - t0))
end
local bound = rows(inspect("cucm-pub", t0 + 100), "registrations")[1]
dt.equal(bound.device, "SEPF029290A3C71", "device")
dt.equal(bound.address, "10.147.230.189", "address of the device")
dt.near(bound.expires_in_s, 30, 0.05, "the line timer: 120 s and 10 s of grace, 100 s of them gone")
local function servers(at) return rows(inspect("phone", at), "servers") end
dt.equal(servers(lost - 0.1)[1].role, "Active", "the primary before the unregister")
dt.equal(servers(lost - 0.1)[2].role, "Standby", "the secondary before the unregister")
dt.equal(servers(lost + 1)[2].role, "Active", "the secondary after it")
dt.near(servers(t0 + 100)[1].next_in_s, 15, 0.01, "the next keepalive is due")
dt.equal(find(rows(inspect("phone", lost + 1), "status"), "item", "Registered to").value, SECONDARY, "the status page")

-- ARP, routes, addresses: what the scenario file says of the network.
dt.equal(find(rows(inspect("phone", t0 + 1), "arp"), "address", "10.147.230.1").mac, GATEWAY, "the phone's gateway")
local branch = inspect("branch", t0 + 1)
local own = find(rows(branch, "arp"), "address", "10.147.230.1")
dt.equal(own.mac, GATEWAY, "the router's own address")
dt.equal(own.age_s, nil, "an own address has no age")
dt.equal(find(rows(branch, "arp"), "address", "10.147.230.189").mac, PHONE, "the router knows the phone")
dt.equal(find(rows(branch, "routes"), "network", "178.215.139.0").interface, "Gi0/1", "the way to the data centre")
dt.equal(find(rows(inspect("access", t0 + 1), "mac-address-table"), "mac", PHONE).type, "STATIC", "a secure address")
dt.equal(find(rows(inspect("core", t0 + 1), "mac-address-table"), "port", "Gi1/0/2").mac, "00:50:56:8a:11:22",
         "the primary's port")

-- Looking changes nothing: the digest is that of a run that ends there.
local at = lost + 0.1
local run = dt.play("case-study-2", nil, { "--until", ("%.9fs"):format(at) })
for _, node in ipairs { "phone", "access", "branch", "core", "cucm-pub", "cucm-sub" } do
  dt.equal(inspect(node, at).digest, run.digest, node .. ": digest")
end
dt.equal(inspect("phone").digest, dt.play("case-study-2").digest, "without --at: the end of the scenario")
dt.equal(inspect("phone").at_s, 2400, "without --at: its time")
local other = { "--seed", "5" }
dt.equal(inspect("phone", 60, other).digest, dt.play("case-study-2", nil, { "--until", "60s", "--seed", "5" }).digest,
         "another seed")

-- The document, and the list of nodes.
local doc = inspect("access", 60.5)
dt.equal(doc.scenario, "case-study-2", "scenario")
dt.equal(doc.node, "access", "node")
dt.equal(doc.at_s, 60.5, "at_s")
for _, t in ipairs(doc.tables) do
  dt.ok(t.title:find("^show "), "title %s", t.title)
  for _, cells in ipairs(t.rows) do dt.equal(#cells, #t.columns, t.name .. ": cells of a row") end
end
local _, out = dt.run { "inspect", "case-study-2", "--json" }
local list = json.decode(out)
dt.equal(#list.nodes, 7, "nodes")
dt.equal(find(list.nodes, "name", "branch").model, "router", "the model of a node")
_, out = dt.run { "inspect", "case-study-2" }
dt.ok(out:find("\n  access +switch +interfaces, mac%-address%-table, port%-security, port%-security%-address, cdp%-neighbors, lldp%-neighbors, power%-inline\n"), "%s", out)

-- As text: the product's prompt and look; no folder is made.
_, out = dt.run { "inspect", "case-study-2", "access", "--at", "1min" }
for _, part in ipairs {
  "access (switch) at 60s of case-study-2, 2015-07-15 22:54:45\n",
  "\naccess#show port-security address\n               Secure Mac Address Table\n",
  "\n 147    f029.290a.3c71    SecureDynamic                 Fa0/7      < 1 (I)\n" } do
  dt.ok(out:find(part, 1, true), "'%s' is not in:\n%s", part, out)
end
_, out = dt.run { "inspect", "case-study-2", "cucm-pub", "--at", "1min" }
dt.ok(out:find("\nadmin:show risdb query phone\n", 1, true), "CUCM's prompt: %s", out)
_, out = dt.run { "inspect", "case-study-2", "phone", "--at", "1min" }
dt.ok(out:find("\nStatus\n======\n", 1, true), "a page's title: %s", out)
dt.ok(out:find("\nCUCM Server1 +178%.215%.139%.22 %(Active%)\nCUCM Server2 +178%.215%.139%.23 %(Standby%)\n"), "%s", out)
dt.equal(dt.sh("test -e '" .. dt.tmp() .. "/results'"), 1, "a folder was made")

-- Mistakes: one sentence each, exit status 2, nothing on stdout.
for _, case in ipairs {
  { { "case-study-2", "acess", "--at", "5s" }, "no node 'acess'; did you mean 'access'?" },
  { { "case-study-2", "phone", "--at", "41min" }, "--at 41min lies after the end of case-study-2 at 2400s" },
  { { "case-study-2", "phone", "--at", "-5s" }, "--at: '-5s' is negative" },
  { { "case-study-2", "phone", "--at", "5" }, "--at: '5' lacks its unit" },
  { { "case-study-2", "phone", "--at", "soon" }, "--at" },
  { { "case-study-2", "phone", "--at" }, "--at needs a value" },
  { { "case-study-2", "--at", "5s" }, "--at 5s wants a NODE" },
  { { "case-study-2", "phone", "more" }, "'more' is one word too many" },
  { { "case-study-2", "phone", "--record", "full" }, "unknown option '--record'" },
  { { "case-study-2", "phone", "-s", "port_security_aging_tme=1s" }, "port_security_aging_time" },
  { { "case-stdy-2", "phone" }, "did you mean 'case-study-2'?" },
  { {}, "SCENARIO is missing" } } do
  local status_is, stdout, err = dt.run { "inspect", table.unpack(case[1]) }
  local what = "inspect " .. table.concat(case[1], " ")
  dt.equal(status_is, 2, what .. ": exit status")
  dt.equal(stdout, "", what .. ": stdout")
  dt.ok(err:find(case[2], 1, true), "%s: %s", what, err)
  dt.equal(select(2, err:gsub("\n", "\n")), 1, what .. ": lines on stderr")
end
dt.done()
