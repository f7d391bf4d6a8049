import KubeAPI
import Testing

@testable import EmbeddedAPIServer

@Suite("Rules of writing")
struct ObjectRulesTests {
    @Test("The generation counts changes of the specification only")
    func generation() throws {
        let definition = try SchemaFixture.builtIn("Deployment")
        let received = try SchemaFixture.received(try SchemaFixture.deployment(), definition)
        let live = ObjectRules.prepareForCreate(received, definition)
        #expect(live[path: ["metadata", "generation"]] == 1)
        var labelled = live
        labelled[path: ["metadata", "labels"]] = ["a": "b"]
        labelled["status"] = ["replicas": 9]
        let same = ObjectRules.prepareForUpdate(labelled, live: live, definition)
        #expect(same[path: ["metadata", "generation"]] == 1)
        #expect(same["status"] == live["status"])
        var scaled = live
        scaled[path: ["spec", "replicas"]] = 5
        #expect(ObjectRules.prepareForUpdate(scaled, live: live, definition)[path: ["metadata", "generation"]] == 2)
    }

    @Test("The status path changes the status only")
    func status() throws {
        let definition = try SchemaFixture.custom(spec: #"{"type":"object"}"#)
        let live = try SchemaFixture.widget(#"{"size":1}"#)
        var changed = live
        changed["status"] = ["size": 1]
        changed["spec"] = ["size": 2]
        changed[path: ["metadata", "labels"]] = ["a": "b"]
        let result = ObjectRules.prepareForUpdate(changed, live: live, definition, subresource: "status")
        #expect(result["status"] == ["size": 1])
        #expect(result["spec"] == ["size": 1])
        #expect(result[path: ["metadata", "labels"]] == nil)
    }

    @Test("A job's pods are found by the job's UID")
    func jobSelector() throws {
        let job = try SchemaFixture.json(
            #"{"metadata":{"name":"j","uid":"u-1"},"spec":{"template":{"spec":{"containers":[]}}}}"#)
        let prepared = ObjectRules.prepareForCreate(job, try SchemaFixture.builtIn("Job"))
        let label = "batch.kubernetes.io/controller-uid"
        #expect(prepared[path: ["spec", "selector", "matchLabels", label]] == "u-1")
        #expect(prepared[path: ["spec", "template", "metadata", "labels", label]] == "u-1")
        #expect(prepared[path: ["spec", "template", "metadata", "labels", "job-name"]] == "j")
    }

    @Test(
        "Quality of service follows requests and limits",
        arguments: [
            ("{}", "BestEffort"), (#"{"requests":{"cpu":"1"}}"#, "Burstable"),
            (#"{"limits":{"cpu":"1","memory":"1Gi"}}"#, "Guaranteed"),
            (#"{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m","memory":"1Gi"}}"#, "Burstable"),
        ])
    func quality(_ resources: String, _ wanted: String) throws {
        let pod = try SchemaFixture.json(#"{"spec":{"containers":[{"name":"c","resources":\#(resources)}]}}"#)
        #expect(PodQuality.of(pod) == wanted)
    }
}
