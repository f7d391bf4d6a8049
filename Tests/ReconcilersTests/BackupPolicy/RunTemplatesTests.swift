import KubeAPI
import Testing

@testable import Reconcilers

@Suite("What a CronJob makes jobs from")
struct RunTemplatesTests {
    private func spec(_ image: String, part: Int = 1) -> JSONValue {
        [
            "backoffLimit": 2,
            "template": [
                "spec": [
                    "containers": [
                        [
                            "name": "check-box", "image": .string(image),
                            "env": [
                                ["name": "QM_CHECK_PART", "value": .string("\(part)")],
                                ["name": "QM_SOURCES", "value": "db"],
                            ],
                        ]
                    ]
                ]
            ],
        ]
    }

    private func cronJob(_ image: String, part: Int = 1, generation: Int = 1, uid: String = "u") throws -> CachedObject
    {
        var object = try DynamicObject.fixture(
            """
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: nightly--check, namespace: shop, uid: \(uid), generation: \(generation)}
            """)
        object["spec"] = ["jobTemplate": ["spec": spec(image, part: part)]]
        return CachedObject(object)
    }

    private func job(_ image: String, part: Int = 1) throws -> DynamicObject {
        var object = try DynamicObject.fixture(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, namespace: shop}")
        object["spec"] = spec(image, part: part)
        return object
    }

    @Test("The part that a check reads does not tell jobs apart, and what they run does")
    func part() throws {
        let templates = RunTemplates(.test)
        let cronJob = try cronJob("agent:1", part: 4)
        templates.learn(cronJob)
        #expect(try templates.haveMade(job("agent:1", part: 3), by: cronJob))
        #expect(try !templates.haveMade(job("agent:2", part: 4), by: cronJob))
    }

    @Test(
        "What the API server fills in for a Job does not tell it apart, and another value does",
        arguments: [
            ("completions", 1, 0), ("parallelism", 1, 2), ("manualSelector", false, true), ("backoffLimit", 2, 3),
        ] as [(String, JSONValue, JSONValue)])
    func defaults(field: String, filledIn: JSONValue, other: JSONValue) throws {
        let templates = RunTemplates(.test)
        let cronJob = try cronJob("agent:1")
        templates.learn(cronJob)
        for (value, isMade) in [(filledIn, true), (other, false)] {
            var job = try job("agent:1")
            job[path: "spec", field] = value
            #expect(templates.haveMade(job, by: cronJob) == isMade)
        }
    }

    @Test("What it made them from before is known after a restart, where the operator has recorded it")
    func restart() throws {
        let before = RunTemplates(.test)
        before.learn(try cronJob("agent:1"))
        let record = before.record(of: try cronJob("agent:1"))
        let changed = try cronJob("agent:2", generation: 2)
        func knows(_ record: BackupPolicy.TemplateRecord?, _ cronJob: CachedObject, _ seal: Seal = .test) throws -> Bool
        {
            let later = RunTemplates(seal)
            later.learn(cronJob)
            if let record { later.recall(record, of: cronJob) }
            #expect(try later.haveMade(job("agent:2"), by: cronJob))
            return try later.haveMade(job("agent:1"), by: cronJob)
        }
        #expect(try !knows(nil, changed))
        #expect(try knows(record, changed))
        // Of another CronJob, with another one's key, and with a template that was put in.
        #expect(try !knows(record, cronJob("agent:2", generation: 2, uid: "other")))
        #expect(try !knows(record, changed, Seal(key: Array(repeating: 8, count: Seal.keyLength))))
        var forged = before.record(of: try cronJob("agent:2", uid: "mallory"))
        forged.digests = record.digests
        #expect(try !knows(forged, changed))
    }

    @Test("A record is the same as long as the templates are, and of many changes the newest stay")
    func bounded() throws {
        let templates = RunTemplates(.test)
        var first: BackupPolicy.TemplateRecord?
        for generation in 1...10 {
            let cronJob = try cronJob("agent:\(generation)", generation: generation)
            templates.learn(cronJob)
            if let first { templates.recall(first, of: cronJob) }
            let record = templates.record(of: cronJob)
            templates.recall(record, of: cronJob)
            #expect(record == templates.record(of: cronJob) && record.digests.count == min(generation, 8))
            #expect(try templates.haveMade(job("agent:\(generation)"), by: cronJob))
            first = first ?? record
        }
    }
}
