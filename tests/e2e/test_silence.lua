-- SPDX-License-Identifier: GPL-3.0-or-later
-- The far end of a call hears nothing from the moment on when the near one dies, over one CUBE or two, as a count and
-- packet by packet. Expected times: those of the scenarios, and RFC 4028 10 for the BYE.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local function play(rtp, what)
  local folder = ("%s/%s-%s"):format(dt.tmp(), rtp, what)
  local status, out, err = dt.run { "run", dt.src .. "/tests/e2e/scenarios/silence.lua", "--set", "rtp=" .. rtp,
                                    "--set", "what=" .. what, "--json", "-o", folder }
  dt.equal(status, 0, rtp .. ": exit status: " .. err)
  return json.decode(out), folder
end

local function silences(folder)
  local list = {}
  for _, row in ipairs(dt.query(folder, [[select n.name, r.text from record r join node n on n.id = r.node
      where r.kind = 'NOTE' and r.text like 'rtp: heard nothing%' order by r.id]])) do
    list[#list + 1] = row[1] .. " " .. row[2]:match "since.*"
  end
  return table.concat(list, ", ")
end

local function why(folder, text)
  local _, out = dt.run { "why", folder, "rtp_silence_s" }
  out = out:gsub("%s+", " ")
  dt.ok(out:find(text, 1, true), "why lacks '%s':\n%s", text, out)
end

local sent = {}
for _, rtp in ipairs { "flow", "packets" } do
  -- Answered at 3 s, dead at 15 s; BYE at 3 s + 90 s - 30 s.
  local doc, folder = play(rtp, "dies")
  dt.near(dt.measure(doc, "rtp_silence_s"), 63 - 15, 0.1, rtp .. ": silence of the dead")
  dt.equal(silences(folder), "outer since 15.0 s, inner since 15.0 s, called since 15.0 s", rtp .. ": who tells")
  sent[rtp] = dt.measure(doc, "rtp_packets_sent")
  dt.near(sent[rtp], 3 * 12 * 50 + 3 * 60 * 50, 15, rtp .. ": packets, 12 s one way and 60 s the other, three legs each")
  why(folder, "crash caller")

  -- Ten seconds without a cable: both ends are without the other's voice.
  doc, folder = play(rtp, "cut")
  dt.near(dt.measure(doc, "rtp_silence_s"), 2 * 10, 0.1, rtp .. ": silence of a cut cable")
  dt.near(dt.measure(doc, "rtp_packets_lost"), 2 * 500, 2, rtp .. ": packets lost by a cut cable")
  why(folder, "link-cut")

  -- On hold nothing should come: the called side does not want to hear, and goes on to be heard.
  doc, folder = play(rtp, "hold")
  dt.equal(dt.measure(doc, "rtp_silence_s"), 0, rtp .. ": silence on hold")
  dt.equal(silences(folder), "", rtp .. ": who tells of a hold")

  -- The second CUBE dies: both ends hear nothing, and end the call when its session expires or its refresh fails.
  doc, folder = play(rtp, "box-dies")
  dt.ok(dt.measure(doc, "rtp_silence_s") > 2 * 40, "%s: silence without the box: %s s", rtp, dt.measure(doc, "rtp_silence_s"))
  why(folder, "crash inner")
end
dt.near(sent.flow, sent.packets, 3, "packets sent as a count, and one by one")

-- Seed 003's provider, who refreshes, dies at 5:00; BYE at 12 s + 1800 s - 32 s.
local doc = dt.play("session-refresh", { "case=silent" }, { "--until", "1h" })
dt.near(dt.measure(doc, "rtp_silence_s"), 1480, 0.1, "silence of the dead provider")
dt.equal(dt.measure(dt.play("session-refresh", { "case=main" }, { "--until", "1h" }), "rtp_silence_s"), 0, "silence of a sound call")
dt.done()
