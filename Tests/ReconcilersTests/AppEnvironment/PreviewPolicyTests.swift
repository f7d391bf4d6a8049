import KubeAPI
import Testing

@testable import Reconcilers

/// The policy beside the CRD. What it decides is tried where there is a real API server.
@Suite("config/admission/previews-only.yaml")
struct PreviewPolicyTests {
    private func properties(_ path: [String]) -> [String: JSONValue] {
        var schema = CustomResource.appEnvironment.schema["properties"]?["spec"]
        for name in path {
            let inner = schema?["properties"]?[name]
            schema = inner?["items"] ?? inner
        }
        return (schema?["properties"]?.object ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value }
    }

    /// A list of the policy; CEL writes it as YAML does.
    private func variable(_ name: String) throws -> JSONValue {
        let policies = try Repository.yaml("config/admission/previews-only.yaml")
        let bounds = try #require(
            policies.first {
                $0["kind"] == "ValidatingAdmissionPolicy"
                    && $0["metadata"]?["name"] == "quartermaster-previews-bounds"
            })
        let found = bounds["spec"]?["variables"]?.elements.first { $0["name"]?.string == name }
        return try YAML.parseDocument(Array(try #require(found?["expression"]?.string).utf8))
    }

    private func names(_ list: JSONValue?) -> Set<String> { Set((list?.elements ?? []).compactMap(\.string)) }

    /// Every field of the CRD is in the policy's list or in a case that is refused, and the list has no other.
    private func expect(_ listed: Set<String>, coverFieldsAt path: [String]) {
        let fields = Set(properties(path).keys)
        for field in fields.subtracting(listed) {
            #expect(
                AdmissionCase.refused.contains { $0.isAbout(place(of: field, at: path)) },
                "spec.\((path + [field]).joined(separator: ".")): allow it in the policy, or refuse it in refused.yaml")
        }
        #expect(listed.subtracting(fields).isEmpty, "\(path)")
    }

    /// With the place of the first entry where the field is in a list.
    private func place(of field: String, at path: [String]) -> [String] {
        var places: [String] = []
        var schema = CustomResource.appEnvironment.schema["properties"]?["spec"]
        for name in path {
            places.append(name)
            let inner = schema?["properties"]?[name]
            let isFirst = ["components", "ingress", "paths", "volumes"].contains(name)
            if inner?["items"] != nil, isFirst { places.append("0") }
            if name == "connectsTo" { places.append("1") }
            schema = inner?["items"] ?? inner
        }
        return places + [field]
    }

    @Test("Each field of an environment is allowed to previews, or tried and refused: a new one is thought about")
    func everyField() throws {
        expect(names(try variable("specFields")), coverFieldsAt: [])
        expect(names(try variable("componentFields")), coverFieldsAt: ["components"])
        for (part, fields) in try variable("componentParts").object ?? [:] where part != "securityContext" {
            expect(names(fields), coverFieldsAt: ["components", part])
        }
        for (list, fields) in try variable("componentLists").object ?? [:] {
            expect(names(fields), coverFieldsAt: ["components", list])
        }
        expect(names(try variable("ingressFields")), coverFieldsAt: ["ingress"])
        expect(names(try variable("pathFields")), coverFieldsAt: ["ingress", "paths"])
    }

    @Test("Of the settings that follow from the tier each is left away or bounded")
    func settings() {
        let free: [String: Set<String>] = [
            "inheritedMetadata": [], "namespace": [], "quota": [], "limitRange": [], "secretsFrom": ["names"],
            "access": ["deployer"], "network": [], "observability": ["labels", "thresholds", "dashboardLabels"],
        ]
        for (group, fields) in free { expect(fields, coverFieldsAt: [group]) }
    }

    @Test("The guide for platform teams names every field")
    func guide() throws {
        let text = try Repository.text("docs/guides/tenants.md")
        let groups = ["inheritedMetadata", "namespace", "quota", "access", "network", "observability"]
        let paths = [[], ["components"], ["ingress"]] + groups.map { [$0] }
        for path in paths {
            for field in properties(path).keys {
                #expect(text.contains("`\(field)`"), "\((path + [field]).joined(separator: "."))")
            }
        }
    }
}
