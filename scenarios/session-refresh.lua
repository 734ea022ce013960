-- SPDX-License-Identifier: GPL-3.0-or-later
-- "Troubleshoot SIP session refresh on CUBE" (Cisco): calls between a provider, a CUBE, CUCM and a phone that are kept up
-- by session timers (RFC 4028), or are not. Each case is a small network of its own, so that one setting can be looked at;
-- `case` plays one of them alone.

local S = 1000000000

-- --- the networks --------------------------------------------------------------------------------------------

-- Phones register for a day: no keepalive stands between the calls. Their Supported headers have no "timer" (seeds 000
-- and 002), so CUCM keeps the timer of their legs alone.
local a_day = { timer_register_expires = "1d", timer_keepalive_expires = "1d" }
local remove_update = 'request ANY sip-header Allow-Header modify ", UPDATE" ""; '
                   .. 'response ANY sip-header Allow-Header modify ", UPDATE" ""'

local function with(...)
  local all = {}
  for _, t in ipairs { ... } do
    for k, v in pairs(t) do all[k] = v end
  end
  return all
end

-- The nodes of one case, on a switch and in a subnet of their own. A role is also a node's place in the subnet.
local place = { cube = 1, proxy = 2, cucm = 3, caller = 11, called = 12, phone = 13 }

local captured = {} -- nodes whose ports are
local on_stage = {} -- cases that are played

local function site(net, case, k)
  local s = { ports = 0 }
  net:add("switch", case .. "-switch", { cdp = "off" })

  local function named(role)
    return case ~= "main" and case .. "-" .. role or role == "caller" and "provider" or role
  end

  function s.at(role) return ("10.%d.0.%d"):format(k, place[role]) end
  function s.mac(role) return ("02:53:03:%02x:00:%02x"):format(k, place[role]) end

  local function join(node, port)
    s.ports = s.ports + 1
    net:link(port and node .. ":" .. port or node, ("%s-switch:%d"):format(case, s.ports))
  end

  function s.host(model, role, settings)
    local node = named(role)
    net:add(model, node, with({ mac = s.mac(role), address = s.at(role) }, settings))
    join(node)
    net:capture(node, "port of " .. node)
    captured[node] = true
  end

  -- People at a provider: `to` is where their calls go.
  function s.people(role, to, settings)
    s.host("sip-provider", role, with({ number = role == "caller" and "0301234" or "5001", calls_to = "5001",
                                        sip_peer = to and s.at(to) or "", min_se = "90s" }, settings))
  end

  function s.cube(to, settings)
    local node = named("cube")
    local peer = "5 destination-pattern 5... session-target %s; 9 destination-pattern 0.T session-target %s"
    net:add("cube", node, with({ dial_peers = peer:format(s.at(to), s.at("caller")) }, settings))
       :port("Gi0/0", { address = s.at("cube") .. "/24" })
    join(node, "Gi0/0")
  end

  function s.cucm(settings)
    s.host("cucm", "cucm", with({ sip_trunk = s.at("cube"), sip_trunk_transport = "udp", tftp = "off",
                                  sip_station_keepalive_interval = "1d" }, settings))
  end

  function s.proxy(settings)
    s.host("sip-proxy", "proxy", with({ routes = "5=" .. s.at("called") .. ", *=" .. s.at("caller") }, settings))
  end

  function s.phone(settings)
    s.host("sip-phone", "phone", with(a_day, { session_timers = "off", phone_model = "8861", load = "10.3.1", starts = "configured", dn = "5001",
                                               calls_to = "0301234", cucm_group = s.at("cucm") }, settings))
  end
  return s
end

-- --- the cases: who is there, and what is done when ------------------------------------------------------------

local function call_and_hang_up(case)
  return { { "10s", case .. "-caller", "call" }, { "40min", case .. "-caller", "hang-up" } }
end

local function call_then(case, at, node, op)
  return { { "10s", case .. "-caller", "call" }, { at, case .. "-" .. node, op } }
end

