internal import KubeAPI

extension RegionalWorkerPool {
    /// The PriorityClass that the pool would have made; `nil` where it makes none.
    ///
    /// It is no pool's own: see `SharedPriorityClasses`.
    func priorityClass() -> DesiredChild? {
        guard let request = spec.placement.priorityClass, request.create, let value = request.value else { return nil }
        return SharedPriorityClasses.desired(request.name, value: value)
    }
}

extension JSONObject {
    /// Gives a pod's spec a PriorityClass where it names none.
    mutating func setPriorityClassIfNone(_ request: RegionalWorkerPool.PriorityClassRequest?) {
        guard let request, self["priorityClassName"]?.string ?? "" == "" else { return }
        self["priorityClassName"] = .string(request.name)
    }
}
