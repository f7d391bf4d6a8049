internal import KubeAPI

/// Acting as somebody else. Source: Kubernetes documentation, "User impersonation".
struct Impersonation {
    let core: APICore

    /// The user that a request wants to be taken for, or the one who sent it.
    ///
    /// - Throws: `APIFailure` 403 without the right to do so.
    func user(of request: HTTPServerRequest, sentBy user: UserInfo) throws -> UserInfo {
        guard let name = request.header("Impersonate-User"), !name.isEmpty else { return user }
        let groups = request.headers.filter { $0.name.lowercased() == "impersonate-group" }.map(\.value)
        try check("users", name, user)
        for group in groups { try check("groups", group, user) }
        return UserInfo(name: name, uid: request.header("Impersonate-Uid"), groups: groups).authenticated
    }

    private func check(_ resource: String, _ name: String, _ user: UserInfo) throws {
        let question = AccessQuestion(user: user, verb: "impersonate", resource: resource, name: name)
        guard core.authorizer.allows(question) else { throw question.failure }
    }
}
