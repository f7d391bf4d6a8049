local suspended = obj.spec.suspend == true

local missing = false
if obj.status ~= nil and obj.status.targets ~= nil then
  for _, target in pairs(obj.status.targets) do
    missing = missing or target.missingSince ~= nil
  end
end

local actions = {}
actions["reconcile"] = {["iconClass"] = "fa fa-fw fa-redo", ["displayName"] = "Reconcile now"}
actions["suspend"] = {["iconClass"] = "fa fa-fw fa-pause", ["disabled"] = suspended}
actions["resume"] = {["iconClass"] = "fa fa-fw fa-play", ["disabled"] = not suspended}
actions["accept-loss"] = {["iconClass"] = "fa fa-fw fa-check", ["displayName"] = "Accept the loss", ["disabled"] = not missing}
return actions
