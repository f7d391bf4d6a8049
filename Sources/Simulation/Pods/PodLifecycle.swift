internal import KubeAPI

/// What the kubelet of a simulated node does with one pod.
enum PodLifecycle {
    /// - Parameters:
    ///   - node: the pod's node, `nil` where it is gone or another's.
    ///   - age: since the kubelet first saw the pod. Times in the API count whole seconds, too coarse for this.
    ///   - missing: what the pod refers to and is not there.
    static func decide(
        pod: PodFacts, node: NodeFacts?, age: Duration, missing: [PodReference] = [], now: Timestamp,
        options: SimulationOptions
    ) -> Decision {
        guard let node, node.isSimulated, pod.nodeName == node.name else { return .nothing }
        // The kubelet of such a node does not answer: what it ran stays as it was.
        guard node.isToBeReady else { return .nothing }
        if pod.object.isBeingDeleted { return end(pod, now: now, options: options) }
        guard !pod.isFinished else { return .nothing }
        return advance(pod, age: age, missing: missing, now: now, options: options)
    }

    private static func end(_ pod: PodFacts, now: Timestamp, options: SimulationOptions) -> Decision {
        let metadata = pod.object["metadata"]
        let grace = metadata?["deletionGracePeriodSeconds"]?.integer ?? 0
        // Already told to go at once: a finalizer holds it, which is not the kubelet's to remove.
        if grace == 0, !pod.object.finalizers.isEmpty { return .nothing }
        let deadline = metadata?["deletionTimestamp"]?.string.flatMap { Timestamp(rfc3339: $0) } ?? now
        let stop: Duration = pod.isFinished ? .zero : min(.seconds(grace), options.shutDown)
        let rest = (deadline + .seconds(-grace) + stop) - now
        guard rest <= .zero else { return Decision(checkAgain: rest) }
        return Decision(writes: [.delete(.pod, pod.object.key, uid: pod.object.uid, gracePeriod: 0)])
    }

    private static func advance(
        _ pod: PodFacts, age: Duration, missing: [PodReference], now: Timestamp, options: SimulationOptions
    ) -> Decision {
        let elapsed = age - options.startUp
        let course = PodCourse(pod, elapsed: elapsed, missing: missing, run: options.run)
        let status = PodStatus.status(of: pod, course: course, now: now)
        var decision = Decision()
        if let write = SimulatedWrite.status(status, of: pod.object, as: .pod, isGuarded: true) {
            decision.writes.append(write)
            decision.writes += complaints(pod, course: course, missing: missing).map(SimulatedWrite.event)
        }
        decision.checkAgain = elapsed < .zero ? .zero - elapsed : course.nextChange
        return decision
    }

    /// Events for what holds the pod back, in the kubelet's words.
    private static func complaints(
        _ pod: PodFacts, course: PodCourse, missing: [PodReference]
    ) -> [SimulatedEvent] {
        let mounts = missing.filter(\.isMounted).map { reference in
            SimulatedEvent(
                regarding: pod.object, isWarning: true, reason: "FailedMount", action: "Mounting",
                note: "MountVolume.SetUp failed for volume: \(reference.complaint)")
        }
        let containers = (course.initEntries + course.entries).compactMap { entry -> SimulatedEvent? in
            guard case .waiting(let reason, let message) = entry.course.state else { return nil }
            let note: String
            switch reason {
            case "ImagePullBackOff": note = message
            case "CreateContainerConfigError": note = "Error: \(message)"
            case "CrashLoopBackOff": note = "Back-off restarting failed container \(entry.name) in pod"
            default: return nil
            }
            return SimulatedEvent(
                regarding: pod.object, isWarning: true,
                reason: reason == "CreateContainerConfigError" ? "Failed" : "BackOff", action: "Starting", note: note)
        }
        return mounts + containers
    }
}
