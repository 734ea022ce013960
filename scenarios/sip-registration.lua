-- SPDX-License-Identifier: GPL-3.0-or-later
-- "SIP Phone - Registration" (Cisco support community, CUCM 10.5): a CP-8861 boots, fetches its files by HTTP from
-- TCP port 6970, registers with its primary CUCM, and keeps both CUCMs warm: a REGISTER to the primary 115 s after
-- each 200 OK, one with Expires 0 to the secondary every 120 s. When the primary stops, it registers with the other.

local primary, secondary = "192.168.1.11", "192.168.1.12"

-- What the document prints of messages, read back from the phone's own capture.
local function header(text, name) return text:match("\r\n" .. name .. ": ([^\r]*)") end

-- REGISTERs that the phone sent to a node (first copies), or the answers with a status that came from it.
local function messages(run, peer, what)
  local out = {}
  for _, s in ipairs(run:segments { port = "phone" }) do
    if s.peer == peer and s.peer_port == 5060 and s.copy == 0 and s.text:sub(1, #what) == what then out[#out + 1] = s end
  end
  return out
end

local function first_move(run, filter) return (run:records(filter)[1] or { t_ns = nil }).t_ns end

-- The steps of the document in the order of their times.
local function steps(run)
  local function file(state) -- the file is on its way from when its state is entered
    return first_move(run, { kind = "STATE", machine = "provisioning", to = state })
  end
  local found = {
    { "power", first_move(run, { kind = "STATE", machine = "power", to = "on" }) },
    { "firmware", first_move(run, { kind = "STATE", machine = "boot", event = "booted" }) },
    { "voice VLAN by CDP", first_move(run, { kind = "STATE", machine = "boot", event = "voice-vlan" }) },
    { "DHCP", first_move(run, { kind = "STATE", machine = "dhcp-client", to = "bound" }) },
    { "CTL", file "ctl" }, { "ITL", file "itl" }, { "configuration", file "configuration" },
    { "softkeys", file "softkeys" },
    { "REGISTER", first_move(run, { kind = "STATE", machine = "registration", to = "registering" }) },
    { "200 OK", first_move(run, { kind = "STATE", machine = "registration", to = "registered" }) },
  }
  local order = {}
  for i, step in ipairs(found) do
    if not step[2] then return nil end
    order[i] = i
  end
  table.sort(order, function(a, b)
    if found[a][2] ~= found[b][2] then return found[a][2] < found[b][2] end
    return a < b
  end)
  local words = {}
  for _, i in ipairs(order) do words[#words + 1] = found[i][1] end
  return table.concat(words, ", ")
end

-- The mean of the intervals between REGISTERs that differ by one CSeq.
local function interval(run, peer)
  local sent = messages(run, peer, "REGISTER")
  local last = math.min(#sent, 5)
  return last > 1 and (sent[last].t - sent[1].t) / (last - 1) or nil
end

local function constant(run, peer)
  local sent, branches = messages(run, peer, "REGISTER"), {}
  if #sent < 2 then return nil end
  local call_id, cseq = header(sent[1].text, "Call%-ID"), nil
  for i = 1, math.min(#sent, 5) do
    local s = sent[i]
    local n = tonumber(header(s.text, "CSeq"):match("^%d+"))
    local branch = header(s.text, "Via"):match("branch=(%S+)")
    if header(s.text, "Call%-ID") ~= call_id then return "another Call-ID" end
    if cseq and n ~= cseq + 1 then return "CSeq " .. n .. " after " .. cseq end
    if branches[branch] then return "a branch twice" end
    branches[branch], cseq = true, n
  end
  return "one Call-ID, CSeq + 1, new branches"
end

return {
  title = "A CP-8861 boots and registers; keepalives to both CUCMs",
  source = "Cisco support community: SIP Phone - Registration (CP-8861, CUCM 10.5)",
  story = [[
Power, firmware, voice VLAN by CDP, address and TFTP servers by DHCP, trust lists, the signed configuration,
softkeys; then REGISTER and 200 OK. The phone asks for 3600 s and is granted 120, so it refreshes each 115 s. The
secondary gets its own dialog on its own connection, with keepalives that bind nothing. At 10 minutes the primary's
service stops, and the phone registers with the secondary.]],
  duration = "12min",
  wall_clock = "2016-04-20 06:50:23.400",

  parameters = {
    power_on_at = "1s",
    primary_stops_at = { type = "duration", default = "10min", min = "0s", max = "1d",
                         doc = "when the service on the primary stops" },
  },

  network = function(net, p)
    net:add("sip-phone", "phone", {
      mac = "28:34:a2:82:65:6d", phone_model = "8861", load = "10.3.1", poe_class = 4, power_mw = 12200,
      contact_uuid = "81ffc505-8e18-46a6-a556-9ba34fa1b7d6", sip_local_port = 51159,
    })
    local access = net:add("switch", "access")
    access:port("Gi1/0/5", { vlan = 10, voice_vlan = 20 })
    for i = 1, 4 do access:port("Gi1/0/" .. 20 + i, { vlan = 20 }) end
    net:add("dhcp-server", "dhcp", {
      mac = "00:50:56:01:00:05", address = "192.168.1.5",
      dhcp_pools = "voice 192.168.1.0/24 exclude=192.168.1.1-192.168.1.34 router=192.168.1.1 option150=" .. primary ..
        " dns=192.168.1.6 domain=example.com",
    })
    net:add("dns-server", "dns", { mac = "00:50:56:01:00:06", address = "192.168.1.6", domain = "example.com",
                                   hosts = "cucm105p=" .. primary .. ", cucm105s=" .. secondary })
    local group, devices = "cucm105p=" .. primary .. ", cucm105s=" .. secondary, "SEP2834A282656D dn=2018"
    net:add("cucm", "cucm105p", {
      mac = "00:50:56:01:00:11", address = primary, cucm_group = group, devices = devices,
      server_header = "Cisco-CUCM10.5", register_supported = "X-cisco-srtp-fallback,X-cisco-sis-7.1.1",
    })
    net:add("cucm", "cucm105s", {
      mac = "00:50:56:01:00:12", address = secondary, cucm_group = group, devices = devices,
    })
    net:link("phone", "access:Gi1/0/5", { link_rate = "1Gbps" })
    net:link("dhcp", "access:Gi1/0/21")
    net:link("cucm105p", "access:Gi1/0/22")
    net:link("cucm105s", "access:Gi1/0/23")
    net:link("dns", "access:Gi1/0/24")
    net:capture("phone", "the phone's own port")
    net:capture("cucm105p", "the primary CUCM")
    net:capture("cucm105s", "the secondary CUCM")
  end,

  script = function(sim, p)
    sim:wait_until(p.primary_stops_at)
    sim.net:node("cucm105p"):op("stop")
  end,

  documented = {
    { name = "order of the steps", by = "2min", source = "document: outline, steps 1 to 8",
      documented = "power, firmware, voice VLAN by CDP, DHCP, CTL, ITL, configuration, softkeys, REGISTER, 200 OK",
      value = steps },
    { name = "how files are fetched", documented = "HTTP GET to TCP port 6970", by = "2min", source = "document: outline",
      value = function(run)
        local gets, others = 0, 0
        for _, s in ipairs(run:segments { port = "phone", sent = true }) do
          if s.text:find("^GET /[^ ]+ HTTP/1.1\r\n") then
            if s.peer_port == 6970 then gets = gets + 1 else others = others + 1 end
          end
        end
        return gets > 4 and others == 0 and "HTTP GET to TCP port 6970" or ("%d GETs to 6970, %d elsewhere"):format(gets, others)
      end },
    { name = "configuration file", documented = "SEP2834A282656D.cnf.xml.sgn", by = "2min", source = "document: step 6",
      value = function(run)
        for _, s in ipairs(run:segments { port = "phone", sent = true }) do
          local name = s.text:match("^GET /(SEP[^ ]+)")
          if name then return name end
        end
      end },
    { name = "Expires asked for and granted", documented = "3600, 120", by = "2min", source = "document: messages",
      value = function(run)
        local asked, granted = messages(run, primary, "REGISTER")[1], messages(run, primary, "SIP/2.0 200")[1]
        return asked and granted and header(asked.text, "Expires") .. ", " .. header(granted.text, "Expires")
      end },
    { name = "refresh interval, primary", documented = "115s", tolerance = "50ms", by = "9min",
      source = "document: 120 - 5 seconds", value = function(run) return interval(run, primary) end },
    { name = "keepalive interval, secondary", documented = "120s", tolerance = "50ms", by = "9min",
      source = "document: Timer Keep Alive Expires", value = function(run) return interval(run, secondary) end },
    { name = "keepalive to the secondary", documented = "Expires: 0, expires=0;cisco-keep-alive", by = "2min",
      source = "document: message to the secondary",
      value = function(run)
        local m = messages(run, secondary, "REGISTER")[1]
        return m and ("Expires: %s, %s"):format(header(m.text, "Expires"),
          (header(m.text, "Contact") or ""):match("expires=0;cisco%-keep%-alive") or "no cisco-keep-alive")
      end },
    { name = "the secondary's 200", documented = "Expires: 0, Date; no Contact, Server or Supported", by = "2min",
      source = "document: answer of the secondary",
      value = function(run)
        local m = messages(run, secondary, "SIP/2.0 200")[1]
        if not m then return nil end
        local date = header(m.text, "Date") and ", Date" or ""
        for _, name in ipairs { "Contact", "Server", "Supported" } do
          if header(m.text, name) then return name .. " is there" end
        end
        return ("Expires: %s%s; no Contact, Server or Supported"):format(header(m.text, "Expires"), date)
      end },
    { name = "dialog with the primary", documented = "one Call-ID, CSeq + 1, new branches", by = "9min",
      source = "document: messages", value = function(run) return constant(run, primary) end },
    { name = "dialog with the secondary", documented = "one Call-ID, CSeq + 1, new branches", by = "9min",
      source = "document: messages", value = function(run) return constant(run, secondary) end },
    { name = "two dialogs on two connections", documented = "51159 and another port, two Call-IDs", by = "2min",
      source = "document: ports 51159 and 52315",
      value = function(run)
        local a, b = messages(run, primary, "REGISTER")[1], messages(run, secondary, "REGISTER")[1]
        if not a or not b then return nil end
        local two = header(a.text, "Call%-ID") ~= header(b.text, "Call%-ID")
        return ("%d and %s port, %s"):format(a.local_port, a.local_port ~= b.local_port and "another" or "the same",
          two and "two Call-IDs" or "one Call-ID")
      end },
    { name = "secondary behind primary at CSeq 105", documented = "20s", tolerance = "1s", by = "9min",
      source = "document: 06:58:36 and 06:58:56",
      value = function(run)
        local a, b = messages(run, primary, "REGISTER")[5], messages(run, secondary, "REGISTER")[5]
        return a and b and b.t - a.t
      end },
    { name = "bytes at CSeq 105, less the To-tags", documented = "846, 631, 870, 320", by = "9min",
      source = "document: the printed messages, unfolded; a To-tag is a number of any length",
      value = function(run)
        local sizes = {}
        for _, peer in ipairs { primary, secondary } do
          for _, what in ipairs { "REGISTER", "SIP/2.0 200" } do
            local m = messages(run, peer, what)[5]
            if not m then return nil end
            local tag = m.text:match("\r\nTo: [^\r]*;tag=(%d+)")
            sizes[#sizes + 1] = m.len - (tag and #tag or 0)
          end
        end
        return table.concat(sizes, ", ")
      end },
    { name = "when the primary fails", documented = "REGISTER with Expires 3600 to the secondary", by = "11min",
      source = "document: failover",
      value = function(run)
        for _, m in ipairs(messages(run, secondary, "REGISTER")) do
          if header(m.text, "Expires") ~= "0" then
            return ("REGISTER with Expires %s to the secondary"):format(header(m.text, "Expires"))
          end
        end
      end },
  },
}
