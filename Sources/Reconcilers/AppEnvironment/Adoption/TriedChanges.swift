internal import KubeAPI
internal import Synchronization

/// What the API server has answered to changes that were tried. It is asked once for each, and not in each pass.
///
/// Its answer follows from the object, from what is asked, and from rules of others in the cluster, which nobody watches: it is
/// asked again after ten minutes.
final class TriedChanges: Sendable {
    /// Which spec over which object. Only its hash is kept: variables may be secret.
    struct Question: Sendable, Hashable {
        private let uid: String
        private let resourceVersion: String
        private let digest: String

        init(_ spec: JSONValue, over live: DynamicObject) {
            uid = live.uid
            resourceVersion = live.resourceVersion
            digest = sha256Hex(spec.canonicalBytes())
        }
    }

    struct Answer: Sendable, Hashable {
        var restarts: Bool?
        var changes: [String]?
        /// Why it refuses.
        var refusal: String?
    }

    private static let longestTrust: Duration = .seconds(600)

    private let time: TimeSource
    /// By the environment and the object.
    private let answers = Mutex<[String: [WrittenObject: (question: Question, answer: Answer, since: Duration)]]>([:])

    init(time: TimeSource) { self.time = time }

    func answer(to question: Question, about object: WrittenObject, for environment: String) -> Answer? {
        let now = time.now
        return answers.withLock { answers in
            guard let known = answers[environment]?[object], known.question == question,
                now - known.since < Self.longestTrust
            else { return nil }
            return known.answer
        }
    }

    func learn(_ answer: Answer, to question: Question, about object: WrittenObject, for environment: String) {
        let now = time.now
        answers.withLock { $0[environment, default: [:]][object] = (question, answer, now) }
    }

    /// Forgets objects of which nothing is asked any more.
    func keep(_ objects: Set<WrittenObject>, for environment: String) {
        answers.withLock { answers in
            let kept = answers[environment]?.filter { objects.contains($0.key) } ?? [:]
            answers[environment] = kept.isEmpty ? nil : kept
        }
    }
}
