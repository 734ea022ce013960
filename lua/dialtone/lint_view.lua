-- SPDX-License-Identifier: GPL-3.0-or-later
-- lint_view.lua: the network as the rules see it. Interfaces (an address on a port, with the VLAN it
-- tags), and the layer-2 domains between them: all that a broadcast would reach. Any model with an
-- address is a host; ports with addresses make a router; other models' insides are not known.

local asa = require "dialtone.lint_asa"
local boot = require "dialtone.lint_boot"
local view = {}
view.__index = view

-- Addresses ---------------------------------------------------------------------------------------

local function parse_ip(text)
  local a, b, c, d = text:match("^%s*(%d+)%.(%d+)%.(%d+)%.(%d+)%s*$")
  if not a then return nil end
  return (tonumber(a) << 24) | (tonumber(b) << 16) | (tonumber(c) << 8) | tonumber(d)
end

local function parse_prefix(text)
  local address, len = text:match("^([%d.]+)/(%d+)$")
  local ip = address and parse_ip(address)
  if not ip then return nil end
  return ip, math.tointeger(tonumber(len))
end

local function ip_text(ip)
  return ("%d.%d.%d.%d"):format(ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255)
end

local function mac_text(mac)
  return (("%012x"):format(mac):gsub("%x%x", "%0:"):sub(1, -2))
end

local function same_net(ip, address, len)
  return len == 0 or (ip ~ address) >> (32 - len) == 0
end

local function net_text(ip, len)
  return ip_text(len == 0 and 0 or ip >> (32 - len) << (32 - len)) .. "/" .. len
end

-- Interfaces --------------------------------------------------------------------------------------

