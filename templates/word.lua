-- What Word needs that HTML does not say: where pages turn, where the contents stand, what is for screens only.
-- Headings move up by one, because the document's title is Word's Title and not its first heading.

local PORTRAIT = '<w:pgSz w:w="11906" w:h="16838"/>'
local LANDSCAPE = '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
local MARGINS = '<w:pgMar w:top="1247" w:right="1020" w:bottom="1134" w:left="1020" w:header="567" w:footer="567" w:gutter="0"/>'

local function end_of_section(page)
  return pandoc.RawBlock("openxml", "<w:p><w:pPr><w:sectPr>" .. page .. MARGINS .. "</w:sectPr></w:pPr></w:p>")
end

-- A citation style that numbers its entries gives the number and the text as two blocks; Word wants one paragraph.
local function number_and_entry(div)
  if #div.content < 2 then
    return nil
  end
  local entry = pandoc.List({})
  for index, part in ipairs(div.content) do
    if index > 1 then
      entry:insert(pandoc.RawInline("openxml", "<w:r><w:tab/></w:r>"))
    end
    entry:extend(pandoc.utils.blocks_to_inlines({ part }))
  end
  div.content = { pandoc.Para(entry) }
  return div
end

function Div(div)
  if div.classes:includes("not-in-word") then
    return {}
  elseif div.classes:includes("contents") then
    return pandoc.RawBlock("openxml", "<w:p><w:r><w:t>evibrief:contents</w:t></w:r></w:p>")
  elseif div.classes:includes("csl-entry") then
    return number_and_entry(div)
  elseif div.classes:includes("landscape") then
    local blocks = pandoc.List({ end_of_section(PORTRAIT) })
    blocks:extend(div.content)
    blocks:insert(end_of_section(LANDSCAPE))
    return blocks
  end
end

-- The document's title stands in its title block and in its properties.
function Meta(meta)
  meta.title = nil
  return meta
end

function Header(header)
  if header.classes:includes("title") then
    return pandoc.Div(pandoc.Para(header.content), pandoc.Attr(header.identifier, {}, { ["custom-style"] = "Title" }))
  end
  header.level = header.level - 1
  return header
end

function Link(link)
  if link.classes:includes("not-in-word") then
    return {}
  end
end
