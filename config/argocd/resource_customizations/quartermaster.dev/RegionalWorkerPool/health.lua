-- The status follows kstatus (sigs.k8s.io/cli-utils/pkg/kstatus): Ready is always there once the operator has seen the object,
-- Reconciling and Stalled are there only while they are True. docs/reference/reasons.md of Quartermaster explains the reasons.
local function map(value)
  if type(value) == "table" then
    return value
  end
  return {}
end

local metadata, spec, status = map(obj.metadata), map(obj.spec), map(obj.status)

local conditions = {}
for _, condition in pairs(map(status.conditions)) do
  if type(condition) == "table" and type(condition.type) == "string" then
    conditions[condition.type] = condition
  end
end

local function isTrue(kind)
  return map(conditions[kind]).status == "True"
end

local function health(code, message)
  local told = map(conditions["Ready"]).message
  if message == nil and type(told) == "string" then
    message = told
  end
  return {status = code, message = message or ""}
end

if metadata.deletionTimestamp ~= nil then
  if map(conditions["Ready"]).reason == "Deleting" then
    return health("Progressing")
  end
  return health("Progressing", "is being deleted")
end
-- A status of an older generation says nothing about this one; -1 is the CRD's default.
if type(status.observedGeneration) ~= "number" or status.observedGeneration ~= metadata.generation then
  return health("Progressing", "the operator has not reported on this generation yet")
end
-- Nothing improves without an edit.
if isTrue("Stalled") then
  return health("Degraded")
end
-- The operator continues by itself.
if isTrue("Reconciling") then
  return health("Progressing")
end
-- Ready says whether anything would change if it were not.
if spec.suspend == true then
  return health("Suspended")
end
if isTrue("Ready") then
  return health("Healthy")
end
return health("Progressing")
