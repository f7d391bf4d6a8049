internal import KubeAPI
internal import Reconcilers

extension NamespaceImport {
    /// Lists what the environment can take over, by the rules of the operator itself, and says why it can't have the rest.
    mutating func takeOver() throws {
        environment.components = workloads.map(\.component)
        let forecasts = try forecasts()
        var listed: [JSONValue] = []
        func list(_ object: DynamicObject) {
            listed.append(["kind": .string(object.kind), "name": .string(object.name)])
        }
        for index in workloads.indices {
            let own = forecasts.filter { $0.component == workloads[index].component.name }
            guard let workload = own.first(where: { $0.live.kind == workloads[index].object.kind }) else { continue }
            if let objection = workload.objection {
                sayObjection(objection, to: workload.live, at: index)
                continue
            }
            adopted.insert(workloads[index].component.name)
            for kind in Self.takenKinds {
                for forecast in own where forecast.live.kind == kind {
                    if let objection = forecast.objection {
                        sayObjection(objection, to: forecast.live, at: index)
                    } else {
                        list(forecast.live)
                    }
                }
            }
            sayClaims(own.filter { $0.objection == nil }.map(\.live), at: index)
        }
        for ingress in contents.all("Ingress") where !ingress.isOfTheOperator {
            let forecast = forecasts.first { $0.live.kind == ingress.kind && $0.live.name == ingress.name }
            if let forecast, forecast.objection == nil, Self.leadsOn(forecast) {
                list(ingress)
            } else {
                sayIngress(ingress, forecast)
            }
        }
        environment.components = workloads.map(\.component)
        if !listed.isEmpty { environment.fields["adopt"] = ["objects": .array(listed)] }
    }

    /// In the order in which they are listed.
    private static let takenKinds = [
        "Deployment", "StatefulSet", "CronJob", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget",
        "PersistentVolumeClaim",
    ]

    /// Of what somebody else has made under names that the environment would give.
    private func forecasts() throws -> [AdoptionForecast] {
        let objects = (Self.takenKinds + ["Ingress"]).flatMap(contents.all).filter { !$0.isOfTheOperator }
        guard !objects.isEmpty else { return [] }
        let manifest = try YAML.parse(environment.manifest().text)
        return try manifest.flatMap { document in
            try AppEnvironment(defaulting: DynamicObject(document)).adoptionForecasts(of: objects)
        }
    }

    private mutating func sayObjection(_ objection: String, to live: DynamicObject, at index: Int) {
        // That a tool delivers it is said once, of all.
        guard NamespaceTracker(of: live) == nil else { return }
        workloads[index].component.leaveOut(
            "\(live.kind) \(live.name) is not taken over, and stays as it is: \(objection).")
    }

    private mutating func sayClaims(_ taken: [DynamicObject], at index: Int) {
        let claims = Set(taken.filter { $0.kind == "PersistentVolumeClaim" }.map(\.name))
        let component = workloads[index].component
        for (place, volume) in component.list("volumes").enumerated() {
            let name = volume["name"]?.string ?? ""
            let own = claims.filter { claim in
                claim == "\(component.name)-\(name)"
                    || workloads[index].kind == .statefulSet && claim.hasPrefix("\(name)-\(component.name)-")
            }.sorted()
            guard let first = own.first else { continue }
            workloads[index].component.note(
                own.count == 1
                    ? "The claim \(first) is taken over with its data, and never deleted."
                    : "The claims \(own.joined(separator: ", ")) are taken over with their data, and never deleted.",
                at: "volumes", String(place))
        }
    }

    /// The environment makes none for a host that somebody else's Ingress serves.
    private mutating func sayIngress(_ ingress: DynamicObject, _ forecast: AdoptionForecast?) {
        let served = (ingress[path: "spec", "rules"]?.array ?? []).compactMap { $0["host"] }
        let entries = environment.fields["ingress"]?.array ?? []
        let place = entries.firstIndex { entry in
            served.contains { $0 == entry["host"] || entry["additionalHosts"]?.array?.contains($0) == true }
        }
        guard let place else { return }
        let reason: String
        if let objection = forecast?.objection ?? NamespaceTracker(of: ingress)?.objection {
            reason = objection
        } else if forecast == nil {
            reason = "that of the environment is called after the first host"
        } else {
            reason = "some of its paths lead elsewhere than the environment's"
        }
        environment.leaveOut(
            """
            Ingress \(ingress.name) is not taken over, since \(reason). It goes on to serve the host, and the environment's is not made \
            (HostConflict) until you delete it, or label it quartermaster.dev/share=true so that both serve the host: then delete it once the \
            environment's answers.
            """, at: "spec", "ingress", String(place))
    }
}
