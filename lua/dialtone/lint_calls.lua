-- SPDX-License-Identifier: GPL-3.0-or-later
-- lint_calls.lua: calls that cannot come about, and session timers (RFC 4028) that do not go together. Who refreshes
-- does so after half of the interval SE; whoever waits for it ends the call at SE - min(32 s, SE/3); a request that is
-- not answered is given up after 64 * T1 (RFC 3261 17.1).

local S = 1000000000

local speaks = { ["sip-provider"] = 1, cube = 1, cucm = 1, ["sip-proxy"] = 1, ["sip-phone"] = 1 }

-- Who calls whom ------------------------------------------------------------------------------------

-- "10.0.0.1", "10.0.0.1:5070/tcp"; nil: no address.
local function ip_of(text)
  local a, b, c, d = text:match("^%s*(%d+)%.(%d+)%.(%d+)%.(%d+)")
  return a and (tonumber(a) << 24 | tonumber(b) << 16 | tonumber(c) << 8 | tonumber(d))
end

-- A CUBE's dial-peers: where each leads, and its own min-se.
local function dial_peers(cube)
  local out = {}
  for one in cube.params.dial_peers:gmatch("[^;]+") do
    local target = one:match("session%-target%s+(%S+)")
    local ip = target and ip_of(target)
    if ip then out[#out + 1] = { ip = ip, what = "dial_peers", min_se = tonumber(one:match("min%-se%s+(%d+)")) } end
  end
  return out
end

local targets = {
  ["sip-provider"] = function(node)
    return { { ip = ip_of(node.params.sip_peer), what = "sip_peer" } }
  end,
  cucm = function(node) return { { ip = ip_of(node.params.sip_trunk), what = "sip_trunk" } } end,
  cube = dial_peers,
  ["sip-proxy"] = function(node)
    local out = {}
    for target in node.params.routes:gmatch("=%s*([^,]+)") do out[#out + 1] = { ip = ip_of(target), what = "routes" } end
    return out
  end,
}

local function timers(node)
  local p = node.params
  if node.model == "sip-proxy" then return p.proxy_session_timers end
  return p.session_timers
end

-- What it writes into its INVITE; nil: nothing.
local function asked(node)
  local p = node.params
  if node.model == "sip-proxy" or not p.session_timers or p.session_requested == false then return nil end
  return math.max(p.session_expires, p.min_se)
end

-- What it accepts from that caller.
local function least(v, node, caller)
  for _, peer in ipairs(node.model == "cube" and dial_peers(node) or {}) do
    if peer.min_se and v:owner(peer.ip) == caller then return peer.min_se * S end
  end
  return node.params.min_se
end

-- The rules -----------------------------------------------------------------------------------------

-- The node at the other end; nil: calls do not get there, and that is said.
local function reach(v, report, node, target)
  local peer, ip = v:owner(target.ip), v.ip_text(target.ip)
  if not peer or not speaks[peer.model] then
    report("no-such-peer", node.name, [[$ip in $what of $$ is the address of $whom: no call gets anywhere by it; correct
      it, or add somebody with that address]],
      { ip = ip, what = target.what, whom = peer and peer.name .. ", a " .. peer.model or "no node" }, target.what)
    return nil
  end
  local why = v:obstacle(node, target.ip)
  if why then
    report("unreachable", node.name, "$$ cannot reach $peer ($ip): $why", { peer = peer.name, ip = ip, why = why },
      "address gateway")
    return nil
  end
  return peer
end

local function check_interval(v, report, node, peer)
  local wants, takes = asked(node), timers(peer) and least(v, peer, node)
  if not wants or not takes or wants >= takes then return end
  report("interval-too-small", node.name, [[$$ asks for a session interval of $wants (session_expires), and $peer takes
    none below $takes (min_se): each INVITE is refused with 422 and sent again; raise session_expires]],
    { wants = wants, peer = peer.name, takes = takes }, "session_expires min_se")
end

-- An end that waits for refreshes of the other one, which come when it has hung up.
local function check_full(report, node, peer)
  local p, e = node.params, peer.params
  if p.session_refresh_at ~= "full" or not p.session_refreshes or not timers(node) then return end
  if not e.session_timers or not e.session_enforced then return end
  local interval = math.max(p.session_expires, p.min_se)
  local margin = math.min(32 * S, interval // 3)
  report("refresh-after-deadline", node.name, [[$$ refreshes a session when all of it is over (session_refresh_at=full, after
    $interval), but $peer ends the call $margin before that (RFC 4028 10); set session_refresh_at=half]],
    { interval = interval, peer = peer.name, margin = margin }, "session_refresh_at")
end

local function check_patience(report, node)
  local p = node.params
  local interval = asked(node)
  if not interval or not p.session_refreshes or p.session_refresh_at == "full" then return end
  local left, patience = interval - math.min(32 * S, interval // 3) - interval // 2, 64 * p.sip_t1
  if left >= patience then return end
  report("refresh-without-patience", node.name, [[of a session of $interval (session_expires) only $left are left for the
    refresh of $$ until the other side ends the call, and an unanswered one is repeated for $patience (64 * sip_t1): raise
    session_expires, or lower sip_t1]], { interval = interval, left = left, patience = patience }, "session_expires sip_t1")
end

-- RFC 4028 timers of the CUBE's own on a leg, and the refreshes of the other leg passed on to it.
local function check_midcall(report, cube, peer)
  local p = cube.params
  if p.midcall_signaling ~= "passthru" or not p.session_refresh or not timers(cube) or not timers(peer) then return end
  report("refreshed-twice", cube.name, [[$$ refreshes a leg by its own timer (session_refresh=on) and passes on the refreshes
    of $peer to it, too (midcall_signaling=passthru): twice as many, and refused with 491 when both come at once; set
    midcall_signaling=media-change]], { peer = peer.name }, "midcall_signaling session_refresh")
end

return function(v, report)
  local calls = {} -- nodes that are an end of some call
  for _, node in ipairs(v.nodes) do
    for _, target in ipairs(targets[node.model] and targets[node.model](node) or {}) do
      local peer = target.ip and reach(v, report, node, target)
      if peer then
        check_interval(v, report, node, peer)
        check_full(report, node, peer)
        check_full(report, peer, node)
        if peer.model == "cube" then check_midcall(report, peer, node) end
        calls[node], calls[peer] = true, true
      end
    end
  end
  for _, node in ipairs(v.nodes) do
    if calls[node] then check_patience(report, node) end
  end
end
