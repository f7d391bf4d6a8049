internal import KubeAPI

extension ResolvedPool {
    /// The ScaledObject of a region.
    func scaledObject(of region: Region, _ plan: ScalerPlan) throws -> DesiredChild? {
        guard plan.hasScaledObject, let scaling = spec.scaling, let settings = scaling.keda else { return nil }
        var child = try DesiredChild(
            .scaledObject, of: pool, named: region.childName, labels: [LabelKey.region: region.name],
            part: region.name, [:])
        child.object[path: "metadata", "annotations", AnnotationKey.transferAutoscaler] = "true"
        child.object["spec"] = region.target.scaledObjectSpec(
            settings, behavior: scaling.behavior.json, authentication: triggerAuthenticationName,
            values: ["REGION": region.name, "POOL": name, "NAMESPACE": namespace])
        return child
    }

    /// The TriggerAuthentication of the pool: KEDA reads the Secrets, the operator does not.
    func triggerAuthentications() throws -> [DesiredChild] {
        guard scaler == .keda, let secrets = spec.scaling?.keda?.triggerAuthenticationSpec else { return [] }
        return [
            try DesiredChild(
                .triggerAuthentication, of: pool, named: triggerAuthenticationName, ["spec": secrets])
        ]
    }
}
