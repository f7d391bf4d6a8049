internal import KubeAPI

/// An object of another program that makes a Secret.
struct SecretMaker: Sendable, Hashable {
    /// Such as `ExternalSecret shop/database`.
    var name: String
    /// In its own words how far it is, on one line.
    var words: String
    /// Where the labels of its Secret are set; `nil`: on the Secret itself.
    var labelField: String?
    /// Whether it says that the Secret is there.
    var isDone = false
}

/// What there is to make Secrets that are missing.
struct SecretMakers: Sendable, Hashable {
    /// By the Secret.
    var found: [ObjectKey: SecretMaker] = [:]
    /// The kinds of objects that could make any Secret, of those that the cluster has.
    var kinds: [String] = []

    init() {}

    /// - Parameters:
    ///   - missing: the Secrets.
    ///   - informers: by what they select; those that have not synced are left out.
    init(of missing: [ObjectKey], in informers: (Selection) -> Informer?) {
        for secret in missing {
            for kind in Kind.all {
                guard let informer = informers(kind.selection(secret.namespace)), informer.isServed else { continue }
                if kind.makesAny, !kinds.contains(kind.type.kind) { kinds.append(kind.type.kind) }
                if found[secret] == nil {
                    found[secret] = informer.store.list().sorted { $0.key < $1.key }
                        .first { kind.makes($0, secret.name) }.map(kind.maker)
                }
            }
        }
    }

    /// What has to be watched to find out who makes Secrets of a namespace.
    static func selections(_ namespace: String) -> [Selection] { Kind.all.map { $0.selection(namespace) } }

    /// How a Secret comes to be there.
    func cure(_ secret: ObjectKey) -> String {
        if let maker = found[secret] { return maker.sentence }
        return kinds.isEmpty ? "make it" : "make it, or an \(kinds.joined(separator: " or ")) that does"
    }
}

extension SecretMaker {
    var sentence: String {
        isDone ? "\(name) says that it has made it: \(words)" : "\(name) should make it: \(words)"
    }
}

extension SecretMakers {
    /// One kind of objects that make Secrets.
    private struct Kind: Sendable {
        var type: ResourceType
        /// Whether it makes Secrets of any name and content.
        var makesAny = false
        /// The condition that says whether the Secret is there.
        var condition = "Ready"
        var labelField: String?
        var makes: @Sendable (CachedObject, String) -> Bool

        func selection(_ namespace: String) -> Selection { Selection(type, namespace: namespace) }

        func maker(_ object: CachedObject) -> SecretMaker {
            let conditions = object.value(at: "status", "conditions")?.elements ?? []
            let found = conditions.first { $0["type"]?.string == condition }
            return SecretMaker(
                name: "\(type.kind) \(object.key)", words: found?.conditionWords ?? "it says nothing yet",
                labelField: labelField, isDone: found?["status"]?.string == "True")
        }

        /// In the order in which they are looked at.
        static let all = [
            external(.externalSecret), external(.externalSecretBeta),
            // Source: Sealed Secrets, `Unseal`: the Secret has the name of the SealedSecret, whatever its template says.
            Kind(type: .sealedSecret, makesAny: true, condition: "Synced", labelField: "spec.template.metadata.labels")
            {
                $0.key.name == $1
            },
            // What it inherits all of the Cluster's Secrets would have, the keys of its authority among them.
            Kind(type: .postgresCluster, makes: isMade),
            Kind(type: .certificate, labelField: "spec.secretTemplate.labels") {
                $0.value(at: "spec", "secretName")?.string == $1
            },
        ]

        /// Source: External Secrets, ExternalSecret `spec.target`: with the policies Merge and None it makes none.
        private static func external(_ type: ResourceType) -> Kind {
            Kind(type: type, makesAny: true, labelField: "spec.target.template.metadata.labels") { object, name in
                let target = object.value(at: "spec", "target")
                let policy = target?["creationPolicy"]?.string
                return (target?["name"]?.string ?? object.key.name) == name && policy != "Merge" && policy != "None"
            }
        }

        /// Source: CloudNativePG, "Connecting from an application": neither where the Cluster names one of somebody else's.
        @Sendable private static func isMade(by cluster: CachedObject, _ name: String) -> Bool {
            if name == "\(cluster.key.name)-app" {
                let bootstrap = cluster.value(at: "spec", "bootstrap")
                return ["initdb", "recovery", "pg_basebackup"].allSatisfy { bootstrap?[$0]?["secret"]?["name"] == nil }
            }
            return name == "\(cluster.key.name)-superuser"
                && cluster.value(at: "spec", "enableSuperuserAccess")?.bool == true
                && cluster.value(at: "spec", "superuserSecret", "name") == nil
        }
    }
}

extension JSONValue {
    /// What a condition of somebody else's says, on one line and not longer than a sentence: who may write such an object may
    /// write what they like into its status.
    var conditionWords: String {
        let words = [self["reason"]?.string, self["message"]?.string].compactMap(\.self).filter { !$0.isEmpty }
        return words.joined(separator: ": ").split(whereSeparator: \.isNewline).joined(separator: " ").cut(to: 300)
    }
}
