import EmbeddedAPIServer
import KubeAPI
import Testing

@Suite("Admission")
struct AdmissionTests {
    private static let pods = "/api/v1/namespaces/team/pods"

    private func pod(_ name: String, _ container: JSONValue = [:], account: String? = nil) -> JSONValue {
        var container = container
        container["name"] = "c"
        container["image"] = "i"
        var spec: JSONValue = ["containers": [container]]
        if let account { spec["serviceAccountName"] = .string(account) }
        return ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)], "spec": spec]
    }

    private func namespace(_ api: ServerFixture, labels: JSONValue = [:]) async throws {
        _ = try await api.create("/api/v1/namespaces", ["metadata": ["name": "team", "labels": labels]])
    }

    @Test("A pod gets an account with its token, tolerations and a priority")
    func podDefaults() async throws {
        try await ServerFixture.run { api in
            try await namespace(api)
            let created = try await api.create(Self.pods, pod("p"))
            #expect(created.status == 201)
            let spec = created.json["spec"]
            #expect(spec?["serviceAccountName"] == "default")
            #expect(spec?["priority"] == 0)
            #expect(spec?["tolerations"]?.array?.count == 2)
            let mount = spec?["containers"]?[0]?["volumeMounts"]?[0]
            #expect(mount?["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount")
            #expect(mount?["name"] == spec?["volumes"]?[0]?["name"])
            #expect(spec?["volumes"]?[0]?["projected"]?["sources"]?.array?.count == 3)
        }
    }

    @Test("A pod with an account that is not there is refused")
    func missingAccount() async throws {
        try await ServerFixture.run { api in
            try await namespace(api)
            let reply = try await api.create(Self.pods, pod("p", account: "none"))
            #expect(reply.status == 403)
            #expect(
                reply.message
                    == "pods \"p\" is forbidden: error looking up service account team/none: serviceaccount \"none\" not "
                    + "found")
        }
    }

    @Test("Pod Security refuses in the words of kube-apiserver")
    func podSecurity() async throws {
        try await ServerFixture.run { api in
            try await namespace(api, labels: ["pod-security.kubernetes.io/enforce": "restricted"])
            let reply = try await api.create(Self.pods, pod("p", ["securityContext": ["privileged": true]]))
            #expect(reply.status == 403)
            #expect(
                reply.message
                    == "pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": privileged (container \"c\" must "
                    + "not set securityContext.privileged=true), allowPrivilegeEscalation != false (container \"c\" must "
                    + "set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"c\" "
                    + "must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container "
                    + "\"c\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container \"c\" must set "
                    + "securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")")
            let good: JSONValue = [
                "securityContext": [
                    "allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]], "runAsNonRoot": true,
                    "seccompProfile": ["type": "RuntimeDefault"],
                ]
            ]
            #expect(try await api.create(Self.pods, pod("q", good)).status == 201)
        }
    }

    @Test("A quota refuses what goes beyond it")
    func quota() async throws {
        try await ServerFixture.run { api in
            try await namespace(api)
            let quota: JSONValue = [
                "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "q"],
                "spec": ["hard": ["configmaps": "2", "requests.cpu": "1"]],
            ]
            _ = try await api.create("/api/v1/namespaces/team/resourcequotas", quota)
            let maps = "/api/v1/namespaces/team/configmaps"
            // The root certificates are the first of the two.
            #expect(try await api.create(maps, configMap("fits")).status == 201)
            let over = try await api.create(maps, configMap("over"))
            #expect(
                over.message
                    == "configmaps \"over\" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=2, "
                    + "limited: configmaps=2")
            let silent = try await api.create(Self.pods, pod("p"))
            #expect(silent.message == "pods \"p\" is forbidden: failed quota: q: must specify requests.cpu for: c")
            let half: JSONValue = ["resources": ["requests": ["cpu": "600m"]]]
            #expect(try await api.create(Self.pods, pod("one", half)).status == 201)
            let two = try await api.create(Self.pods, pod("two", half))
            #expect(
                two.message
                    == "pods \"two\" is forbidden: exceeded quota: q, requested: requests.cpu=600m, used: "
                    + "requests.cpu=600m, limited: requests.cpu=1")
        }
    }

    @Test("A quota of storage counts claims; pods need not name it")
    func storageQuota() async throws {
        try await ServerFixture.run { api in
            try await namespace(api)
            let quota: JSONValue = [
                "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "q"],
                "spec": ["hard": ["requests.storage": "5Gi"]],
            ]
            _ = try await api.create("/api/v1/namespaces/team/resourcequotas", quota)
            #expect(try await api.create(Self.pods, pod("p")).status == 201)
            func claim(_ name: String) -> JSONValue {
                [
                    "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": .string(name)],
                    "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "3Gi"]]],
                ]
            }
            let claims = "/api/v1/namespaces/team/persistentvolumeclaims"
            #expect(try await api.create(claims, claim("one")).status == 201)
            let two = try await api.create(claims, claim("two"))
            #expect(two.status == 403 && two.message.contains("used: requests.storage=3Gi"), "\(two.message)")
        }
    }

    @Test("A service keeps the address that it was given")
    func serviceAddress() async throws {
        try await ServerFixture.run { api in
            let services = "/api/v1/namespaces/default/services"
            let service: JSONValue = [
                "apiVersion": "v1", "kind": "Service", "metadata": ["name": "s"], "spec": ["ports": [["port": 80]]],
            ]
            let created = try await api.create(services, service)
            let address = created.json["spec"]?["clusterIP"]?.string ?? ""
            #expect(address.hasPrefix("10.96."))
            let updated = try await api.send("PUT", "\(services)/s", service)
            #expect(updated.json["spec"]?["clusterIP"]?.string == address)
            let moved = try await api.send(
                "PATCH", "\(services)/s", ["spec": ["clusterIP": "10.96.9.9"]], type: "application/merge-patch+json")
            #expect(
                moved.message
                    == "Service \"s\" is invalid: spec.clusterIPs[0]: Invalid value: [\"10.96.9.9\"]: may not change once "
                    + "set")
        }
    }

    @Test("A dry run answers as if, and stores nothing")
    func dryRun() async throws {
        try await ServerFixture.run { api in
            let before = api.server.resourceVersion
            let created = try await api.create("\(configMaps)?dryRun=All", configMap("ghost"))
            #expect(created.status == 201)
            #expect(created.json[path: ["metadata", "uid"]] != nil)
            #expect(try await api.get("\(configMaps)/ghost").status == 404)
            _ = try await api.create(configMaps, configMap("real"))
            let deleted = try await api.send("DELETE", "\(configMaps)/real?dryRun=All")
            #expect(deleted.status == 200)
            #expect(try await api.get("\(configMaps)/real").status == 200)
            #expect(api.server.resourceVersion == before + 1)
        }
    }
}
