-- What Word needs that the page does not say: where pages turn, where the contents stand, which tables have row heads, and
-- which rows stay with the next.
-- Headings move up by one, because the document's title is Word's Title and not its first heading.

-- Marks that the finisher (`formats.docx.body`) reads and takes out again. Each build has its own token, which no text knows.
local TOKEN = "evibrief"
local CONTENTS = '<w:p><w:r><w:t>' .. TOKEN .. ':contents</w:t></w:r></w:p>'
local TURN = '<w:p><w:pPr><w:sectPr><w:pgSz w:orient="%s"/></w:sectPr></w:pPr></w:p>'
local COLUMNS = '<w:p><w:pPr><w:sectPr><w:pgSz/><w:cols w:num="%d"/></w:sectPr></w:pPr></w:p>'
local ROW_HEADS = ":" .. TOKEN
local ROW = '<w:p><w:r><w:t>' .. TOKEN .. ':%s</w:t></w:r></w:p>'

-- A record of at most so many rows stays on one page. A longer one may break, but not after its first row or before its
-- last.
local ROWS_KEPT = 3

local function word(markup)
  return pandoc.RawBlock("openxml", markup)
end

local function styled(name, blocks, identifier)
  return pandoc.Div(blocks, pandoc.Attr(identifier or "", {}, { ["custom-style"] = name }))
end

-- The heading of the contents list, in words of the page's language, then the place of the list in two columns: many
-- short lines.
local function contents(div)
  local blocks = pandoc.List({})
  for _, block in ipairs(div.content) do
    if block.t == "Header" then
      blocks:insert(styled("Contents Heading", pandoc.Para(block.content), block.identifier))
    elseif block.t == "Div" and block.attributes["custom-style"] == "Contents Heading" then
      blocks:insert(block)
    end
  end
  blocks:insert(word(TURN:format("portrait")))
  blocks:insert(word(CONTENTS))
  blocks:insert(word(COLUMNS:format(2)))
  return blocks
end

-- The sources of a core in two columns, as on paper: many short lines.
local function short_sources(div)
  local blocks = pandoc.List({})
  for _, block in ipairs(div.content) do
    if block.t == "Div" and block.classes:includes("csl-bib-body") then
      blocks:insert(word(TURN:format("portrait")))
      blocks:insert(block)
      blocks:insert(word(COLUMNS:format(2)))
    else
      blocks:insert(block)
    end
  end
  return blocks
end

-- Blocks with their headings and paragraphs in other styles. Word frames paragraphs together only if they stand in alike,
-- so what is framed is no list.
local function restyled(blocks, heading, text, framed)
  local function paragraph(one)
    return styled(text, pandoc.Para(one.content))
  end
  local made = pandoc.List({})
  for _, block in ipairs(blocks) do
    if block.t == "Header" then
      made:insert(styled(heading, pandoc.Para(block.content), block.identifier))
    elseif block.t == "Para" or block.t == "Plain" then
      made:insert(paragraph(block))
    elseif block.t == "BulletList" and framed then
      for _, item in ipairs(block.content) do
        made:extend(restyled(item, heading, text, framed))
      end
    elseif block.t == "BulletList" then
      made:insert(block:walk({ Para = paragraph, Plain = paragraph }))
    elseif block.t == "Div" and block.classes:includes("safety") then
      made:extend(restyled(block.content, "Safety Heading", "Safety", true))
    elseif block.t == "Div" and not block.attributes["custom-style"] then
      block.content = restyled(block.content, heading, text, framed)
      made:insert(block)
    else
      made:insert(block)
    end
  end
  return made
end

-- Page one has small headings and text, so that all of it fits; its headings stand in no list of contents.
local function first_page(div)
  return restyled(div.content, "Page One Heading", "Page One Text", false)
end

local function summary(div)
  local first = div.content[1]
  if first and first.t == "Header" then
    div.content[1] = styled("Summary Heading", pandoc.Para(first.content), first.identifier)
  end
  return div.content
