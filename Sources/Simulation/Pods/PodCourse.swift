internal import KubeAPI

/// Where all containers of a pod are at a moment: init containers one after the other, then the others together.
struct PodCourse: Sendable {
    struct Entry: Sendable {
        var container: JSONValue
        var course: ContainerCourse
        /// Ready and started are told of it while it runs.
        var isSidecar = false

        var name: String { container["name"]?.string ?? "" }
    }

    private(set) var initEntries: [Entry] = []
    private(set) var entries: [Entry] = []
    /// The names of the init containers that have not ended yet.
    private(set) var uninitialized: [String] = []
    private(set) var phase = "Pending"

    /// - Parameters:
    ///   - elapsed: since the pod's containers could start; negative before that.
    ///   - missing: what the pod refers to and is not there.
    init(_ pod: PodFacts, elapsed: Duration, missing: [PodReference], run: Duration) {
        guard elapsed >= .zero, !missing.contains(where: \.isMounted) else {
            wait(pod, reason: "ContainerCreating")
            return
        }
        let rest = initialize(pod, elapsed: elapsed, missing: missing, run: run)
        guard let rest else { return }
        for container in pod.containers {
            let course = Self.course(container, of: pod, elapsed: rest, missing: missing, run: run)
            entries.append(Entry(container: container, course: course))
        }
        determinePhase()
    }

    var nextChange: Duration? { (initEntries + entries).compactMap(\.course.nextChange).min() }

    private mutating func wait(_ pod: PodFacts, reason: String) {
        let isFirst = pod.initContainers.isEmpty
        let waiting = ContainerCourse(.waiting(reason: isFirst ? reason : "PodInitializing", message: ""))
        initEntries = pod.initContainers.map {
            Entry(container: $0, course: waiting, isSidecar: $0["restartPolicy"]?.string == "Always")
        }
        entries = pod.containers.map { Entry(container: $0, course: waiting) }
        uninitialized = initEntries.map(\.name)
    }

    /// Walks the init containers.
    ///
    /// - Returns: the time that is left for the containers, `nil` where the pod does not come so far.
    private mutating func initialize(
        _ pod: PodFacts, elapsed: Duration, missing: [PodReference], run: Duration
    ) -> Duration? {
        let waiting = ContainerCourse(.waiting(reason: "PodInitializing", message: ""))
        var rest: Duration? = elapsed
        for container in pod.initContainers {
            let isSidecar = container["restartPolicy"]?.string == "Always"
            guard let left = rest else {
                initEntries.append(Entry(container: container, course: waiting, isSidecar: isSidecar))
                uninitialized.append(container["name"]?.string ?? "")
                continue
            }
            let course = Self.course(
                container, of: pod, elapsed: left, missing: missing, run: run,
                restart: isSidecar ? .always : (pod.restartPolicy == "Never" ? .never : .onFailure))
            initEntries.append(Entry(container: container, course: course, isSidecar: isSidecar))
            if course.ending?.exitCode == 0 {
                let script = ContainerCourse.Script(container: container, of: pod, restart: .never, run: run)
                rest = left - (script.run ?? .zero)
            } else if !(isSidecar && course.isRunning) {
                rest = nil
                uninitialized.append(container["name"]?.string ?? "")
                if course.ending != nil { phase = "Failed" }
            }
        }
        if rest == nil { entries = pod.containers.map { Entry(container: $0, course: waiting) } }
        return rest
    }

    private mutating func determinePhase() {
        let endings = entries.compactMap(\.course.ending)
        if endings.count == entries.count {
            phase = endings.allSatisfy { $0.exitCode == 0 } ? "Succeeded" : "Failed"
            for index in initEntries.indices where initEntries[index].isSidecar {
                initEntries[index].course = ContainerCourse(.ended(.init(exitCode: 0)))
            }
        } else if entries.contains(where: { !$0.course.isWaiting || $0.course.lastEnding != nil }) {
            phase = "Running"
        }
    }

    private static func course(
        _ container: JSONValue, of pod: PodFacts, elapsed: Duration, missing: [PodReference], run: Duration,
        restart: ContainerCourse.Restart? = nil
    ) -> ContainerCourse {
        let name = container["name"]?.string ?? ""
        if let reference = missing.first(where: { $0.container == name }) {
            return ContainerCourse(.waiting(reason: "CreateContainerConfigError", message: reference.complaint))
        }
        let policy: ContainerCourse.Restart =
            switch pod.restartPolicy {
            case "Never": .never
            case "OnFailure": .onFailure
            default: .always
            }
        return ContainerCourse(
            .init(container: container, of: pod, restart: restart ?? policy, run: run), elapsed: elapsed)
    }
}
