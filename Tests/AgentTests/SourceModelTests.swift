import BackupModel
import KubeAPI
import Testing

@Suite("What sources come down to, without I/O")
struct SourceModelTests {
    @Test("Every name has a file name of its own that is plain, and comes back", .timeLimit(.minutes(1)))
    func fileNames() {
        var seen: [String: String] = [:]
        let pieces = ["", "a", "-", ".", "/", "\\", "%", "%2F", " ", "\n", "=", "*", "ü", "u\u{308}", "'", "~"]
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    let name = first + second + third
                    let file = ArtifactFileName.encode(name)
                    #expect(Array(ArtifactFileName.decode(file).utf8) == Array(name.utf8), "\(name)")
                    #expect(file.utf8.allSatisfy { $0 >= 32 && $0 < 127 && !"/\\*\"".utf8.contains($0) }, "\(file)")
                    #expect(!file.hasPrefix("-") && !file.hasPrefix(".") && !file.hasSuffix(" "), "\(file)")
                    let other = seen.updateValue(name, forKey: file)
                    #expect(other.map { Array($0.utf8) == Array(name.utf8) } ?? true, "\(file)")
                }
            }
        }
        #expect(ArtifactFileName.encode("my shop-2.0") == "my shop-2.0")
        // An older artifact has its names as they are.
        #expect(ArtifactFileName.decode("100%") == "100%" && ArtifactFileName.decode("büro") == "büro")
    }

    @Test(
        "Programs of the server's major dump it, else the oldest newer ones; never older ones",
        arguments: [
            (15, [12, 15, 17], 15), (14, [12, 15, 17], 15), (18, [12, 15, 17], nil), (16, [17, 18], 17),
        ] as [(Int, [Int], Int?)])
    func majors(server: Int, installed: [Int], want: Int?) {
        let choice = try? PostgresPrograms.forDump(server: server, installed: installed)
        #expect(choice?.major == want)
        #expect((choice?.finding != nil) == (want.map { $0 > server } ?? false))
        #expect(
            PostgresPrograms.major(versionNumber: "150014") == 15
                && PostgresPrograms.major(versionNumber: "90624") == nil)
    }

    @Test("The major that has written a dump is found in its listing")
    func dumpMajor() {
        let listing =
            ";\n; Archive created at 2026\n;     Dumped from database version: 15.14 (Debian)\n;     Dumped by pg_dump version: 17.6\n"
        #expect(PostgresPrograms.dumpMajor(listing: listing) == 17)
        #expect(PostgresPrograms.dumpMajor(listing: "Dumped by pg_dump version: 17.6") == nil)
    }

    @Test("Tablespaces are found in what PostgreSQL writes, and their folders are taken out")
    func tablespaces() {
        let globals = #"""
            CREATE ROLE a;
            CREATE TABLESPACE fast OWNER a LOCATION '/fast';
            CREATE TABLESPACE "my ""own""" OWNER a LOCATION '/own';
            ALTER TABLESPACE fast SET (random_page_cost=1);
            """#
        #expect(PostgresText.tablespaces(in: globals) == ["fast", "my \"own\""])
        #expect(
            PostgresText.withoutTablespaceFolders(globals)
                == "CREATE ROLE a;\nALTER TABLESPACE fast SET (random_page_cost=1);")
        let dump = """
            CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' TABLESPACE = "slow one";
            SET default_tablespace = '';
            SET default_tablespace = fast;
            """
        #expect(PostgresText.tablespaces(in: dump) == ["slow one", "fast"])
        #expect(
            PostgresText.rolesWithSettings(in: "ALTER ROLE \"a b\" IN DATABASE shop SET work_mem TO '7MB';") == ["a b"])
        #expect(PostgresText.connection(to: "a'b\\c=d") == #"dbname='a\'b\\c=d'"#)
    }

    @Test("tar's words are sorted into what is missing, what changed and what may change")
    func tarMessages() {
        let text = #"""
            tar: ./log/app.log: file changed as we read it
            tar: ./log/a\nb.log: File removed before we read it
            tar: ./data: File shrank by 5 bytes; padding with zeros
            tar: ./data: file changed as we read it
            tar: ./sub dir/: file is on a different filesystem; not dumped
            tar: ./socket: socket ignored
            """#
        let messages = TarMessages(parsing: text, expected: ["/log/a\nb*", "nothing"])
        #expect(messages.changed == ["log/app.log", "data"] && messages.otherFileSystems == ["sub dir"])
        #expect(messages.others == [] && messages.expectedChanges == 1)
        let quiet = TarMessages(parsing: text, expected: ["log", "data", "sub dir"])
        #expect(quiet.omission(hasDifferences: true) == "not archived, because they are other file systems: sub dir")
        // A status that nothing explains is no success.
        #expect(TarMessages(parsing: "", expected: ["*"]).omission(hasDifferences: true) != nil)
        #expect(TarMessages(parsing: "", expected: []).omission(hasDifferences: false) == nil)
    }

    @Test("A report of a container that was cut is no success in what a webhook is told")
    func cutReport() {
        let good = #"{"result":"Succeeded","version":1,"message":""}"#
        let summary = PodSummary(first: ["source"], last: ["to-a", "to-b"]) { name in
            Array((name == "to-b" ? String(good.dropLast(5)) : good).utf8)
        }
        #expect(summary.isComplete)
        let whole = summary.summedUp()
        #expect(whole.outcome == .failed && whole.message == "to-b: its report can't be read")
        #expect(whole.reports["to-a"]?["result"]?.string == "Succeeded" && whole.reports["to-b"] == .null)
    }

    @Test("A Job is portable: what the API server derives from its UID is gone, a selector of its owner's stays")
    func jobs() {
        func job(_ manual: Bool) -> DynamicObject {
            let fields: JSONObject = [
                "apiVersion": "batch/v1", "kind": "Job",
                "metadata": ["name": "j", "uid": "1", "labels": ["controller-uid": "1", "app": "a"]],
                "spec": ["manualSelector": .bool(manual), "selector": ["matchLabels": ["controller-uid": "1"]]],
            ]
            return DynamicObject(fields)
        }
        let kept = ManifestExport([.init(name: "jobs.batch", objects: [job(false), job(true)])]).kinds[0].objects
        #expect(kept[0][path: "spec", "selector"] == nil && kept[0].labels == ["app": "a"])
        #expect(kept[1][path: "spec", "selector"] != nil && kept[1].labels.count == 2)
    }

    @Test("What somebody has made by hand is kept; what Kubernetes makes of it, and what has ended, is not")
    func byHand() throws {
        func objects(_ kind: String, _ texts: String...) throws -> ManifestExport.Kind {
            .init(name: kind, objects: try texts.map { try DynamicObject(YAML.parseDocument(Array($0.utf8))) })
        }
        let pod = """
            {metadata: {name: bare}, spec: {nodeName: n1, priority: 7, volumes: [{name: kube-api-access-x}, {name: data}],
             containers: [{name: a, volumeMounts: [{name: kube-api-access-x}, {name: data}]}]}, status: {phase: Running}}
            """
        let slice = "endpointslice.kubernetes.io/managed-by"
        let export = ManifestExport([
            try objects(
                "pods", pod, "{metadata: {name: done}, status: {phase: Succeeded}}",
                "{metadata: {name: owned, ownerReferences: [{controller: true, uid: elsewhere}]}}"),
            try objects(
                "services", "{metadata: {name: web}, spec: {selector: {a: b}}}",
                "{metadata: {name: external}, spec: {}}"),
            try objects("endpoints", "{metadata: {name: web}}", "{metadata: {name: external}}"),
            try objects(
                "endpointslices.discovery.k8s.io", "{metadata: {name: hand-made}}",
                "{metadata: {name: web-1, labels: {\(slice): endpointslice-controller.k8s.io}}}",
                "{metadata: {name: external-1, labels: {\(slice): endpointslicemirroring-controller.k8s.io}}}"),
            try objects(
                "jobs.batch", "{metadata: {name: migrate}, status: {conditions: [{type: Complete, status: 'True'}]}}",
                "{metadata: {name: runs}, status: {conditions: [{type: Suspended, status: 'True'}]}}"),
        ])
        let names = Dictionary(uniqueKeysWithValues: export.kinds.map { ($0.name, $0.objects.map(\.name)) })
        #expect(
            names == [
                "pods": ["bare"], "services": ["web", "external"], "endpoints": ["external"],
                "endpointslices.discovery.k8s.io": ["hand-made"], "jobs.batch": ["runs"],
            ])
        #expect(export.ended == 2 && export.remade == 4)
        let spec = export.kinds[0].objects[0]["spec"]
        #expect(spec?["nodeName"] == nil && spec?["priority"] == nil && spec?["volumes"] == [["name": "data"]])
        #expect(spec?["containers"] == [["name": "a", "volumeMounts": [["name": "data"]]]])
    }
}
