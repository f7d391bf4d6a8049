/// A failure on request: which requests it meets, and what happens to them.
package struct FaultRule: Sendable, Hashable {
    package enum Effect: Sendable, Hashable {
        /// The connection is cut before the request is looked at.
        case drop
        /// The request is served, and the connection is cut instead of the answer.
        case loseAnswer
        /// No answer, until the client gives up or the rule is removed.
        case hang
        /// The request waits before it is served.
        case delay(Duration)
        /// A refusal with the reason that belongs to the status, such as 409, 410, 429, 500 or 503.
        case refuse(status: Int, retryAfterSeconds: Int? = nil)
        /// The answer is cut after so many bytes of its body, in the middle of a chunk.
        case cut(afterBytes: Int)
    }

    package var effect: Effect
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; any without.
    package var verb: String?
    /// The plural, as in paths; any without.
    package var resource: String?
    package var namespace: String?
    package var name: String?
    /// What the path begins with.
    package var pathPrefix: String?
    /// The name of the user.
    package var user: String?
    /// Of each request that matches, 0...1; drawn from the server's seed.
    package var probability: Double
    /// How many requests it meets before it is gone; all without.
    package var count: Int?

    package init(
        _ effect: Effect, verb: String? = nil, resource: String? = nil, namespace: String? = nil, name: String? = nil,
        pathPrefix: String? = nil, user: String? = nil, probability: Double = 1, count: Int? = nil
    ) {
        self.effect = effect
        self.verb = verb
        self.resource = resource
        self.namespace = namespace
        self.name = name
        self.pathPrefix = pathPrefix
        self.user = user
        self.probability = probability
        self.count = count
    }

    func matches(_ info: RequestInfo, user: UserInfo) -> Bool {
        (verb == nil || verb == info.verb) && (resource == nil || resource == info.plural)
            && (namespace == nil || namespace == info.namespace) && (name == nil || name == info.name)
            && (self.user == nil || self.user == user.name)
            && (pathPrefix.map { info.path.hasPrefix($0) } ?? true)
    }
}
