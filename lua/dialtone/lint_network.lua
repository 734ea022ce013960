-- SPDX-License-Identifier: GPL-3.0-or-later
-- lint_network.lua: mistakes in the wiring: addresses that two nodes have, ports without a cable,
-- rings of switches, VLANs that lead nowhere, and CUCM nodes that a phone cannot reach.

-- The same address twice; a router's ports count, too.
local function check_addresses(v, report)
  local seen = {}
  for _, i in ipairs(v.ifaces) do
    local first = seen[i.ip]
    seen[i.ip] = first or i
    if first then
      report("address-twice", i.port.full,
        "$first and $$ have the same address $ip: give each its own",
        { first = first.port.full, ip = v.ip_text(i.ip) }, "address")
    end
  end
end

local function check_macs(v, report)
  local seen = {}
  local function look(holder, name)
    local mac = holder.params.mac
    if not mac then return end
    if seen[mac] then
      report("mac-twice", name, "$first and $$ have the same MAC address $mac: give each its own",
        { first = seen[mac], mac = v.mac_text(mac) }, "mac")
    end
    seen[mac] = seen[mac] or name
  end
  for _, node in ipairs(v.nodes) do
    look(node, node.name)
    for _, port in ipairs(node.ports) do look(port, port.full) end
  end
end

local function check_ports(v, report)
  for _, node in ipairs(v.nodes) do
    if #node.ports == 0 then
      report("unconnected-port", node.name, "no cable leads to $$: link it, or leave it out", {})
    end
    for _, port in ipairs(node.ports) do
      if not port.peer then
        report("unconnected-port", port.full, "no cable is plugged into $$: link it, or leave it out", {})
      end
    end
  end
end

-- A switch has no spanning tree: a broadcast goes round a ring for ever.
local function check_rings(v, report)
  for _, d in ipairs(v.domain_list) do
    if d.ring then
      report("switch-ring", d.ring, [[the switches form a ring in VLAN $vid, closed at $$, and there is no
        spanning tree: the first broadcast goes round for ever; take one of its cables away]],
        { vid = tostring(d.vid) })
    end
  end
end

-- A router's tagged port alone in its VLAN: no access port leads there.
local function check_vlans(v, report)
  for _, i in ipairs(v.ifaces) do
    local d = i.domain
    if d and i.tag ~= 0 and i.routed and #d.ifaces == 1 and not d.opaque then
      report("vlan-without-port", i.port.full, [[nobody but $$ is in VLAN $vid: no switch port with a
        device on it has that vlan or voice_vlan]], { vid = tostring(i.tag) }, "vlan voice_vlan")
    end
  end
end

local function in_database(cucm, device)
  local list = cucm.params.devices or ""
  for one in list:gmatch("[^,]+") do
    if one:match("^%s*(%S+)") == device then return true end
  end
  return list == ""
end

local function check_paths(v, report, phone, cucm, ip)
  local there = v:obstacle(phone, ip)
  if there then
    report("unreachable", phone.name, "$$ cannot reach $cucm ($ip): $why",
      { cucm = cucm.name, ip = v.ip_text(ip), why = there }, "address gateway voice_vlan")
    return
  end
  local back = v:obstacle(cucm, phone.params.address, true)
  if back then
    report("unreachable", phone.name, "$cucm cannot answer $$ ($ip): $why",
      { cucm = cucm.name, ip = v.ip_text(phone.params.address), why = back }, "address gateway")
  end
end

local function check_member(v, report, phone, ip)
  local cucm = v:owner(ip)
  if not cucm or cucm.model ~= "cucm" then
    report("no-such-cucm", phone.name, [[$ip in the cucm_group of $$ is the address of $whom: nobody can
      register there; correct it, or add a cucm with that address]],
      { ip = v.ip_text(ip), whom = cucm and cucm.name .. ", a " .. cucm.model or "no node" }, "cucm_group")
    return
  end
  cucm.wanted = true
  check_paths(v, report, phone, cucm, ip)
  if not in_database(cucm, phone.device) then
    local answer = phone.model == "sip-phone" and "404 Not Found" or "RegisterReject"
    report("not-in-database", phone.name, [[the list 'devices' of $cucm lacks $device: $$ will be answered
      $answer; add it, or leave the list empty]], { cucm = cucm.name, device = phone.device, answer = answer }, "devices")
  end
end

local function check_phone(v, report, phone)
  for _, ip in ipairs(phone.params.address and phone.members or {}) do check_member(v, report, phone, ip) end
  local at = phone.params.power_on_at
  if at >= v.duration then
    report("never-powered", phone.name, [[power_on_at $at of $$ is not before the end of the run, duration
      $duration: not a word will be heard; power it earlier, or raise duration]],
      { at = at, duration = v.duration }, "power_on_at duration")
  end
end

return function(v, report)
  check_addresses(v, report)
  check_macs(v, report)
  check_ports(v, report)
  check_rings(v, report)
  check_vlans(v, report)
  require "dialtone.lint_boot".rules(v, report)
  require "dialtone.lint_asa".rules(v, report)
  for _, phone in ipairs(v.phones) do check_phone(v, report, phone) end
  for _, node in ipairs(v.nodes) do
    if node.model == "cucm" and not node.wanted then
      report("unwanted-cucm", node.name, "no phone's cucm_group has the address of $$: nobody registers there", {},
        "cucm_group")
    end
  end
end
