-- Artifacts that were found missing until now may be gone. What is lost later is reported again.
local latest = nil
for _, target in pairs(obj.status.targets) do
  local since = target.missingSince
  -- Times in UTC of one length: the later one is greater as text.
  if since ~= nil and (latest == nil or since > latest) then
    latest = since
  end
end
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["quartermaster.dev/accepted-loss"] = latest
return obj
