-- SPDX-License-Identifier: GPL-3.0-or-later
-- compare.lua FOLDER ROUNDS: medians and ratios of what tests/bench/compare measured there.
local json = require "dkjson"
local work, rounds = arg[1], tonumber(arg[2])

local function read(path)
  local f = assert(io.open(path, "rb"))
  local text = f:read("a")
  f:close()
  return text
end

local samples = {} -- samples[key] = list of ns
local function add(key, ns)
  samples[key] = samples[key] or {}
  table.insert(samples[key], ns)
end
local function median(key)
  local list = samples[key]
  if not list then return nil end
  table.sort(list)
  return (list[(#list + 1) // 2] + list[#list // 2 + 1]) / 2
end

for round = 1, rounds do
  for _, name in ipairs { "ours", "phones" } do
    for _, row in ipairs(json.decode(read(("%s/%s-%d.json"):format(work, name, round))).bench) do
      add(("ours %s %d"):format(row.name, row.n), row.ns)
    end
  end
end
for line in io.lines(work .. "/theirs.csv") do
  local workload, n, scheduler, ns = line:match("^(%a+),(%d+),(%a+),[^,]*,%d+,%d+,[%d.]+,%d+,([%d.]+)")
  if workload then add(("%s %s %s"):format(scheduler, workload, n), tonumber(ns)) end
end
for line in io.lines(work .. "/phones.txt") do
  local us = line:match("us_per_keepalive=([%d.]+)")
  if us then add("csma phones 1000", tonumber(us) * 1000) end
end

local met = true
print(("%-28s %12s %12s %8s %8s"):format("workload", "dialtone ns", "ns-3 ns", "ratio", "goal"))
local function row(workload, rivals, goal)
  local ours, best, who = median("ours " .. workload), nil, nil
  for _, rival in ipairs(rivals) do
    local ns = median(rival .. " " .. workload)
    if ns and (not best or ns < best) then best, who = ns, rival end
  end
  if not ours or not best then
    print(("%-28s not measured"):format(workload))
    met = false
    return
  end
  local ratio = best / ours
  met = met and (not goal or ratio >= goal)
  print(("%-28s %12.1f %12.1f %7.1fx %8s  (%s)"):format(workload, ours, best, ratio, goal and goal .. "x" or "-", who))
end
local schedulers = { "Map", "Heap", "PriorityQueue" }
row("hold 1000", schedulers, 2)
row("hold 100000", schedulers)
row("churn 1000", schedulers, 8)
row("churn 100000", schedulers, 8)
row("phones 1000", { "csma" }, 15)
os.exit(met and 0 or 1)
