-- SPDX-License-Identifier: GPL-3.0-or-later
-- messages.lua: the SIP messages at a captured port, over UDP and TCP alike (RFC 3261 7, 18.3). A datagram is one
-- message. A TCP stream is put together from its segments in order of their sequence numbers, copies left out, and cut
-- by Content-Length; a message is there when its last byte is. What does not begin as SIP does is no SIP.

local host = ...
local find, sub = string.find, string.sub

local LINE_MAX, HEAD_MAX = 8192, 65536

-- RFC 3261 7.3.3 and 20, RFC 4028 4, RFC 3265, RFC 3515, RFC 3892
local compact = {
  b = "referred-by", c = "content-type", e = "content-encoding", f = "from", i = "call-id", k = "supported",
  l = "content-length", m = "contact", o = "event", r = "refer-to", s = "subject", t = "to", u = "allow-events",
  v = "via", x = "session-expires",
}

local function full_name(name)
  name = name:lower()
  return compact[name] or name
end

local function trimmed(s)
  local first = find(s, "[^ \t]")
  if not first then return "" end
  local last = #s
  while find(sub(s, last, last), "[ \t]") do last = last - 1 end
  return sub(s, first, last)
end

-- The lines of a head, folded ones joined.
local function lines_of(head)
  local lines, at = {}, 1
  while at <= #head do
    local cr = find(head, "\r\n", at, true) or #head + 1
    local line = sub(head, at, cr - 1)
    if #lines > 1 and find(line, "^[ \t]") then
      lines[#lines] = lines[#lines] .. " " .. trimmed(line)
    else
      lines[#lines + 1] = line
    end
    at = cr + 2
  end
  return lines
end

-- What the first line says; nil: it is not SIP's.
local function start_of(line)
  local status, phrase = line:match("^SIP/2%.0 (%d%d%d) ?(.*)$")
  if status then return { status = math.tointeger(status), phrase = phrase } end
  local method, uri = line:match("^([%w%-%.!%%%*_%+`'~]+) (%S+) SIP/2%.0$")
  return method and { method = method, uri = uri }
end

local message = {}

-- The first header of that name, long or compact, in any case; nil: there is none.
function message:header(name)
  local want = full_name(name)
  for _, h in ipairs(self.headers) do
    if h.key == want then return h.value end
  end
end

-- All of that name, in order, as they stand.
function message:all(name)
  local want, values = full_name(name), {}
  for _, h in ipairs(self.headers) do
    if h.key == want then values[#values + 1] = h.value end
  end
  return values
end

local meta = { __index = message }

-- A head without the empty line behind it; nil: not SIP.
local function parse(head)
  local lines = lines_of(head)
  local m = lines[1] and start_of(lines[1])
  if not m then return nil end
  m.headers = {}
  for i = 2, #lines do
    local colon = find(lines[i], ":", 1, true)
    local name = trimmed(sub(lines[i], 1, (colon or 1) - 1))
    if name ~= "" then
      m.headers[#m.headers + 1] = { name = name, key = full_name(name), value = trimmed(sub(lines[i], colon + 1)) }
    end
  end
  setmetatable(m, meta)
  local number, method = (m:header("CSeq") or ""):match("^(%d+)[ \t]+(%S+)$")
  m.cseq, m.cseq_method, m.call_id = math.tointeger(number), method, m:header("Call-ID")
  return m
end

local function length_of(m)
  local text = m:header("Content-Length")
  return text and math.tointeger(text:match("^%d+$"))
end

-- CRLFs in front of a message mean nothing (RFC 3261 7.5).
local function begin_of(text)
  local at = 1
  while sub(text, at, at + 1) == "\r\n" do at = at + 2 end
  return at
end

local copied = { "t", "t_ns", "clock_ns", "id", "sent", "peer", "peer_port", "local_port" }

local function add(out, m, packet, over, port, text, body)
  for _, key in ipairs(copied) do m[key] = packet[key] end
  m.over, m.port, m.node, m.copy = over, port, port:match("^[^:]+"), 0
  m.text, m.body = text, body
  out[#out + 1] = m
end

-- Datagrams ---------------------------------------------------------------------------------------

local function add_datagram(out, seen, packet, port)
  local text = sub(packet.text, begin_of(packet.text))
  local stop = find(text, "\r\n\r\n", 1, true)
  local m = stop and parse(sub(text, 1, stop - 1))
  if not m then return end
  local body = sub(text, stop + 4, length_of(m) and stop + 3 + length_of(m) or -1)
  add(out, m, packet, "udp", port, text, body)
  local key = ("%s %s:%d %s"):format(packet.sent, packet.peer, packet.peer_port, text)
  m.copy = seen[key] or 0
  seen[key] = m.copy + 1
end

-- Streams -----------------------------------------------------------------------------------------

-- How far `seq` is ahead of `next`, below zero when it lies behind; sequence numbers wrap.
local function ahead(seq, next)
  local d = (seq - next) & 0xffffffff
  return d < 0x80000000 and d or d - 0x100000000
end

-- Whole messages at the front of what has come.
local function cut(out, stream, packet, port)
  while not stream.other do
    stream.text = sub(stream.text, begin_of(stream.text))
    local text = stream.text
    local line, stop = find(text, "\r\n", 1, true), find(text, "\r\n\r\n", 1, true)
    stream.other = line and not start_of(sub(text, 1, line - 1)) or not line and #text > LINE_MAX
      or not stop and #text > HEAD_MAX
    if stream.other or not stop then break end
    local m = parse(sub(text, 1, stop - 1))
    local body = m and length_of(m)
    stream.other = not body
    if not body or #text < stop + 3 + body then break end
    add(out, m, packet, "tcp", port, sub(text, 1, stop + 3 + body), sub(text, stop + 4, stop + 3 + body))
    stream.text = sub(text, stop + 4 + body)
  end
  if stream.other then stream.text = "" end
end

-- Takes what of a segment is next in order; false: it is not its turn yet.
local function take(stream, seq, text)
  local d = ahead(seq, stream.next)
  if d > 0 then return false end
  if -d < #text then
    if not stream.other then stream.text = stream.text .. sub(text, 1 - d) end
    stream.next = (seq + #text) & 0xffffffff
  end
  return true
end

local function take_early(stream)
  local i = 1
  while i <= #stream.early do
    local s = stream.early[i]
    if take(stream, s.seq, s.text) then
      table.remove(stream.early, i)
      i = 1
    else
      i = i + 1
    end
  end
end

local function add_segment(out, streams, packet, port)
  local key = ("%s %s:%d %d"):format(packet.sent, packet.peer, packet.peer_port, packet.local_port)
  local stream, syn = streams[key], find(packet.flags, "SYN", 1, true)
  if not stream or syn and ahead(packet.seq + 1, stream.next) ~= 0 then
    stream = { next = (packet.seq + (syn and 1 or 0)) & 0xffffffff, text = "", early = {} }
    streams[key] = stream
  end
  if packet.len == 0 then return end
  local seq = (packet.seq + (syn and 1 or 0)) & 0xffffffff
  if not take(stream, seq, packet.text) then
    stream.early[#stream.early + 1] = { seq = seq, text = packet.text }
    return
  end
  take_early(stream)
  cut(out, stream, packet, port)
end

-- Ports -------------------------------------------------------------------------------------------

-- Of one captured port, in order of time.
local function at_port(port)
  local out, seen, streams = {}, {}, {}
  local segments, datagrams = host.segments(port), host.datagrams(port)
  local i, j = 1, 1
  while segments[i] or datagrams[j] do
    local s, d = segments[i], datagrams[j]
    if s and (not d or s.id < d.id) then
      add_segment(out, streams, s, port)
      i = i + 1
    else
      add_datagram(out, seen, d, port)
      j = j + 1
    end
  end
  return out
end

-- Of several, in order of time.
return function(ports, cache)
  local all = {}
  for _, port in ipairs(ports) do
    cache[port] = cache[port] or at_port(port)
    for place, m in ipairs(cache[port]) do all[#all + 1] = { m = m, place = place } end
  end
  if #ports > 1 then
    table.sort(all, function(a, b)
      if a.m.id ~= b.m.id then return a.m.id < b.m.id end
      return a.place < b.place
    end)
  end
  for i, one in ipairs(all) do all[i] = one.m end
  return all
end