local cases = {
  { name = "main", doc = "the provider calls a phone; the parameters of this scenario are for its nodes",
    build = function(s)
      s.people("caller", "cube")
      s.cube("cucm")
      s.cucm()
      s.phone()
    end,
    acts = { { "10s", "provider", "call" }, { "40min", "provider", "hang-up" } } },

  { name = "long", doc = "CUCM asks for 86400 s; the phone calls the provider",
    build = function(s, p)
      s.people("caller", "cube", { session_expires = "86400s" }) -- else it would lower what it is asked for
      s.cube("cucm", { midcall_signaling = "media-change", session_expires = "86400s" })
      s.cucm { session_expires = "86400s", session_refresh_at = p.cucm_refresh_at }
      s.phone()
    end,
    acts = { { "10s", "long-phone", "call" } } },

  { name = "toosmall", doc = "the provider asks for 900 s, the CUBE takes 1800 s and more",
    build = function(s)
      s.people("caller", "cube", { session_expires = "900s" })
      s.cube("called", { min_se = "1800s" })
      s.people("called")
    end,
    acts = call_and_hang_up("toosmall") },

  { name = "notimer", doc = "neither side has session timers: the caller does not know them, the called side does not want them",
    build = function(s)
      s.people("caller", "called", { session_timers = "off" })
      s.people("called", nil, { session_added = "off", min_se = "1800s" })
    end,
    acts = call_then("notimer", "12h", "caller", "hang-up") },

  { name = "alonecaller", doc = "only the caller knows session timers",
    build = function(s)
      s.people("caller", "called", { session_expires = "1800s" })
      s.people("called", nil, { session_timers = "off" })
    end,
    acts = call_and_hang_up("alonecaller") },

  { name = "alonecalled", doc = "only the called side knows session timers",
    build = function(s)
      s.people("caller", "called", { session_timers = "off" })
      s.people("called", nil, { session_expires = "1800s" })
    end,
    acts = call_and_hang_up("alonecalled") },

  { name = "stays", doc = "the called side refreshes: its refreshes are requests of its own",
    build = function(s)
      s.people("caller", "called", { session_expires = "1800s" })
      s.people("called", nil, { session_expires = "1800s", session_refresher = "uas" })
    end,
    acts = call_and_hang_up("stays") },

  { name = "silent", doc = "the provider, which refreshes, dies",
    build = function(s)
      s.people("caller", "cube", { session_expires = "1800s" })
      s.cube("called", { session_expires = "1800s", min_se = "1800s", session_refresher = "uac" })
      s.people("called", nil, { session_expires = "1800s", session_refresher = "uac" })
    end,
    acts = call_then("silent", "5min", "caller", "crash") },

  { name = "unheard", doc = "the other side dies: refreshes are not answered",
    build = function(s)
      s.people("caller", "called", { session_expires = "1800s" })
      s.people("called", nil, { session_expires = "1800s" })
    end,
    acts = call_then("unheard", "5min", "called", "crash") },

  { name = "consumed", doc = "midcall-signaling passthru media-change",
    build = function(s)
      s.people("caller", "cube", { session_expires = "1800s" })
      s.cube("called", { midcall_signaling = "media-change", session_refresh = "on" })
      s.people("called", nil, { session_expires = "1800s" })
    end,
    acts = { { "10s", "consumed-caller", "call" }, { "20min", "consumed-caller", "change-codec" },
             { "40min", "consumed-caller", "hang-up" } } },

  -- Remedy 1: the called side says that it takes UPDATE, but does not.
  { name = "update", doc = "remedy 1, before: refreshes by UPDATE, which the called side refuses",
    build = function(s)
      s.people("caller", "cube", { session_expires = "1800s", session_refresh_method = "update" })
      s.cube("called", { midcall_signaling = "passthru" })
      s.people("called", nil, { session_expires = "1800s", update_refused = "on" })
    end,
    acts = call_and_hang_up("update") },
  { name = "noupdate", doc = "remedy 1, after: a SIP profile takes UPDATE out of Allow",
    build = function(s)
      s.people("caller", "cube", { session_expires = "1800s", session_refresh_method = "update" })
      s.cube("called", { midcall_signaling = "passthru", sip_profile = remove_update })
      s.people("called", nil, { session_expires = "1800s", update_refused = "on" })
    end,
    acts = call_and_hang_up("noupdate") },

  -- Remedy 2: the provider knows no session timers, and CUCM adds none; then the provider dies.
  { name = "unasked", doc = "remedy 2, before: the INVITE to the other leg has no Session-Expires, since the incoming one had none",
    build = function(s)
      s.people("caller", "cube", { session_timers = "off" })
      s.cube("called", { session_refresh = "off" })
      s.people("called", nil, { session_added = "off", session_expires = "1800s" })
    end,
    acts = call_then("unasked", "5min", "called", "crash") },
  { name = "asked", doc = "remedy 2, after: session refresh",
    build = function(s)
      s.people("caller", "cube", { session_timers = "off" })
      s.cube("called", { session_refresh = "on", session_expires = "1800s" })
      s.people("called", nil, { session_added = "off", session_expires = "1800s" })
    end,
    acts = call_then("asked", "5min", "called", "crash") },

  -- Remedy 3: CUCM refreshes, and the provider does not take UPDATE.
  { name = "byupdate", doc = "remedy 3, before: CUCM's Session Refresh Method is Update",
    build = function(s)
      s.people("caller", "cube", { update_refused = "on" })
      s.cube("cucm", { midcall_signaling = "passthru" })
      s.cucm { session_refresh_method = "update", session_expires = "1800s", session_refresher = "uac" }
      s.phone()
    end,
    acts = { { "10s", "byupdate-phone", "call" }, { "40min", "byupdate-phone", "hang-up" } } },
  { name = "byinvite", doc = "remedy 3, after: it is Invite",
    build = function(s)
      s.people("caller", "cube", { update_refused = "on" })
      s.cube("cucm", { midcall_signaling = "passthru" })
      s.cucm { session_refresh_method = "invite", session_expires = "1800s", session_refresher = "uac" }
      s.phone()
    end,
    acts = { { "10s", "byinvite-phone", "call" }, { "40min", "byinvite-phone", "hang-up" } } },

  -- A proxy keeps the state of a call until it sees its BYE; both sides die, and there is none.
  { name = "hanging", doc = "a stateful proxy between two sides that die, without session timers",
    build = function(s)
      s.people("caller", "proxy", { session_timers = "off" })
      s.proxy { proxy_session_timers = "off" }
      s.people("called", nil, { session_timers = "off" })
    end,
    acts = { { "10s", "hanging-caller", "call" }, { "5min", "hanging-caller", "crash" }, { "5min", "hanging-called", "crash" } } },
  { name = "cleaned", doc = "the same with session timers",
    build = function(s)
      s.people("caller", "proxy", { session_expires = "1800s" })
      s.proxy { proxy_session_timers = "on", session_expires = "1800s" }
      s.people("called", nil, { session_expires = "1800s" })
    end,
    acts = { { "10s", "cleaned-caller", "call" }, { "5min", "cleaned-caller", "crash" }, { "5min", "cleaned-called", "crash" } } },

  { name = "ignored", doc = "the CUBE does not answer one refresh in a hundred of 100 calls (CSCun31375)",
    build = function(s, p)
      s.people("caller", "cube", { session_expires = "1800s", calls = "100", call_spread = "100s" })
      s.cube("cucm", { midcall_signaling = "media-change", refreshes_ignored = p.ignored })
      s.cucm { session_expires = "1800s", session_refresher = "uas" }
      s.phone { calls_at_once = "100" }
    end,
    acts = call_and_hang_up("ignored") },
}

