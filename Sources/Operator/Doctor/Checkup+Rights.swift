internal import KubeAPI
internal import Reconcilers

extension Checkup {
    /// One question to the API server for each verb of each right.
    private struct Question: Sendable, Hashable {
        var group: String
        var resource: String
        var subresource: String
        var verb: String
        /// Empty: in the whole cluster.
        var namespace: String
        /// Empty: whatever its name.
        var name: String
        var usedBy: String

        var description: String {
            let name = group.isEmpty ? resource : "\(resource).\(group)"
            return "\(verb) \(name)\(subresource.isEmpty ? "" : "/\(subresource)")"
                + (self.name.isEmpty ? "" : " \(self.name)")
                + (namespace.isEmpty ? "" : " in \(namespace)")
        }
    }

    /// Every right of the operator, asked for by the review that fits. Before an installation that is one finding and not one for
    /// each of them.
    func rights() async throws -> [Diagnosis] {
        if let subject, try await isMissing(subject) {
            return [
                Diagnosis(
                    .trouble, "rights",
                    "ServiceAccount \(subject) is not there: the operator is not installed; \(Installation.applying)"
                )
            ]
        }
        // Those in the namespaces of environments come with each of them, by a role that may be bound; and which namespaces
        // Secrets are copied from only the operator's flags say.
        let all = Right.all.filter { $0.scope == .cluster || $0.scope == .ownNamespace }.flatMap { questions(of: $0) }
        let missing = try await withThrowingTaskGroup(of: Question?.self) { group in
            for question in all {
                group.addTask { try await isAllowed(question) ? nil : question }
            }
            return try await group.reduce(into: [Question]()) { if let question = $1 { $0.append(question) } }
        }
        let who = subject.map { "ServiceAccount \($0)" } ?? "you"
        guard !missing.isEmpty else {
            let has = subject == nil ? "have" : "has"
            return [Diagnosis(.fine, "rights", "\(who) \(has) all \(all.count) that the operator uses")]
        }
        guard missing.count <= all.count / 2 else {
            let advice =
                subject == nil
                ? "with --service-account NAMESPACE/NAME those of the operator are looked at"
                : "kubectl apply -k config/rbac of this version"
            return [
                Diagnosis(
                    .trouble, "rights",
                    "\(who) may do \(all.count - missing.count) of the \(all.count) things that the operator does; \(advice)"
                )
            ]
        }
        return missing.sorted { $0.description < $1.description }.map { question in
            Diagnosis(
                .trouble, "rights",
                "\(who) may not \(question.description) (used by \(question.usedBy)); apply config/rbac of this version"
            )
        }
    }

    private func isMissing(_ account: ObjectKey) async throws -> Bool {
        do {
            _ = try await client.get(.serviceAccount, account)
            return false
        } catch let error as APIError where error.isNotFound {
            return true
        } catch let error as APIError where error.isForbidden {
            return false
        }
    }

    private func questions(of right: Right) -> [Question] {
        let parts = right.resource.split(separator: "/", maxSplits: 1).map(String.init)
        let names = right.names.isEmpty ? [""] : right.names.sorted()
        return right.verbs.sorted().flatMap { verb in
            names.map { name in
                Question(
                    group: right.group, resource: parts[0], subresource: parts.count > 1 ? parts[1] : "", verb: verb,
                    namespace: right.scope == .ownNamespace ? lease.namespace : "", name: name,
                    usedBy: right.usedBy)
            }
        }
    }

    private func isAllowed(_ question: Question) async throws -> Bool {
        let kind = subject == nil ? "SelfSubjectAccessReview" : "SubjectAccessReview"
        let type = ResourceType(
            group: "authorization.k8s.io", version: "v1", kind: kind, plural: kind.lowercased() + "s",
            isNamespaced: false)
        var review: JSONValue = [
            "apiVersion": .string(type.apiVersion), "kind": .string(kind),
            "spec": [
                "resourceAttributes": [
                    "group": .string(question.group), "resource": .string(question.resource),
                    "subresource": .string(question.subresource), "verb": .string(question.verb),
                    "namespace": .string(question.namespace), "name": .string(question.name),
                ]
            ],
        ]
        if let subject {
            review[path: ["spec", "user"]] = .string("system:serviceaccount:\(subject.namespace):\(subject.name)")
            review[path: ["spec", "groups"]] = [
                "system:serviceaccounts", .string("system:serviceaccounts:\(subject.namespace)"),
                "system:authenticated",
            ]
        }
        let answer = try await client.create(DynamicObject(review), as: type)
        return answer[path: "status", "allowed"]?.bool == true
    }
}
