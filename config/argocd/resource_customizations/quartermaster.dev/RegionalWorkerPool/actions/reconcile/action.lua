-- status.lastHandledReconcileAt repeats the value once the operator has acted on it.
local os = require("os")
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["quartermaster.dev/requestedAt"] = os.date("!%Y-%m-%dT%H:%M:%SZ")
return obj