end

-- A citation style that numbers its entries gives the number and the text as two blocks; Word wants one paragraph. What
-- is said of the publication stands on a line of its own in it.
local function entry(div)
  local parts = pandoc.List({})
  for index, block in ipairs(div.content) do
    local inlines = pandoc.utils.blocks_to_inlines({ block })
    if index < #div.content and #inlines > 0 and inlines[#inlines].t == "Space" then
      inlines:remove()
    end
    if block.t == "Div" and block.classes:includes("about-reference") then
      parts:insert(pandoc.LineBreak())
    elseif index > 1 then
      parts:insert(pandoc.RawInline("openxml", "<w:r><w:tab/></w:r>"))
    end
    parts:extend(inlines)
  end
  div.content = { pandoc.Para(parts) }
  return div
end

-- What a draft says in front has pages of its own.
local function draft(div)
  div.content:insert(word('<w:p><w:r><w:br w:type="page"/></w:r></w:p>'))
  return div.content
end

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

-- What is unfinished in a draft is marked as with a highlighter.
function Span(span)
  if span.classes:includes("unfinished") then
    local run = '<w:r><w:rPr><w:highlight w:val="yellow"/></w:rPr><w:t xml:space="preserve">%s</w:t></w:r>'
    return pandoc.RawInline("openxml", run:format((pandoc.utils.stringify(span):gsub("[&<>]", ENTITIES))))
  end
end

function Div(div)
  if div.attributes.role == "main" then
    return div.content -- a bookmark around the whole document would hold every comment on it
  elseif div.classes:includes("draft") then
    return draft(div)
  elseif div.classes:includes("first-page") then
    return first_page(div)
  elseif div.classes:includes("summary") then
    return summary(div)
  elseif div.classes:includes("contents") then
    return contents(div)
  elseif div.classes:includes("csl-entry") then
    return entry(div)
  elseif div.classes:includes("sources") and div.classes:includes("short") then
    return short_sources(div)
  elseif div.classes:includes("landscape") then
    local blocks = pandoc.List({ word(TURN:format("portrait")) })
    blocks:extend(div.content)
    blocks:insert(word(TURN:format("landscape")))
    return blocks
  end
end

function Header(header)
  if header.classes:includes("title") then
    return styled("Title", pandoc.Para(header.content), header.identifier)
  end
  header.level = math.max(header.level - 1, 1)
  return header
end

-- What the page says of a row: what it is, or how the link in it is judged.
local KINDS = {
  "part", "band", "entry", "judged", "supported", "one", "limited", "conflicting", "contradicted", "unsearched", "empty",
  "absent",
}

-- Marks what a row is, and the rows of a record that stay with the next; each body of a table is a record. Pandoc takes a
-- first row of header cells for a head of the body.
local function mark_record(body)
  local rows = pandoc.List({})
  rows:extend(body.head)
  rows:extend(body.body)
  for index, row in ipairs(rows) do
    local cell = row.cells[1]
    if cell and index < #rows and (#rows <= ROWS_KEPT or index == 1 or index == #rows - 1) then
      cell.contents:insert(1, word(ROW:format("kept")))
    end
    for _, kind in ipairs(KINDS) do
      if cell and row.classes:includes(kind) then
        cell.contents:insert(1, word(ROW:format(kind)))
      end
    end
  end
end

function Table(element)
  local row_heads = #element.bodies > 0
  for _, body in ipairs(element.bodies) do
    row_heads = row_heads and body.row_head_columns > 0
    mark_record(body)
  end
  local style = element.attributes["custom-style"] or "Evidence Table"
  element.attributes["custom-style"] = style .. (row_heads and ROW_HEADS or "")
  return element
end

-- The document's title stands in its title block, and its properties are written by evibrief.
function Meta()
  return {}
end
