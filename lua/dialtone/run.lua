-- SPDX-License-Identifier: GPL-3.0-or-later
-- run.lua: the run as a documented check sees it.
--   run.measures.NAME         SI number, nil when it did not occur
--   run:records{kind="ALARM", node="cucm-a", reason=13}   {id, t, t_ns, kind, node, cause, flow}
--                             and the fields of that kind (ALARM: name reason device detail; STATE:
--                             machine key from event to; DROP: frame port reason len; LOG: facility
--                             severity line; FAULT: what target line)
--   run:segments{port="phone", sent=true}   {t, t_ns, sent, peer, peer_port, local_port, flags,
--                             seq, ack, len, window, copy, info, text, from_mac, to_mac,
--                             clock_ns: t_ns by the capturing host's clock} of a captured port
--   run:datagrams{port="phone"}   the same of UDP, without flags, seq, ack, window, copy
--   run:messages{port="cube", method="INVITE", sent=true}   SIP messages, whether UDP or TCP brought them: {t, t_ns,
--                             clock_ns, id, node, port, sent, over ("udp", "tcp"), peer, peer_port, local_port, copy
--                             (k-th copy of a datagram; a TCP stream has none), method and uri or status and phrase,
--                             cseq, cseq_method, call_id, headers, body, text}, m:header("Via"), m:all("Via");
--                             node="cube": of all its captured ports; neither: of all captured ports
--   run:arps{port="phone"}    {t, t_ns, clock_ns, sent, op, sender, sender_mac, target, from_mac, to_mac}
--   run:first{…} run:last{…} run:count{…}   of records
--   run.reached_ns, run.reached (seconds), run.epoch_ns, run.zone_ns, run.documented_epoch_ns

local host = ...
local strict = require "dialtone.fence"
local messages_at = require "dialtone.messages"

local kinds = { ALARM = 1, STATE = 1, DROP = 1, LOG = 1, NOTE = 1, FAULT = 1, UNEXPECTED = 1 }

local methods = {}

local function matches(row, keys, filter)
  for i = 1, #keys do
    if row[keys[i]] ~= filter[keys[i]] then return false end
  end
  return true
end

local function kept(rows, filter)
  local keys, out = {}, {}
  for key in pairs(filter) do keys[#keys + 1] = key end
  if #keys == 0 then return rows end
  for _, row in ipairs(rows) do
    if matches(row, keys, filter) then out[#out + 1] = row end
  end
  return out
end

local function check_filter(filter, level)
  if type(filter) ~= "table" then error("a filter is a table, as in {kind = \"ALARM\"}", level) end
end

local function records(filter, level)
  check_filter(filter, level + 1)
  local kind = filter.kind
  if kind ~= nil and not kinds[kind] then
    error("records of kind '" .. tostring(kind) ..
      "' are not kept: ALARM STATE DROP LOG NOTE FAULT UNEXPECTED", level)
  end
  return kept(host.records(kind, filter.node), filter)
end

function methods:records(filter) return records(filter or {}, 3) end
function methods:first(filter) return records(filter, 3)[1] end
function methods:count(filter) return #records(filter, 3) end

function methods:last(filter)
  local all = records(filter, 3)
  return all[#all]
end

-- Of a captured port.
local function packets(filter, what)
  check_filter(filter, 4)
  if filter.port == nil then
    error(what .. " are those of a captured port: give port = \"…\"", 3)
  end
  local rest = {}
  for key, want in pairs(filter) do
    if key ~= "port" then rest[key] = want end
  end
  return kept(host[what](filter.port), rest)
end

function methods:segments(filter) return packets(filter, "segments") end
function methods:datagrams(filter) return packets(filter, "datagrams") end
function methods:arps(filter) return packets(filter, "arps") end

local message_keys = {
  "body", "call_id", "clock_ns", "copy", "cseq", "cseq_method", "id", "local_port", "method", "node", "over", "peer",
  "peer_port", "phrase", "port", "protocol", "sent", "status", "t", "t_ns", "text", "uri",
}

local function is_message_key(key)
  for _, known in ipairs(message_keys) do
    if key == known then return true end
  end
end

-- The captured ports that a filter means.
local function ports_of(filter, level)
  local ports, names = {}, host.captures()
  for _, name in ipairs(names) do
    local node = name:match("^[^:]+")
    if filter.port == nil and (filter.node == nil or filter.node == node) then ports[#ports + 1] = name end
  end
  for _, name in ipairs(filter.port ~= nil and names or {}) do
    local is = name == filter.port or name:match("^[^:]+") == filter.port and #ports == 0
    if is then ports[1] = name end
  end
  if filter.port ~= nil and #ports == 0 then ports[1] = filter.port end -- the host says what is wrong with it
  if #ports == 0 then
    error(filter.node == nil and "messages are those of captured ports, and there is none: net:capture() names them"
      or "no port of node '" .. tostring(filter.node) .. "' is captured: net:capture() names the ports that are", level)
  end
  return ports
end

function methods:messages(filter)
  filter = filter or {}
  check_filter(filter, 3)
  if filter.protocol ~= nil and filter.protocol ~= "sip" then
    error("messages of protocol '" .. tostring(filter.protocol) .. "' are not read: \"sip\" alone is", 2)
  end
  local rest = {}
  for key, want in pairs(filter) do
    if not is_message_key(key) then
      local near = host.nearest(tostring(key), message_keys)
      error("a message has no '" .. tostring(key) .. "'" .. (near and "; did you mean '" .. near .. "'?" or ""), 2)
    end
    if key ~= "port" and key ~= "protocol" then rest[key] = want end
  end
  return kept(messages_at(ports_of(filter, 3), self.cache), rest)
end

local function measures()
  local known = {}
  for _, name in ipairs(host.measure_names()) do known[name] = true end
  return setmetatable({}, { __index = function(_, name)
    if not known[name] then
      local near = type(name) == "string" and host.nearest(name, host.measure_names())
      error("there is no measure '" .. tostring(name) .. "'" ..
        (near and "; did you mean '" .. near .. "'?" or ""), 2)
    end
    local v, digits = host.measure(name)
    return v and v / 10 ^ digits
  end })
end

return function(facts)
  local run = { measures = measures(), cache = {}, reached = facts.reached_ns / 1e9 }
  for key, value in pairs(facts) do run[key] = value end
  for name, method in pairs(methods) do run[name] = method end
  return strict(run, "run")
end
