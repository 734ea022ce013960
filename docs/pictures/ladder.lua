-- SPDX-License-Identifier: GPL-3.0-or-later
-- ladder.lua: a ladder on stdin as a picture (SVG) on stdout: the same characters on one grid, losses and alarms in
-- red. `./bootstrap reference` makes docs/pictures/ladder.svg with it.
local advance, line_height, margin = 7.2, 17, 14

local lines, columns = {}, 0
for line in io.lines() do
  lines[#lines + 1] = line
  columns = math.max(columns, utf8.len(line))
end

local width, height = columns * advance + 2 * margin, #lines * line_height + 2 * margin
local function put(...) io.write(string.format(...)) end

local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }
local function colour(line)
  if line:find("✗", 1, true) or line:find("lost at", 1, true) then return "#c62828" end
  if line:find("EndPointUnregistered", 1, true) then return "#c62828" end
  if line:find("■", 1, true) then return "#1565c0" end
  if line:find("┊", 1, true) then return "#757575" end
  return "#212121"
end

put('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">\n', width, height, width, height)
put('<rect width="100%%" height="100%%" fill="#fffdf7"/>\n')
put('<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="12">\n')
for n, line in ipairs(lines) do
  -- Runs of text are placed by column, so that the lifelines stand straight in every font.
  local y, fill = margin + n * line_height - 4, colour(line)
  local column = 0
  for word in line:gmatch("%s*[^%s]+") do
    local lead = #word:match("^%s*")
    local text = word:sub(lead + 1)
    local n_chars = utf8.len(text)
    put('<text x="%.1f" y="%d" fill="%s" textLength="%.1f">%s</text>\n', margin + (column + lead) * advance, y, fill,
      n_chars * advance, (text:gsub("[&<>]", escapes)))
    column = column + lead + n_chars
  end
end
put("</g>\n</svg>\n")
