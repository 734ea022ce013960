-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: provider, perhaps a proxy, CUBE, CUCM and phone, with random settings, under a random schedule of what people
-- and the network do; the number is a parameter. Whatever happened: an hour after the last fault was healed no call is
-- up at one end alone, if a session timer was agreed on, and none is half made.
local SPURT_S = 1

-- A generator of the schedule's own: the same whatever the run's seed is. Knuth's MMIX constants.
local function generator(n)
  local x = n * 2654435769 + 12345
  local function pick(below)
    x = x * 6364136223846793005 + 1442695040888963407
    return (x >> 33) % below
  end
  return pick, function(list) return list[1 + pick(#list)] end
end

local address = { provider = "10.1.0.5", proxy = "10.1.0.4", cube = "10.1.0.1", cucm = "10.1.0.2", phone = "10.1.0.11" }
local talks = { "provider", "phone" } -- whoever is an end of the media and of a caller's wish

-- What is drawn of one schedule before the network is made: each node's settings.
local function draw(p)
  local pick, one_of = generator(p.schedule)
  local d = { pick = pick, one_of = one_of, proxied = pick(3) == 0, packets = pick(4) == 0 }
  local function over() return one_of { "udp", "tcp" } end
  local function session(node)
    local s = { session_expires = one_of { "90s", "120s", "300s", "600s", "900s", "1800s" }, min_se = one_of { "90s", "90s", "90s", "1800s" },
                session_refresh_method = one_of { "invite", "update" }, session_refresher = one_of { "uac", "uas" },
                session_names_refresher = one_of { "on", "off" } }
    if pick(6) == 0 then s.session_timers = "off" end
    if node ~= "cube" and pick(6) == 0 then s.session_requested = "off" end
    if node ~= "cube" and pick(6) == 0 then s.session_added = "off" end
    return s
  end
  local function media(s)
    s.rtp = d.packets and "packets" or "flow"
    s.talk_spurt = d.packets and "exp(200ms)" or one_of { "0s", "exp(" .. SPURT_S .. "s)" }
    s.silence = "exp(60s)"
    return s
  end
  local function person(node)
    local s = media(session(node))
    s.answer_after = one_of { "0s", "2s", "8s", "40s" }
    s.talk_time = one_of { "0s", "0s", "0s", "0s", "45s", "400s" }
    s.calls = one_of { "1", "1", "2" }
    s.call_spread = one_of { "0s", "3s" }
    s.calls_at_once = one_of { "1", "4", "4" }
    if pick(5) == 0 then s.codecs = "g729,telephone-event" end
    if pick(8) == 0 then s.update_refused = "on" end
    return s
  end
  d.provider, d.phone, d.cucm, d.cube = person "provider", person "phone", session "cucm", media(session "cube")
  d.provider.sip_transport, d.cucm.sip_trunk_transport = over(), over()
  d.cucm.delayed_offer = one_of { "off", "on" }
  d.cube.midcall_signaling = one_of { "passthru", "media-change", "block" }
  d.cube.session_refresh = one_of { "on", "off" }
  d.cube.refreshes_ignored = one_of { "0%", "0%", "0%", "20%" }
  d.peers = ("5 destination-pattern 5... session-target %s transport %s; 9 destination-pattern 0.T session-target %s transport %s")
    :format(address.cucm, over(), d.proxied and address.proxy or address.provider, over())
  d.routes = ("5=%s/%s, *=%s/%s"):format(address.cube, over(), address.provider, over())
  d.record_route, d.proxy_timers = one_of { "on", "on", "off" }, one_of { "on", "off" }
  return d
end

-- --- what is judged ------------------------------------------------------------------------------------------

-- Every call as its nodes see it, the last of that Call-ID: calls[call_id][node] = { state, session, up_ns, end_ns }; and
-- all of them. A node that dies takes its calls with it, and so does one that boots; it says nothing more of them.
local function calls_of(run)
  local calls, live, all = {}, {}, {}
  local function die(node, t_ns)
    for _, c in ipairs(live[node] or {}) do
      if c.state ~= "ended" then c.state, c.end_ns, c.died = "ended", t_ns, true end
    end
    live[node] = {}
  end
  for _, r in ipairs(run:records { kind = "STATE" }) do
    local m = r.machine
    if (m == "host" and r.event == "crash") or (m == "boot" and r.node == "phone") then die(r.node, r.t_ns) end
    if m == "service" and r.to == "stopped" then die(r.node, r.t_ns) end
    if m == "call" then
      local ends = calls[r.key] or {}
      local c = ends[r.node]
      calls[r.key] = ends
      if r.from == "idle" then
        c = { node = r.node, id = r.key, session = "off", record = r.id }
        ends[r.node], all[#all + 1] = c, c
        live[r.node] = live[r.node] or {}
        table.insert(live[r.node], c)
      end
      c.state = r.to
      if r.to == "confirmed" then c.up_ns = r.t_ns end
      if r.to == "ended" then c.end_ns, c.event = r.t_ns, r.event end
    elseif m == "session" then
      local c = calls[r.key] and calls[r.key][r.node]
      if c then c.session = r.to end
    end
  end
  return calls, all
end

local function said(list) return #list == 0 and "none" or table.concat(list, ", ") end

local function one_sided(run)
  local calls, all = calls_of(run)
  local wrong = {}
  for _, c in ipairs(all) do
    local other
    for node, x in pairs(calls[c.id]) do
      if node ~= c.node then other = x end
    end
    local kept = c.session == "refresher" or c.session == "watching"
    if c.state == "confirmed" and kept and not (other and other.state == "confirmed") then
      wrong[#wrong + 1] = ("%s at %s (%s), %s at %s"):format(c.id, c.node, c.session, other and other.state or "nothing", other and other.node or "?")
    end
  end
  return said(wrong)
end

local function half_made(run)
  local _, all = calls_of(run)
  local wrong = {}
  for _, c in ipairs(all) do
    if c.state ~= "confirmed" and c.state ~= "ended" then wrong[#wrong + 1] = ("%s at %s: %s"):format(c.id, c.node, c.state) end
  end
  return said(wrong)
end

-- A box notes which call it lets in; the next INVITE that it sends is that call's other leg.
local function legs(run)
  local _, all = calls_of(run)
  local two, latest, made = {}, {}, {}
  for _, c in ipairs(all) do made[c.record] = c end
  for _, node in ipairs { "cube", "cucm" } do
    local events, first = run:records { kind = "NOTE", node = node, topic = "sip" }, nil
    for _, r in ipairs(run:records { kind = "STATE", node = node, machine = "call", from = "idle" }) do events[#events + 1] = r end
    table.sort(events, function(a, b) return a.id < b.id end)
    for _, r in ipairs(events) do
      local id = r.line and r.line:match("^call (%S+) for %S+ goes ")
      if id then first = not r.line:find("goes nowhere", 1, true) and latest[node .. id] or nil end
      if r.event == "invite-received" then latest[node .. r.key] = made[r.id] end
      if r.event == "invite-sent" and first then
        two[#two + 1] = { first, made[r.id] }
        first = nil
      end
    end
  end
  return two
end

-- For how long CUCM's process stood still in all.
local function hung_ns(run)
  local sum, since = 0, nil
  for _, r in ipairs(run:records { kind = "FAULT", target = "cucm" }) do
    if r.what == "hang" then since = r.t_ns end
    if r.what == "resume" and since then sum, since = sum + r.t_ns - since, nil end
  end
  return sum
end

-- One may have to wait for an ACK or the answer to a CANCEL: 64 T1, of a process that runs.
local function apart(run)
  local wrong, most_ns = {}, 33e9 + hung_ns(run)
  for _, two in ipairs(legs(run)) do
    local a, b = two[1], two[2]
    if (a.state == "ended") ~= (b.state == "ended") or (a.end_ns and math.abs(a.end_ns - b.end_ns) > most_ns) then
      wrong[#wrong + 1] = ("%s %s, %s %s at %s"):format(a.id, a.state, b.id, b.state, a.node)
    end
  end
  return said(wrong)
end

local function byes(run)
  local seen, count, wrong = {}, {}, {}
  for _, node in ipairs { "provider", "cube", "cucm", "phone" } do
    for _, m in ipairs(run:messages { node = node, sent = true, status = 200, cseq_method = "BYE" }) do
      local side = node .. " " .. m.call_id .. " " .. (m:header "From" or "")
      if not seen[side .. m.cseq] then
        seen[side .. m.cseq] = true
        count[side] = (count[side] or 0) + 1
        if count[side] == 2 then wrong[#wrong + 1] = side end
      end
    end
  end
  return said(wrong)
end

-- RTP is sent while a call is up, and no longer; the last packet may have to wait for ARP, or for its turn. A flow is told
-- of when it ends.
local function voices(run)
  local _, all = calls_of(run)
  local up, wrong = {}, {}
  for _, c in ipairs(all) do
    up[c.node] = up[c.node] or {}
    if c.up_ns then table.insert(up[c.node], c) end
  end
  local function during(node, t_ns, wait_ns)
    for _, c in ipairs(up[node] or {}) do
      if t_ns >= c.up_ns and t_ns <= (c.end_ns or math.huge) + wait_ns then return true end
    end
  end
  local function look(node, t_ns, what, wait_ns)
    if not during(node, t_ns, wait_ns) and #wrong < 5 then wrong[#wrong + 1] = ("%s at %s at %.3f s"):format(what, node, t_ns / 1e9) end
  end
  for _, r in ipairs(run:records { kind = "NOTE", topic = "rtp" }) do
    if r.line:find("^sent ") then look(r.node, r.t_ns, r.line, 0) end
  end
  for _, port in ipairs { "provider", "cube:Gi0/0", "phone" } do
    for _, d in ipairs(run:datagrams { port = port, sent = true }) do
      if d.local_port >= 16384 and d.local_port ~= 5060 then look(port:match("^%w+"), d.t_ns, "a packet", SPURT_S * 1e9) end
    end
  end
  return said(wrong)
end

local function surprises(run)
  local wrong = {}
  for _, r in ipairs(run:records { kind = "UNEXPECTED" }) do
    if #wrong < 5 then wrong[#wrong + 1] = ("%s at %s in %s"):format(tostring(r.event), r.node, tostring(r.state)) end
  end
  return said(wrong)
end

local SCHEDULE_DOC = "which of the random schedules is played"

local function none(name, value, source) return { name = name, documented = "none", source = source, value = value } end

return {
  title = "Calls under a random schedule of faults",
  source = "made up for a test",
  story = "People call, hold and hang up while the network and the nodes fail; an hour after all is healed both ends of each call agree.",
  duration = "95min",
  parameters = {
    schedule = { type = "integer", default = 1, min = 1, max = 1000000, doc = SCHEDULE_DOC },
  },

  network = function(net, p)
    local d = draw(p)
    net:add("switch", "lan", { cdp = "off" })
    local function host(model, node, settings, link)
      settings.mac, settings.address = "02:00:00:00:00:" .. ("%02x"):format(tonumber(address[node]:match("%d+$"))), address[node]
      net:add(model, node, settings)
      net:link(node, "lan:" .. node, link)
      net:capture(node, node)
    end
    d.provider.number, d.provider.calls_to = "0301234", "5001"
    d.provider.sip_peer = d.proxied and address.proxy or address.cube
    host("sip-provider", "provider", d.provider, { link_delay = "5ms" })
    if d.proxied then host("sip-proxy", "proxy", { routes = d.routes, record_route = d.record_route, proxy_session_timers = d.proxy_timers }) end
    d.cube.dial_peers = d.peers
    net:add("cube", "cube", d.cube):port("Gi0/0", { address = address.cube .. "/24" })
    net:link("cube:Gi0/0", "lan:cube")
    net:capture("cube:Gi0/0", "cube")
    d.cucm.sip_trunk, d.cucm.tftp = address.cube, "off"
    host("cucm", "cucm", d.cucm)
    d.phone.starts, d.phone.dn, d.phone.calls_to, d.phone.cucm_group = "configured", "5001", "0301234", address.cucm
    host("sip-phone", "phone", d.phone)
  end,

  script = function(sim, p)
    local d = draw(p)
    local pick, one_of = d.pick, d.one_of
    local nodes = { "provider", "cube", "cucm", "phone", d.proxied and "proxy" or "cube" }
    local events, healed_s, order = {}, 0, 0
    local function at(t_s, act)
      order = order + 1
      events[#events + 1] = { t = t_s, order = order, act = act }
    end
    local function op(t_s, node, verb)
      at(t_s, function() pcall(function() sim.net:node(node):op(verb) end) end) -- who has no call holds none
    end
    local function percent(least, most) return (least + pick(most - least + 1)) .. "%" end
    local function ms(least, most) return (least + pick(most - least + 1)) .. "ms" end
    local kinds = {
      function() return { kind = "cut" } end,
      function() return { kind = "flap", period = (2 + pick(60)) .. "s", duty = percent(10, 90) } end,
      function() return { kind = "loss", rate = percent(1, 60) } end,
      function() return { kind = "mask", frames = ("%d,%d-%d"):format(1 + pick(9), 10 + pick(9), 20 + pick(90)) } end,
      function() return { kind = "delay", by = ms(1, 3000) } end,
      function() return { kind = "jitter", by = ("exp(%s)"):format(ms(1, 400)) } end,
      function() return { kind = "reorder", rate = percent(1, 60), by = ms(1, 400) } end,
      function() return { kind = "duplicate", rate = percent(1, 100) } end,
      function() return { kind = "corrupt", rate = percent(1, 60) } end,
    }

    -- People: each call, then what comes to their minds, at times at the very same time on both sides.
    local changes, begun = { "hold", "retrieve", "change-codec", "hold", "retrieve", "change-codec", "hang-up", "call" }, {}
    for i = 1, 1 + pick(4) do
      local t = 15 + pick(1000)
      begun[i] = t
      op(t, one_of(talks), "call")
      for _ = 1, pick(6) do
        local then_s, verb = t + 1 + pick(pick(2) == 0 and 20 or 400), one_of(changes)
        local who = one_of(talks)
        op(then_s, who, verb)
        if pick(2) == 0 then op(then_s, who == "phone" and "provider" or "phone", one_of(changes)) end
      end
    end
    -- The network and the machines.
    local busy = { provider = 0, cube = 0, cucm = 0, phone = 0 }
    for _ = 1, pick(7) do
      local t, lasts_s, what = 10 + pick(1300), 1 + pick(one_of { 10, 60, 240 }), pick(18)
      if pick(2) == 0 then t = math.max(10, one_of(begun) - 5 + pick(60)) end
      healed_s = math.max(healed_s, t + lasts_s)
      if what < 10 then
        local kind, node = what % #kinds + 1, one_of(nodes)
        local fault = kinds[kind]()
        fault.at, fault.lasts = t .. "s", lasts_s .. "s"
        if pick(3) == 0 then fault.from = node end
        if kind > 2 then fault.protocol = one_of { "any", "any", "sip", "tcp", "udp" } end
        sim.net:link_at(node == "cube" and "cube:Gi0/0" or node):fault(fault)
      else
        local node = one_of { "provider", "cube", "cucm", "phone" }
        if t > busy[node] then
          busy[node] = t + lasts_s
          if node == "phone" then
            op(t, node, "unplug")
            op(t + lasts_s, node, "plug-in")
          elseif node == "cucm" then
            local down = one_of { "crash", "stop", "hang" }
            op(t, node, down)
            op(t + lasts_s, node, down == "hang" and "resume" or "start")
          else
            op(t, node, "crash")
            op(t + lasts_s, node, "start")
          end
        end
      end
      if pick(6) == 0 then op(t + pick(60), one_of { "cube", "cucm" }, "hang-up") end
    end
    table.sort(events, function(a, b) return a.t < b.t or a.t == b.t and a.order < b.order end)
    for _, e in ipairs(events) do
      sim:wait_until(e.t .. "s")
      e.act()
    end
    if sim:now() < healed_s then sim:wait_until(healed_s .. "s") end
    sim:note("all is healed")
    if pick(2) == 0 then -- half of the time somebody tidies up
      sim:wait("10min")
      for _, who in ipairs(talks) do pcall(function() sim.net:node(who):op("hang-up") end) end
    end
  end,

  documented = {
    none("calls up at one end alone", one_sided, "RFC 4028 10: whoever hears nothing ends it"),
    none("calls half made", half_made, "RFC 3261 13.3.1.1, 16.6"),
    none("bridged calls of one leg", apart, "RFC 3261 6: a back-to-back user agent"),
    none("sides that said BYE twice", byes, "RFC 3261 15.1"),
    none("RTP without a call", voices, "RFC 3264 8"),
    none("events that no state expects", surprises, "RFC 3261 12 to 17"),
  },
}
