local suspended = obj.spec.suspend == true

local actions = {}
actions["reconcile"] = {["iconClass"] = "fa fa-fw fa-redo", ["displayName"] = "Reconcile now"}
actions["suspend"] = {["iconClass"] = "fa fa-fw fa-pause", ["disabled"] = suspended}
actions["resume"] = {["iconClass"] = "fa fa-fw fa-play", ["disabled"] = not suspended}
return actions
