internal import KubeAPI

/// Acting as somebody else. Source: Kubernetes documentation, "User impersonation".
struct ImpersonationCheck {
    let core: APICore

    /// The user that a request wants to be taken for, or the one who sent it.
    ///
    /// - Throws: `APIFailure` 403 without the right to do so.
    func user(of request: HTTPServerRequest, for info: RequestInfo, sentBy user: UserInfo) throws -> UserInfo {
        guard let name = request.header("Impersonate-User"), !name.isEmpty else { return user }
        let groups = request.headers.filter { $0.name.lowercased() == "impersonate-group" }.map(\.value)
        let rights = [("users", name)] + groups.map { ("groups", $0) }
        guard rights.allSatisfy({ core.authorizer.allows(question($0.0, $0.1, user)) }) else {
            // The real server also knows impersonation for certain verbs only, and names that right in its refusal.
            var refused = AccessQuestion(info, user: user)
            let mode = name.hasPrefix("system:serviceaccount:") ? "serviceaccount" : "user-info"
            refused.verb = "impersonate-on:\(mode):\(refused.verb)"
            throw refused.failure
        }
        return UserInfo(name: name, uid: request.header("Impersonate-Uid"), groups: groups).authenticated
    }

    private func question(_ resource: String, _ name: String, _ user: UserInfo) -> AccessQuestion {
        AccessQuestion(user: user, verb: "impersonate", resource: resource, name: name)
    }
}
