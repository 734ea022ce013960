-- SPDX-License-Identifier: GPL-3.0-or-later
-- "Phone registration: SCCP and SIP" (Cisco support community, CUCM 8): an SCCP soft phone, IP Communicator with the
-- device name ipctest2, as the traces of TFTP and CCM show it: no CTL file, its configuration, the archive of its
-- locale and tones; Alarm, Register, and the requests that follow; a keepalive each 30 s, to the other CUCM each 60 s.

local primary, secondary = "10.10.210.10", "10.10.210.11"

-- The SCCP messages between the phone and a node, as the phone's own capture has them, in order.
local function messages(run, peer)
  local out = {}
  for _, s in ipairs(run:segments { port = "phone" }) do
    local at = 1
    while s.peer == peer and s.peer_port == 2000 and s.copy == 0 and #s.text - at + 1 >= 12 do
      local len, _, id = ("<I4I4I4"):unpack(s.text, at)
      out[#out + 1] = { t = s.t, sent = s.sent, id = id, length = len, body = s.text:sub(at + 12, at + 7 + len) }
      at = at + 8 + len
    end
  end
  return out
end

local function first(run, id)
  for _, m in ipairs(messages(run, primary)) do
    if m.id == id then return m end
  end
end

-- What the document's trace shows, in its order; the requests' answers are not in it.
local names = {
  [0x20] = "Alarm", [0x01] = "Register", [0x81] = "RegisterAck", [0x9b] = "CapabilitiesReq", [0x02] = "IpPort",
  [0x0e] = "ButtonTemplateReq", [0x28] = "SoftKeyTemplateReq", [0x25] = "SoftKeySetReq", [0x0c] = "ConfigStatReq",
  [0x10] = "CapabilitiesRes", [0x112] = "DisplayPromptStatus",
}

local function order(run)
  local words = {}
  for _, m in ipairs(messages(run, primary)) do
    if names[m.id] then words[#words + 1] = names[m.id] end
  end
  return #words > 0 and table.concat(words, ", ") or nil
end

local function lines(run, facility)
  local out = {}
  for _, r in ipairs(run:records { kind = "LOG", facility = facility }) do out[#out + 1] = r end
  return out
end

local function time_of(run, facility, words)
  for _, r in ipairs(lines(run, facility)) do
    if r.line:find(words, 1, true) then return r.t_ns end
  end
end

-- The names of the files asked for, and when the Alarm came.
local function file_order(run)
  local words = {}
  for _, s in ipairs(run:datagrams { port = "phone", sent = true }) do
    local name = s.peer_port == 69 and s.text:match("^\0\1([^\0]+)\0octet\0$")
    if name then words[#words + 1] = name end
  end
  local alarm = first(run, 0x20)
  if #words == 0 or not alarm then return nil end
  words[#words + 1] = "Alarm"
  return table.concat(words, ", ")
end

local function capabilities(run)
  local m = first(run, 0x10)
  if not m then return nil end
  local words = {}
  for i = 1, (("<I4"):unpack(m.body)) do
    words[i] = ("%d(%d)"):format(("<I4I4"):unpack(m.body, 5 + (i - 1) * 16))
  end
  return table.concat(words, " ")
end

-- The largest of a node's keepalive intervals, and the smallest, if they differ.
local function interval(run, peer)
  local last, least, most
  for _, m in ipairs(messages(run, peer)) do
    if m.id == 0 and m.sent then
      if last then
        least, most = math.min(least or 1e9, m.t - last), math.max(most or 0, m.t - last)
      end
      last = m.t
    end
  end
  if not most then return nil end
  return most - least < 0.001 and most or ("%g to %g s"):format(least, most)
end

return {
  title = "An SCCP soft phone registers; the traces of TFTP and CCM",
  source = "Cisco support community: phone registration for SCCP and SIP (IP Communicator 7.0.1, CUCM 8)",
  story = [[
IP Communicator asks TFTP for its CTL file, which is not there, for its configuration, the archive of its locale and its
tones. Then it tells CUCM why it comes (Alarm: Last=Initialized), registers, asks for its templates and tells its
capabilities; CUCM registers the device and prompts it. A keepalive goes to the primary each 30 s and to the secondary
each 60 s; the secondary answers with nothing but a TCP ACK.]],
  duration = "10min",
  wall_clock = "2011-01-14 16:17:10.806",

  parameters = {
    power_on_at = "1s",
    soft_jar_wait = "3.252s",
    soft_register_wait = "1.1s",
  },

  network = function(net, p)
    local devices = "ipctest1 dn=5001 model=CIPC protocol=SCCP, " ..
      "ipctest2 dn=5002 model=CIPC protocol=SCCP pkid=7ba1df48-456d-f1a8-4834-a797fc957cb3 " ..
      "line_pkid=c3d23d4b-944f-3657-d70e-ff5c2830a0e9"
    local group = primary .. ", " .. secondary
    net:add("switch", "lan")
    net:add("sccp-phone", "phone", {
      mac = "00:50:56:a1:03:3d", device_name = "ipctest2", sccp_phone_model = "CIPC", sccp_load = "7.0.1.0",
      address = "10.10.210.200", gateway = "10.10.210.1", tftp_servers = primary, firmware_boot_time = "0s",
    })
    -- It has registered before: the document counts two SCCP phones.
    net:add("sccp-phone", "colleague", {
      mac = "00:50:56:a1:03:3c", device_name = "ipctest1", sccp_phone_model = "CIPC", sccp_load = "7.0.1.0",
      address = "10.10.210.199", gateway = "10.10.210.1", starts = "configured", cucm_group = group, power_on_at = "0s",
    })
    for i, address in ipairs { primary, secondary } do
      local name = "cucm-" .. i
      net:add("cucm", name, { mac = "00:50:56:01:00:1" .. i, address = address, gateway = "10.10.210.1",
                              node_id = address, cucm_group = group, devices = devices, itl = "off" })
      net:link(name, "lan:" .. name)
    end
    net:link("phone", "lan:phone")
    net:link("colleague", "lan:colleague")
    net:capture("phone", "the computer that IP Communicator runs on")
    net:capture("cucm-1", "the primary CUCM")
    net:capture("cucm-2", "the secondary CUCM")
  end,

  documented = {
    { name = "files, then Alarm", by = "1min", source = "document: traces of TFTP and CCM; of the tones the text alone",
      documented = "CTLipctest2.tlv, ipctest2.cnf.xml, English_United_States/ipc-sccp.jar, United_States/g3-tones.xml, Alarm",
      value = file_order },
    { name = "CTL file", documented = "TFTP error 1, and the phone goes on", by = "1min", source = "document: sendNAK ... Error(1)",
      value = function(run)
        local nak, alarm = time_of(run, "TFTP", "File[CTLFile.tlv], Error(1)"), first(run, 0x20)
        return nak and alarm and "TFTP error 1, and the phone goes on" or nil
      end },
    { name = "order of the messages", by = "1min", source = "document: CCM trace",
      documented = "Alarm, Register, RegisterAck, CapabilitiesReq, IpPort, ButtonTemplateReq, SoftKeyTemplateReq, " ..
        "SoftKeySetReq, ConfigStatReq, CapabilitiesRes, DisplayPromptStatus", value = order },
    { name = "Alarm", documented = "25: Name=ipctest2 Load= 7.0.1.0 Last=Initialized", by = "1min",
      source = "document: alarmSeverity=2",
      value = function(run)
        local m = first(run, 0x20)
        return m and m.body:sub(5, 84):match("^[^\0]*")
      end },
    { name = "from Alarm to Register", documented = "68ms", tolerance = "1ms", by = "1min",
      source = "document: 16:17:16.299 and .367",
      value = function(run)
        local a, r = first(run, 0x20), first(run, 0x01)
        return a and r and r.t - a.t
      end },
    { name = "from Register to registered", documented = "45ms", tolerance = "20ms", by = "1min",
      source = "document: 16:17:16.367 and .412",
      value = function(run)
        local from = time_of(run, "CCM", "StationRegisterMessageID: Msg Size")
        for _, r in ipairs(lines(run, "CCM")) do
          if r.line:find("Device Register deviceName : ipctest2", 1, true) then
            for _, q in ipairs(lines(run, "CCM")) do
              if q.line:find("StationRegisterMessageID", 1, true) and q.t_ns < r.t_ns then from = q.t_ns end
            end
            return (r.t_ns - from) / 1e9
          end
        end
      end },
    { name = "length of Register", documented = 68, tolerance = 0, by = "1min", source = "document: Msg Size(received, defined) = 68, 128",
      value = function(run)
        local m = first(run, 0x01)
        return m and m.length
      end },
    { name = "length of CapabilitiesRes", documented = 168, tolerance = 0, by = "1min", source = "document: Msg Size(received, defined) = 168, 296",
      value = function(run)
        local m = first(run, 0x10)
        return m and m.length
      end },
    { name = "capabilities", by = "1min", source = "document: capCount=10",
      documented = "4(60) 2(60) 86(60) 7(20) 6(20) 11(60) 12(60) 15(60) 16(60) 257(1)", value = capabilities },
    { name = "registered then", documented = "RegisteredSCCP(2), RegisteredSIP(0), Registered(2)", by = "1min",
      source = "document: SCCP Device Register from Unregister",
      value = function(run)
        for _, r in ipairs(lines(run, "CCM")) do
          local counts = r.line:match("deviceName%(ipctest2%), Protocol%(1%), (.*)$")
          if counts then return counts end
        end
      end },
    { name = "keepalives to the primary", documented = "30s", tolerance = "50ms", by = "10min", source = "document: every 30 seconds",
      value = function(run) return interval(run, primary) end },
    { name = "keepalives to the secondary", documented = "60s", tolerance = "50ms", by = "10min", source = "document: every 60 seconds",
      value = function(run) return interval(run, secondary) end },
  },
}
