internal import KubeAPI

extension EnvironmentObservation {
    /// The condition `ServicesReady`, where there are services. `Ready` does not depend on it: whether the components stand they
    /// say themselves, and a database that is down for a moment is somebody else's.
    static func addServices(_ observed: EnvironmentObservation, to conditions: inout Conditions) {
        let services = observed.environment.boundServices
        guard let dependencies = observed.dependencies, !services.isEmpty else { return }
        let states = dependencies.databases
        let hints = services.flatMap { states[$0.name]?.hints ?? [] }.prefix(3)
        func note(_ status: Condition.Status, _ reason: Reason, _ words: String) {
            conditions.note(.servicesReady, status, reason, ([words] + hints).joined(separator: "; "))
        }
        for service in services {
            switch states[service.name]?.standing {
            case .missing, .starting:
                let isMissing = states[service.name]?.standing == .missing
                let words = "\(service.title) is not ready: \(states[service.name]?.wait ?? "")"
                return note(
                    .false, isMissing ? .missing : .unavailable,
                    isMissing ? "\(service.title), which service \(service.name) names, does not exist" : words)
            case .notServed:
                return note(
                    .unknown, .crdNotInstalled,
                    "CloudNativePG is not installed: \(service.title) is taken to be there")
            case .unread(let problem):
                return note(
                    .unknown, .unread, "\(service.title) is not read yet\(problem.map { ": \($0)" } ?? "")")
            case .ready, nil: continue
            }
        }
        note(.true, .available, services.count.counted("service"))
    }
}
