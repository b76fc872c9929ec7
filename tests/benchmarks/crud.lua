-- For wrk: create, get, list and delete templates in turn, then print one JSON line of totals.

dofile((os.getenv("BENCH_FOLDER") or ".") .. "/post.lua")

local content = wrk.body
local count = 0
-- A template that was created so many requests ago is there, whatever the connections' order.
local behind = 400

function request()
  local turn = count % 4
  local number = count - turn
  count = count + 1
  if turn == 0 then
    local body = '{"TemplateName": "t' .. number .. '", "TemplateContent": ' .. content .. "}"
    return wrk.format("POST", "/v2/email/templates", nil, body)
  elseif turn == 3 and number > behind then -- wrk asks for one that it does not send
    return wrk.format("DELETE", "/v2/email/templates/t" .. (number - behind), nil, "")
  elseif turn == 2 then
    return wrk.format("GET", "/v2/email/templates?PageSize=10", nil, "")
  end
  return wrk.format("GET", "/v2/email/templates/kept", nil, "")
end
