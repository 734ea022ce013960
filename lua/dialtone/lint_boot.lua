-- SPDX-License-Identifier: GPL-3.0-or-later
-- lint_boot.lua: what a phone that boots will learn, as far as the network tells: its voice VLAN from the switch
-- port, its address, router and TFTP servers from the DHCP pool that its broadcast reaches, its CUCM group from the
-- node that has its files. The rules then see it as if it had started configured. What it cannot learn is told.

local boot = {}

local function parse_ip(text)
  local a, b, c, d = text:match("^%s*(%d+)%.(%d+)%.(%d+)%.(%d+)%s*$")
  return a and (tonumber(a) << 24) | (tonumber(b) << 16) | (tonumber(c) << 8) | tonumber(d)
end

local function list(text)
  local out = {}
  for one in (text or ""):gmatch("[^,%s]+") do out[#out + 1] = parse_ip(one) end
  return out
end

-- "voice 10.1.1.0/24 router=10.1.1.1 option150=…; …"
local function pools(text)
  local out = {}
  for one in text:gmatch("[^;]+") do
    local name, net, len = one:match("^%s*(%S+)%s+([%d.]+)/(%d+)")
    if name then
      local pool = { name = name, net = parse_ip(net), len = math.tointeger(tonumber(len)) }
      for key, value in one:gmatch("(%w+)=(%S+)") do pool[key] = value end
      out[#out + 1] = pool
    end
  end
  return out
end

local function excluded(pool, ip)
  for one in (pool.exclude or ""):gmatch("[^,]+") do
    local first, last = one:match("^(.-)%-(.+)$")
    first, last = parse_ip(first or one), parse_ip(last or one)
    if first and last and ip >= first and ip <= last then return true end
  end
end

-- The first address that the pool would give; nil: it has none.
local function first_address(pool)
  local size = (1 << (32 - pool.len)) - 2
  local base = pool.net >> (32 - pool.len) << (32 - pool.len)
  for i = 1, math.min(size, 65536) do
    if not excluded(pool, base + i) then return base + i end
  end
end

local function pool_for(server, ip)
  for _, pool in ipairs(pools(server.params.dhcp_pools or "")) do
    if (ip ~ pool.net) >> (32 - pool.len) == 0 then return pool end
  end
end

-- Whoever hears the phone's broadcast: a server in its VLAN, or one that a router relays to.
local function reached_pool(v, domain)
  for _, i in ipairs(domain.ifaces) do
    local pool = i.node.model == "dhcp-server" and pool_for(i.node, i.ip)
    if pool then return pool end
    for _, helper in ipairs(list(i.port.params.helper_address)) do
      local server = v.by_ip[helper] and v.by_ip[helper].node
      pool = server and server.model == "dhcp-server" and pool_for(server, i.ip)
      if pool then return pool end
    end
  end
end

-- The voice VLAN that the switch tells, by CDP or by LLDP-MED.
local function voice_vlan(phone)
  local p, peer = phone.params, phone.ports[1] and phone.ports[1].peer
  if p.voice_vlan ~= 0 then return p.voice_vlan end
  if not peer or not peer.node.is_switch then return 0 end
  local sw = peer.node.params
  local told = sw.cdp and p.cdp or sw.lldp and p.phone_lldp
  return told and peer.params.voice_vlan or 0
end

-- The node among its TFTP servers that has the phone's files.
local function file_server(v, servers)
  for _, ip in ipairs(servers) do
    local node = v.by_ip[ip] and v.by_ip[ip].node
    if node and node.model == "cucm" and node.params.tftp then return node end
  end
end

-- Fills in what the phone will learn. `add_iface` gives it its interface; `domain_of(port, tag)` floods.
function boot.learn(v, phone, add_iface, domain_of)
  local p, port = phone.params, phone.ports[1]
  p.voice_vlan = voice_vlan(phone)
  local servers = list(p.tftp_servers)
  if port and type(p.address) ~= "number" then
    local domain = domain_of(port, p.voice_vlan)
    local pool = domain and reached_pool(v, domain)
    if not pool then
      phone.unlearned = domain and domain.opaque and "unknown" or "dhcp"
      return
    end
    local address = first_address(pool)
    if #servers == 0 then servers = list(pool.option150 or pool.option66) end
    p.gateway = p.gateway or (pool.router and list(pool.router)[1])
    p.address = address
    if address and not v.by_ip[address] then add_iface(v, phone, port, address, pool.len, p.voice_vlan) end
  end
  local from = file_server(v, servers)
  if not from then
    phone.unlearned = #servers == 0 and "option150" or "tftp"
    return
  end
  phone.cluster = from
  p.cucm_group = from.params.cucm_group
  if p.cucm_group == "" then p.cucm_group = v.ip_text(from.params.address) end
  for _, name in ipairs { "timer_register_expires", "timer_register_delta", "timer_keepalive_expires",
                          "connection_monitor_duration" } do
    if p[name] then p[name] = from.params[name] end
  end
end

-- Why it will not register, for each thing that it cannot learn.
function boot.rules(v, report)
  for _, phone in ipairs(v.phones) do
    if phone.unlearned == "dhcp" then
      report("no-dhcp", phone.name, [[no pool of a dhcp-server is within reach of $$ in VLAN $vlan: it will never
        have an address; add a pool for its net, and a helper_address to the router between]],
        { vlan = tostring(phone.params.voice_vlan) }, "dhcp_pools")
    elseif phone.unlearned == "option150" then
      report("no-tftp-server", phone.name, [[the DHCP pool names no TFTP server to $$ (option150 or option66): it
        will have no configuration and never register]], {}, "dhcp_pools")
    elseif phone.unlearned == "tftp" then
      report("no-tftp", phone.name, [[none of the TFTP servers of $$ is a cucm with its TFTP service on: it will
        have no configuration and never register]], {}, "dhcp_pools")
    end
  end
end

return boot