local function add_iface(v, node, port, ip, len, tag, routed)
  local i = { node = node, port = port, ip = ip, len = len, tag = tag or 0, routed = routed }
  node.ifaces[#node.ifaces + 1] = i
  v.ifaces[#v.ifaces + 1] = i
  v.by_ip[ip] = v.by_ip[ip] or i
end

local function find_ifaces(v, node)
  local p, port = node.params, node.ports[1]
  if math.type(p.address) == "integer" and port and p.address ~= 0 then
    add_iface(v, node, port, p.address, p.prefix_len or 24, p.voice_vlan or p.vlan)
  end
  for _, q in ipairs(node.ports) do
    local ip, len
    if type(q.params.address) == "string" then ip, len = parse_prefix(q.params.address) end
    if ip then add_iface(v, node, q, ip, len, q.params.vlan, true) end
  end
end

local function link_up(v)
  for _, node in ipairs(v.nodes) do
    v.by_id[node.id] = node
    node.is_switch = node.model == "switch"
    node.ifaces = {}
  end
  for _, node in ipairs(v.nodes) do
    for _, port in ipairs(node.ports) do
      port.node = node
      port.full = node.name .. ":" .. port.name
      port.peer = port.peer and v.by_id[port.peer[1]].ports[port.peer[2]]
    end
  end
  for _, node in ipairs(v.nodes) do find_ifaces(v, node) end
end

local is_phone = { ["sip-phone"] = true, ["sccp-phone"] = true }

-- Layer 2 -----------------------------------------------------------------------------------------

-- The VLAN in which a switch port takes a frame with this tag (0: none); nil: it does not.
local function ingress(port, tag)
  local p = port.params
  if tag == 0 then return p.vlan end
  if p.mode == "trunk" then return tag end
  if p.voice_vlan ~= 0 and tag == p.voice_vlan then return tag end
end

-- The tag with which a switch port sends a frame of this VLAN; nil: it does not.
local function egress(port, vid)
  local p = port.params
  if p.mode ~= "trunk" and vid ~= p.vlan and not (p.voice_vlan ~= 0 and vid == p.voice_vlan) then
    return nil
  end
  return vid == p.vlan and 0 or vid
end

local function join(domain, port, tag)
  for _, i in ipairs(port.node.ifaces) do
    if i.port == port and i.tag == tag then
      domain.ifaces[#domain.ifaces + 1] = i
      domain.by_ip[i.ip] = domain.by_ip[i.ip] or i
      i.domain = domain
    end
  end
  local asks_only = is_phone[port.node.model] -- it answers for no address but its own
  if #port.node.ifaces == 0 and not asks_only then domain.opaque = true end
end

-- All that a broadcast reaches from VLAN `vid` of a switch. A further way into a switch is a ring.
local function flood(v, switch, vid)
  local domain = { vid = vid, ifaces = {}, by_ip = {}, switches = {} }
  local todo, cables = { { switch, vid } }, {}
  v.domains[switch.name .. "/" .. vid] = domain
  v.domain_list[#v.domain_list + 1] = domain
  while #todo > 0 do
    local at = table.remove(todo)
    local node, vlan = at[1], at[2]
    domain.switches[#domain.switches + 1] = node
    for _, port in ipairs(node.ports) do
      local peer = port.peer
      local tag = peer and egress(port, vlan)
      local into = tag and peer.node.is_switch and ingress(peer, tag)
      if tag and not peer.node.is_switch then
        join(domain, peer, tag)
      elseif into and not cables[port.full] then
        cables[port.full], cables[peer.full] = true, true
        local key = peer.node.name .. "/" .. into
        if v.domains[key] == domain then
          domain.ring = port.full
        elseif not v.domains[key] then
          v.domains[key] = domain
          todo[#todo + 1] = { peer.node, into }
        end
      end
    end
  end
  return domain
end

-- The domain that an interface sends into; nil and why not.
function view:domain(iface)
  if iface.domain then return iface.domain end
  local peer = iface.port.peer
  if not peer then return nil, ("%s has no cable"):format(iface.port.full) end
  if not peer.node.is_switch then
    local d = { vid = iface.tag, ifaces = {}, by_ip = {}, switches = {} }
    join(d, iface.port, iface.tag)
    join(d, peer, iface.tag)
    return d
  end
  local vid = ingress(peer, iface.tag)
  if not vid then
    return nil, ("%s discards frames tagged with VLAN %d (its voice_vlan is %d, its mode access)")
      :format(peer.full, iface.tag, peer.params.voice_vlan)
  end
  return self.domains[peer.node.name .. "/" .. vid] or flood(self, peer.node, vid)
end

-- Layer 3 -----------------------------------------------------------------------------------------

local function missing(iface, domain, ip, what)
  local where = #domain.switches == 0 and "at the other end of the cable" or
    ("in VLAN %d of %s"):format(domain.vid, domain.switches[1].name)
  return ("%s %s is not %s, where %s sends"):format(what, ip_text(ip), where, iface.port.full)
end

local function connected(router, ip)
  local best
  for _, i in ipairs(router.ifaces) do
    if same_net(ip, i.ip, i.len) and (not best or i.len > best.len) then best = i end
  end
  return best
end

-- Static routes: "10.2.0.0/16 via 10.1.0.2, …".
local function next_hop(router, ip)
  local best, via
  for net, hop in (router.params.routes or ""):gmatch("([%d./]+)%s+via%s+([%d.]+)") do
    local base, len = parse_prefix(net)
    if base and same_net(ip, base, len) and (not best or len > best) then
      best, via = len, parse_ip(hop)
    end
  end
  return via
end

-- From a host's interface, or on from a router: the interface to use, and the next address.
local function step(node, ip)
  local out = connected(node, ip)
  if out then return out, ip end
  local p = node.params
  local hop = next_hop(node, ip) or p.gateway
  if not hop then
    local own = node.ifaces[1]
    if p.gateway == nil and p.address and own then
      return nil, ("it lies outside %s, the subnet of %s, which has no gateway")
        :format(net_text(own.ip, own.len), node.name)
    end
    return nil, ("%s has no route to it"):format(node.name)
  end
  out = connected(node, hop)
  if out then return out, hop end
  return nil, ("%s's gateway %s lies outside its own subnet"):format(node.name, ip_text(hop))
end

-- Why a packet from a node would not come to this address; nil: it would, as far as can be seen. An
-- answer passes a firewall wherever the question did.
function view:obstacle(from, ip, is_answer)
  local node, came = from, nil
  for _ = 1, 64 do
    if #node.ifaces == 0 then return nil end
    local out, hop = step(node, ip)
    if not out then return hop end
    if out.ip == ip then return nil end
    local denied = came and not is_answer and asa.denies(node, came, out)
    if denied then return denied end
    local domain, why = self:domain(out)
    if not domain then return why end
    local there = domain.by_ip[hop]
    if not there then
      if domain.opaque then return nil end
      local what = hop == ip and "the address" or node == from and "its gateway" or "the next hop"
      return missing(out, domain, hop, what)
    end
    node, came = there.node, there
    if there.ip == ip then return nil end
    if node.params.address then return ("%s is no router"):format(node.name) end
  end
  return "the routes go round in a circle"
end

-- The node that has this address, or nil.
function view:owner(ip)
  return self.by_ip[ip] and self.by_ip[ip].node
end

view.ip_text, view.mac_text = ip_text, mac_text

-- The addresses of a phone's group: "name=a.b.c.d, a.b.c.d".
local function members(phone)
  local out = {}
  for one in phone.params.cucm_group:gmatch("[^,]+") do
    local ip = parse_ip(one:match("=(.*)$") or one)
    if ip then out[#out + 1] = ip end
  end
  return out
end

-- A phone that boots, once all that has an address is there.
local function learn(v, phone)
  local function domain_of(port, tag) return v:domain { port = port, tag = tag } end
  local known = #v.ifaces
  boot.learn(v, phone, add_iface, domain_of)
  for i = known + 1, #v.ifaces do
    local domain = domain_of(v.ifaces[i].port, v.ifaces[i].tag)
    if domain then join(domain, v.ifaces[i].port, v.ifaces[i].tag) end
  end
end

return function(facts)
  local v = setmetatable({ nodes = facts.nodes, duration = facts.duration, by_id = {}, by_ip = {},
                           ifaces = {}, domains = {}, domain_list = {}, phones = {} }, view)
  link_up(v)
  for _, i in ipairs(v.ifaces) do v:domain(i) end
  for _, node in ipairs(v.nodes) do
    if is_phone[node.model] then
      node.device = node.params.device_name ~= "" and node.params.device_name or ("SEP%012X"):format(node.params.mac)
      if node.params.starts == "cold" then learn(v, node) end
      node.members = members(node)
      v.phones[#v.phones + 1] = node
    end
  end
  return v
end
