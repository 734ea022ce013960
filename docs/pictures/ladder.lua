-- SPDX-License-Identifier: GPL-3.0-or-later
-- ladder.lua: a ladder on stdin as a picture (SVG) on stdout. Every character keeps its cell of a grid; lifelines and
-- arrows become lines, so that they meet in every font, and a message passes over the lifelines between its ends.
-- Losses and alarms are red. `./bootstrap reference` makes docs/pictures/ladder.svg with it.
local cell_w, cell_h, margin = 7.2, 17, 14
local paper, ink, faint, red, blue = "#fffdf7", "#212121", "#8a8a8a", "#c62828", "#1565c0"
local lifeline = { ["│"] = true, ["┊"] = true }

local rows, columns, lives = {}, 0, {}
for line in io.lines() do
  local row = { line = line, folded = line:find("┊", 1, true) }
  for _, code in utf8.codes(line) do row[#row + 1] = utf8.char(code) end
  for at = 1, #row do
    if lifeline[row[at]] then lives[at] = true end
  end
  rows[#rows + 1] = row
  columns = math.max(columns, #row)
end

local function put(...) io.write(string.format(...)) end

local function x_of(at) return margin + (at - 1) * cell_w end
local function y_of(n) return margin + (n - 1) * cell_h end

local function stroke(x1, y1, x2, y2, paint, more)
  put('<path d="M%.1f %.1fL%.1f %.1f" stroke="%s"%s/>\n', x1, y1, x2, y2, paint, more or "")
end

local function colour(line)
  for _, mark in ipairs { "✗", "lost at", "EndPointUnregistered" } do
    if line:find(mark, 1, true) then return red end
  end
  return line:find("■", 1, true) and blue or ink
end

-- All lifelines, from below the first line (the names) to above the last; dotted where time is folded.
local function draw_lifelines()
  for at = 1, columns do
    for n = 2, lives[at] and #rows - 1 or 0 do
      local x = x_of(at) + cell_w / 2
      stroke(x, y_of(n), x, y_of(n + 1), faint, rows[n].folded and ' stroke-dasharray="2 4"')
    end
  end
end

local function draw_arrow(x, y, ahead, paint)
  put('<path d="M%.1f %.1fl%.1f 4.5l%.1f 4.5z" fill="%s"/>\n', x, y - 4.5, ahead, -ahead, paint)
end

local function draw_text(row, at, to, y, paint)
  local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }
  local x, width = x_of(at), (to - at + 1) * cell_w
  put('<rect x="%.1f" y="%.1f" width="%.1f" height="%d" fill="%s"/>\n', x, y + 1, width, cell_h - 2, paper)
  put('<text x="%.1f" y="%.1f" fill="%s" textLength="%.1f">%s</text>\n', x, y + 12.5, paint, width,
    (table.concat(row, "", at, to):gsub("[&<>]", escapes)))
end

-- A run of a line is one stroke, up to the lifelines beside it; words with one blank between them are one text.
local function draw_row(row, y)
  local paint, at, mid = colour(row.line), 1, y + cell_h / 2
  local text = function(c) return c and not (lifeline[c] or c == "─" or c == "▶" or c == "◀" or c == "✗") end
  while at <= #row do
    local c, to, x = row[at], at, x_of(at)
    if c == "─" then
      while row[to + 1] == "─" do to = to + 1 end
      local before = lifeline[row[at - 1]] and cell_w / 2 or 0
      local after = lifeline[row[to + 1]] and cell_w / 2 or 0
      stroke(x - before, mid, x_of(to + 1) + after, mid, paint)
    elseif c == "▶" then
      draw_arrow(x, mid, cell_w * 1.5, paint)
    elseif c == "◀" then
      draw_arrow(x + cell_w, mid, -cell_w * 1.5, paint)
    elseif c == "✗" then
      stroke(x, mid - 4, x + 8, mid + 4, paint)
      stroke(x, mid + 4, x + 8, mid - 4, paint)
    elseif c ~= " " and not lifeline[c] then
      while text(row[to + 1]) and (row[to + 1] ~= " " or (text(row[to + 2]) and row[to + 2] ~= " ")) do to = to + 1 end
      draw_text(row, at, to, y, paint)
    end
    at = to + 1
  end
end

local width, height = math.ceil(columns * cell_w) + 2 * margin, #rows * cell_h + 2 * margin
put('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">\n', width, height, width, height)
put('<rect width="100%%" height="100%%" fill="%s"/>\n', paper)
put('<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="12" stroke-width="1.2" xml:space="preserve">\n')
draw_lifelines()
for n, row in ipairs(rows) do draw_row(row, y_of(n)) end
put("</g>\n</svg>\n")
