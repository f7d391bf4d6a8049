internal import KubeAPI

/// Where a simulated container is at a moment of its life: a pure function of its pod and of the time since it started.
struct ContainerCourse: Sendable, Hashable {
    enum State: Sendable, Hashable {
        case waiting(reason: String, message: String)
        case running
        case ended(Ending)
    }

    struct Ending: Sendable, Hashable {
        var exitCode: Int
        var message: String?

        var reason: String { exitCode == 0 ? "Completed" : "Error" }
    }

    /// When a container that ended is started once more. Source: Kubernetes, "Container restart policy".
    enum Restart: Sendable {
        case never
        case onFailure
        case always
    }

    var state: State
    var restarts = 0
    var lastEnding: Ending?
    /// How long until the state changes by itself.
    var nextChange: Duration?

    var isRunning: Bool { state == .running }

    var ending: Ending? {
        if case .ended(let ending) = state { ending } else { nil }
    }

    var isWaiting: Bool {
        if case .waiting = state { true } else { false }
    }

    /// How the course of a container is written in its image's name and its pod's annotations.
    struct Script: Sendable {
        var container: String
        var pod: String
        var image: String
        /// `nil` runs for good.
        var run: Duration?
        var ending: Ending
        var restart: Restart

        init(container: JSONValue, of pod: PodFacts, restart: Restart, run: Duration) {
            let name = container["name"]?.string ?? ""
            let image = container["image"]?.string ?? ""
            let isCrashing = image.contains("crash")
            let seconds = pod.annotation(SimulationAnnotation.runSeconds, container: name).flatMap(Double.init)
            let exitCode = pod.annotation(SimulationAnnotation.exitCode, container: name).flatMap { Int($0) }
            let isEnding = isCrashing || exitCode != nil || restart != .always
            self.container = name
            self.pod = "\(pod.object.name)_\(pod.object.namespace)(\(pod.object.uid))"
            self.image = image
            self.run = seconds.map { .milliseconds(Int64($0 * 1000)) } ?? (isEnding ? run : nil)
            self.restart = restart
            ending = Ending(
                exitCode: exitCode ?? (isCrashing ? 1 : 0),
                message: pod.annotation(SimulationAnnotation.terminationMessage, container: name))
        }
    }

    /// - Parameter elapsed: since the container could start.
    init(_ script: Script, elapsed: Duration) {
        if script.image.contains("fail-image") {
            state = .waiting(
                reason: "ImagePullBackOff",
                message: "Back-off pulling image \"\(script.image)\": ErrImagePull: failed to pull and unpack image "
                    + "\"\(script.image)\": not found")
            return
        }
        guard let run = script.run, elapsed >= run else {
            state = .running
            nextChange = script.run.map { $0 - elapsed }
            return
        }
        let isRestarted = script.restart == .always || (script.restart == .onFailure && script.ending.exitCode != 0)
        guard isRestarted else {
            state = .ended(script.ending)
            return
        }
        self = Self.backingOff(script, run: run, sinceFirstEnding: elapsed - run)
    }

    init(_ state: State) { self.state = state }

    /// Restarts wait 10 s, then twice as long each, five minutes at most. Source: Kubernetes, "Pod Lifecycle".
    private static func backingOff(_ script: Script, run: Duration, sinceFirstEnding: Duration) -> ContainerCourse {
        var rest = sinceFirstEnding
        var wait: Duration = .seconds(10)
        // The first restart follows at once.
        var restarts = 1
        while rest >= wait + run {
            rest -= wait + run
            wait = min(wait * 2, .seconds(300))
            restarts += 1
        }
        var course = ContainerCourse(.running)
        course.lastEnding = script.ending
        if rest < wait {
            course.state = .waiting(
                reason: "CrashLoopBackOff",
                message: "back-off \(text(wait)) restarting failed container=\(script.container) pod=\(script.pod)")
            course.restarts = restarts
            course.nextChange = wait - rest
        } else {
            course.restarts = restarts + 1
            course.nextChange = wait + run - rest
        }
        return course
    }

    private static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        return seconds < 60 ? "\(seconds)s" : "\(seconds / 60)m\(seconds % 60)s"
    }
}