local names = { "all" }
for _, c in ipairs(cases) do names[#names + 1] = c.name end

local function played(p)
  local list = {}
  for k, c in ipairs(cases) do
    if p.case == "all" or p.case == c.name then list[#list + 1] = { k = k, case = c } end
  end
  return list
end

local units = { s = 1, min = 60, h = 3600 }
local function seconds(text)
  local n, unit = text:match("^(%d+)(%a+)$")
  return n * units[unit]
end

-- --- what is looked for in the captures -----------------------------------------------------------------------

-- SIP messages at the port of a node, first copies only, in order; `peer` is the role at the other end.
local function messages(run, node, want)
  if not captured[node] then return {} end -- its case is not played
  local all, found = { node = node, copy = 0 }, {}
  for k, v in pairs(want) do
    if k ~= "peer" then all[k] = v end
  end
  for _, m in ipairs(run:messages(all)) do
    if not want.peer or m.peer:match("%d+$") == tostring(place[want.peer]) then found[#found + 1] = m end
  end
  return found
end

local function first(run, node, want) return messages(run, node, want)[1] end

local function answer_of(run, node, peer)
  return first(run, node, { status = 200, cseq_method = "INVITE", peer = peer })
end

-- Those of that kind after the call's 200 OK, each with its seconds from there.
local function since_answer(run, node, want)
  local ok, list = answer_of(run, node, want.peer), {}
  for _, m in ipairs(ok and messages(run, node, want) or {}) do
    if m.t_ns > ok.t_ns then
      m.after = (m.t_ns - ok.t_ns) / S
      list[#list + 1] = m
    end
  end
  return ok and list
end

local function after_answer(run, node, want, n)
  local list = since_answer(run, node, want)
  local m = list and list[n or 1]
  return m and m.after, m
end

local function how_many(run, node, want, from_s, to_s)
  local list, n = since_answer(run, node, want), 0
  for _, m in ipairs(list or {}) do
    if m.after > (from_s or 0) and m.after < (to_s or math.huge) then n = n + 1 end
  end
  return list and n
end

local function interval(m) return m and (m:header("Session-Expires") or "none") end

local refresh, refresh_in = { sent = true, method = "INVITE" }, { sent = false, method = "INVITE" }
local bye, bye_in = { sent = true, method = "BYE" }, { sent = false, method = "BYE" }

-- When a case's node decided that its call is over: seconds from its own answer.
local function gave_up(run, node, event)
  local up = run:records { kind = "STATE", machine = "call", node = node, to = "confirmed" }
  local over = run:records { kind = "STATE", machine = "call", node = node, event = event }
  return up[1] and over[1] and (over[1].t_ns - up[1].t_ns) / S
end

-- The proxy's own record of a call.
local function proxy_forgets(run, case)
  if not captured[case .. "-proxy"] then return nil end
  local all = run:records { kind = "STATE", machine = "proxy-call", node = case .. "-proxy" }
  local up, over
  for _, r in ipairs(all) do
    if r.to == "confirmed" then up = up or r.t_ns end
    if r.to == "ended" then over = over or r.t_ns end
  end
  return up and (over and (over - up) / S or "never")
end

-- Of many calls the first that a node gave up: seconds from that call's answer.
local function gave_up_first(run, case)
  local up, best = {}, nil
  if not captured[case .. "-caller"] then return nil end
  for _, r in ipairs(run:records { kind = "STATE", machine = "call" }) do
    local ours = r.node:match("^(%a+)-") == case
    if ours and r.to == "confirmed" then up[r.node .. r.key] = r.t_ns end
    if ours and r.event == "refresh-failed" then
      local s = (r.t_ns - up[r.node .. r.key]) / S
      best = math.min(best or s, s)
    end
  end
  return best
end

local function in_case(name) return function() return on_stage[name] end end

local DOC = "document: session refresh"

return {
  title = "Calls that last: a CUBE and the session timers of RFC 4028",
  source = "Cisco: Troubleshoot SIP session refresh on CUBE",
  story = [[
A provider calls a phone through a CUBE and CUCM. Every leg has a session timer: who refreshes sends a re-INVITE at half the
interval, 15 minutes after the 200 OK; if none comes, the other side ends the call 32 s before the interval is over. The
cases around it change one thing each: an interval that is too small (422), a side without timers, a refresher that dies, a
CUBE that consumes refreshes or forgets some, the document's three remedies with and without, and a proxy between.]],
  duration = "13h",
  wall_clock = "2016-06-01 08:00:00",
  -- Of all cases the first; of one alone whoever is there.
  ladder = function(p) return p.case == "all" and "provider, cube, cucm, phone" or nil end,

  parameters = {
    case = { type = "enum", choices = table.concat(names, "|"), default = "all", doc = "which case is played; all: each in its own corner" },
    cucm_refresh_at = { type = "enum", choices = "half|full", default = "half",
                        doc = "when CUCM refreshes an interval of 86400 s: after its half (RFC 4028), or the whole of it (the document's sentence)" },
    ignored = { type = "fraction", default = "1%", min = "0%", max = "100%", doc = "share of refreshes that the CUBE of case 'ignored' does not answer" },
  },

  network = function(net, p)
    captured, on_stage = {}, {}
    for _, one in ipairs(played(p)) do on_stage[one.case.name] = true end
    for _, one in ipairs(played(p)) do one.case.build(site(net, one.case.name, one.k), p) end
  end,

  script = function(sim, p)
    local acts = {}
    for _, one in ipairs(played(p)) do
      for i, act in ipairs(one.case.acts) do
        acts[#acts + 1] = { at = act[1], s = seconds(act[1]), node = act[2], op = act[3], order = one.k * 100 + i }
      end
    end
    table.sort(acts, function(a, b) return a.s < b.s or a.s == b.s and a.order < b.order end)
    for _, act in ipairs(acts) do
      sim:wait_until(act.at)
      sim.net:node(act.node):op(act.op)
    end
  end,

  documented = {
    -- The call itself.
    { when = in_case "main", name = "session interval asked for", documented = "1800s", source = DOC .. ", the default",
      value = function(run) return tonumber(interval(first(run, "provider", refresh))) end },
    { when = in_case "main", name = "200 OK says", documented = "1800;refresher=uac", source = DOC .. ": the answer is UAC",
      value = function(run) return interval(answer_of(run, "provider")) end },
    { when = in_case "main", name = "the provider refreshes", documented = "900s", tolerance = "100ms", by = "16min",
      source = DOC .. ": 15 minutes after the 200 OK", value = function(run) return (after_answer(run, "provider", refresh)) end },
    { when = in_case "main", name = "and again", documented = "1800s", tolerance = "200ms", by = "31min", source = "RFC 4028 7.2",
      value = function(run) return (after_answer(run, "provider", refresh, 2)) end },
    { when = in_case "main", name = "its refresh says", documented = "1800;refresher=uac", by = "16min", source = "RFC 4028 7.4",
      value = function(run) return interval(select(2, after_answer(run, "provider", refresh))) end },

    -- CUCM with the greatest interval.
    { when = in_case "long", name = "CUCM asks for", documented = "86400s", source = DOC .. ": up to 86400",
      value = function(run) return tonumber(interval(first(run, "long-cucm", { sent = true, method = "INVITE", peer = "cube" }))) end },
    { when = in_case "long", name = "CUCM's refreshes before 43,000 s", documented = 0, by = "12h", source = DOC .. ", RFC 4028 7.2",
      value = function(run) return how_many(run, "long-cucm", { sent = true, method = "INVITE", peer = "cube" }, 0, 43000) end },
    { when = in_case "long", name = "CUCM refreshes (RFC)", documented = "43200s", tolerance = "100ms", by = "13h", source = "RFC 4028 7.2: half the interval",
      value = function(run) return (after_answer(run, "long-cucm", { sent = true, method = "INVITE", peer = "cube" })) end },
    { when = in_case "long", name = "CUCM refreshes (the sentence)", documented = "86400s", tolerance = "100ms", by = "13h", source = DOC .. ": after 86400 seconds",
      slip = "86400 s is the interval; RFC 4028 7.2 refreshes at its half, as CUCM does with 1800 s; cucm_refresh_at=full takes the sentence at its word",
      value = function(run) return (after_answer(run, "long-cucm", { sent = true, method = "INVITE", peer = "cube" })) end },

    -- Negotiation.
    { when = in_case "toosmall", name = "an interval of 900 s", documented = "422 Min-SE 1800; INVITE 1800 Min-SE 1800, same Call-ID, CSeq + 1", source = DOC .. ", RFC 4028 7.3",
      value = function(run)
        local refused = first(run, "toosmall-caller", { status = 422 })
        local list = messages(run, "toosmall-caller", refresh)
        local one, two = list[1], list[2]
        return refused and two and ("422 Min-SE %s; INVITE %s Min-SE %s, %s Call-ID, CSeq + %d"):format(refused:header("Min-SE"),
          interval(two), two:header("Min-SE"), two.call_id == one.call_id and "same" or "other", two.cseq - one.cseq)
      end },
    { when = in_case "notimer", name = "422 to one without timers", documented = 0, source = "RFC 4028 9",
      value = function(run) return answer_of(run, "notimer-caller") and #messages(run, "notimer-caller", { status = 422 }) end },
    { when = in_case "notimer", name = "2xx without it: refreshes in 12 h", documented = 0, by = "12h", source = DOC,
      value = function(run) return how_many(run, "notimer-caller", { cseq_method = "INVITE" }, 1) end },
    { when = in_case "notimer", name = "2xx without it: BYE by a timer", documented = 0, by = "12h", source = DOC,
      value = function(run) return how_many(run, "notimer-caller", { method = "BYE" }, 0, 43000) end },
    { when = in_case "alonecaller", name = "timers at the caller alone", documented = "900s", tolerance = "100ms", by = "16min", source = DOC .. ", RFC 4028 7.2",
      value = function(run) return (after_answer(run, "alonecaller-caller", refresh)) end },
    { when = in_case "alonecalled", name = "at the called side alone: its 200", documented = "1800;refresher=uas", source = DOC .. ", RFC 4028 9",
      value = function(run) return interval(answer_of(run, "alonecalled-caller")) end },
    { when = in_case "alonecalled", name = "and its refresh", documented = "900s", tolerance = "100ms", by = "16min", source = DOC .. ", RFC 4028 9",
      value = function(run) return (after_answer(run, "alonecalled-called", refresh)) end },
    { when = in_case "stays", name = "the called side's refresh says", documented = "1800;refresher=uac", by = "16min", source = "RFC 4028 7.4: the called side's refresh is its own request",
      value = function(run) return interval(select(2, after_answer(run, "stays-called", refresh))) end },

    -- Nobody refreshes.
    { when = in_case "silent", name = "the refresher is dead: BYE", documented = "1768s", tolerance = "100ms", by = "31min", source = "RFC 4028 10: 1800 - min(32, 600)",
      value = function(run) return gave_up(run, "silent-cube", "session-expired") end },
    { when = in_case "silent", name = "and on the other leg", documented = "1768s", tolerance = "100ms", by = "31min", source = "RFC 4028 10",
      value = function(run) return (after_answer(run, "silent-called", bye_in)) end },
    { when = in_case "unheard", name = "a refresh without answer: BYE", documented = "932s", tolerance = "100ms", by = "17min", source = "RFC 4028 10: 900 s, and timer B's 32 s",
      value = function(run) return gave_up(run, "unheard-caller", "refresh-failed") end },

    -- Consumption.
    { when = in_case "consumed", name = "consumed: refreshes passed on", documented = 0, by = "19min", source = DOC,
      value = function(run)
        local n = how_many(run, "consumed-called", refresh_in, 0, 1100)
        local own = how_many(run, "consumed-caller", refresh, 0, 1100)
        return n and n - own -- the CUBE refreshes that leg by its own timer, once as the caller does
      end },
    { when = in_case "consumed", name = "changes of codec passed on", documented = 1, by = "21min", source = DOC,
      value = function(run) return how_many(run, "consumed-called", refresh_in, 1100, 1300) end },

    -- The document's remedies.
    { when = in_case "update", name = "remedy 1, without: refresh by", documented = "UPDATE", by = "16min", source = DOC,
      value = function(run)
        local list = since_answer(run, "update-caller", { sent = true, method = "UPDATE" })
        return list and (list[1] and "UPDATE" or "INVITE")
      end },
    { when = in_case "update", name = "and the call", documented = "session-expired", by = "31min", source = "RFC 4028 10",
      value = function(run) return gave_up(run, "update-cube", "session-expired") and "session-expired" end },
    { when = in_case "noupdate", name = "remedy 1, with: refresh by", documented = "INVITE", by = "16min", source = DOC,
      value = function(run)
        local list = since_answer(run, "noupdate-caller", { sent = true, method = "UPDATE" })
        return list and (list[1] and "UPDATE" or "INVITE")
      end },
    { when = in_case "noupdate", name = "and the call", documented = "hung up", by = "41min", source = DOC,
      value = function(run)
        local at = after_answer(run, "noupdate-caller", bye)
        return at and (at > 2380 and "hung up" or "dropped")
      end },
    { when = in_case "unasked", name = "remedy 2, without: INVITE says", documented = "none", source = DOC,
      value = function(run) return interval(first(run, "unasked-called", refresh_in)) end },
    { when = in_case "unasked", name = "and a call of the dead ends", documented = "never", by = "12h", source = DOC,
      value = function(run) return answer_of(run, "unasked-caller") and (after_answer(run, "unasked-caller", bye_in) and "a while" or "never") end },
    { when = in_case "asked", name = "remedy 2, with: INVITE says", documented = "1800s", source = DOC,
      value = function(run) return tonumber(interval(first(run, "asked-called", refresh_in))) end },
    { when = in_case "asked", name = "and a call of the dead ends", documented = "932s", tolerance = "100ms", by = "17min", source = "RFC 4028 10",
      value = function(run) return gave_up(run, "asked-cube", "refresh-failed") end },
    { when = in_case "byupdate", name = "remedy 3, without: refresh by", documented = "UPDATE", by = "16min", source = DOC,
      value = function(run)
        local ok = answer_of(run, "byupdate-cucm", "cube")
        local list = ok and since_answer(run, "byupdate-cucm", { sent = true, peer = "cube", method = "UPDATE" })
        return list and (list[1] and "UPDATE" or "INVITE")
      end },
    { when = in_case "byinvite", name = "remedy 3, with: refresh by", documented = "INVITE", by = "16min", source = DOC,
      value = function(run)
        local ok = answer_of(run, "byinvite-cucm", "cube")
        local list = ok and since_answer(run, "byinvite-cucm", { sent = true, peer = "cube", method = "UPDATE" })
        return list and (list[1] and "UPDATE" or "INVITE")
      end },

    { when = in_case "byinvite", name = "and the call", documented = "hung up", by = "41min", source = DOC,
      value = function(run)
        local at = after_answer(run, "byinvite-phone", bye)
        return at and (at > 2380 and "hung up" or "dropped")
      end },

    -- A proxy.
    { when = in_case "hanging", name = "a proxy forgets, without timers", documented = "never", by = "12h", source = DOC .. ": a stateful proxy may keep it needlessly",
      value = function(run)
        local s = proxy_forgets(run, "hanging")
        return s and (s == "never" and s or "a while")
      end },
    { when = in_case "cleaned", name = "a proxy forgets, with timers", documented = "1800s", tolerance = "100ms", by = "31min", source = "RFC 4028 8.2",
      value = function(run) return tonumber(proxy_forgets(run, "cleaned")) end },

    -- The defect.
    { when = in_case "ignored", name = "a refresh ignored: BYE", documented = "932s", tolerance = "100ms", by = "20min", source = "CSCun31375, RFC 4028 10",
      value = function(run) return gave_up_first(run, "ignored") end },
  },
}
