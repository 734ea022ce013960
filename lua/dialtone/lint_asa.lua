-- SPDX-License-Identifier: GPL-3.0-or-later
-- lint_asa.lua: firewalls. What their security levels do not let begin, and the hosts beside them whose ARP
-- requests they would answer, for a NAT rule makes every address a mapped one.

local asa = {}

-- Why a connection that comes in by one interface may not leave by the other; nil: it may.
function asa.denies(node, came, out)
  if node.model ~= "asa" or node.params.same_security_traffic and came == out then return nil end
  local from, to = came.port.params.security_level, out.port.params.security_level
  if came == out then
    return ("%s sends nothing back out of %s, where it came in (same_security_traffic is off)")
      :format(node.name, out.port.name)
  end
  if from > to or from == to and node.params.same_security_traffic then return nil end
  return ("%s lets no connection begin from %s (security level %d) to %s (%d)")
    :format(node.name, came.port.name, from, out.port.name, to)
end

-- The interface answers for every address of its subnet: the rule that makes it, or nil.
local function broad_rule(node, port)
  if not node.params.proxy_arp or port.params.sysopt_noproxyarp then return nil end
  for rule in (node.params.nat or ""):gmatch("[^;]+") do
    local mapped = rule:match("^%s*%([^,]+,%s*([^%s)]+)%s*%)%s*source%s+static%s+any%s+any")
    if mapped and (mapped == "any" or mapped == port.name) and not rule:find("no-proxy-arp", 1, true) then
      return rule:match("^%s*(.-)%s*$")
    end
  end
end

-- A phone and a server that it asks for by ARP, and the firewall, in one subnet.
local function check_phone(v, report, phone)
  local own = phone.ifaces[1]
  local domain = own and v:domain(own)
  for _, i in ipairs(domain and domain.ifaces or {}) do
    local rule = i.node.model == "asa" and broad_rule(i.node, i.port)
    for _, ip in ipairs(rule and phone.members or {}) do
      local there = domain.by_ip[ip]
      if there and there.node ~= i.node then
        report("proxy-arp-race", phone.name, [[$asa answers ARP requests for every address of its subnet (nat $rule),
          that of $cucm, too: when its answer comes first, $$ sends its keepalives to the firewall, which drops them;
          add no-proxy-arp to the rule, or set sysopt_noproxyarp or proxy_arp=off]],
          { asa = i.port.full, rule = rule, cucm = there.node.name }, "proxy_arp")
      end
    end
  end
end

function asa.rules(v, report)
  for _, phone in ipairs(v.phones) do check_phone(v, report, phone) end
end

return asa
