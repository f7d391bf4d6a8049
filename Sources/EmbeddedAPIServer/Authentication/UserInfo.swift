/// Who sends a request. Source: Kubernetes documentation, "Authenticating".
package struct UserInfo: Sendable, Hashable {
    package var name: String
    package var uid: String?
    package var groups: [String]

    package init(name: String, uid: String? = nil, groups: [String] = []) {
        self.name = name
        self.uid = uid
        self.groups = groups
    }

    /// May do everything.
    package static let administrator = UserInfo(name: "kubernetes-admin", groups: ["system:masters"])

    package static let anonymous = UserInfo(name: "system:anonymous", groups: ["system:unauthenticated"])

    var isAdministrator: Bool { groups.contains("system:masters") }
    var isAnonymous: Bool { groups.contains("system:unauthenticated") }

    /// With the group that everybody has who is not anonymous.
    var authenticated: UserInfo {
        guard !groups.contains("system:authenticated") else { return self }
        var copy = self
        copy.groups.append("system:authenticated")
        return copy
    }
}
