import Foundation
import KubeAPI
import Reconcilers
import Support
import Testing

@testable import Operator

@Suite("quartermaster import of a Compose file")
struct ImportComposeTests {
    /// The manifest for the text of a Compose file, in a folder `shop` with other files.
    private func imported(
        _ compose: String, files: [String: String] = [:], name: String? = nil, tier: String = "staging"
    ) throws -> (manifest: JSONValue, text: String, losses: Int) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "qm-import-\(UUID().uuidString)/shop")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        for (name, text) in files.merging(["compose.yaml": compose], uniquingKeysWith: { $1 }) {
            try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }
        let file = try ComposeFile(path: folder.appending(path: "compose.yaml").path)
        let (text, losses) = try ComposeImport(file, name: name, tier: tier, source: "compose.yaml").environment
            .manifest()
        try ImportFixtures.expectUsable(text, compose)
        return (try YAML.parseDocument(Array(text.utf8)), text, losses)
    }

    /// The only component of a Compose file with one service `web` that has these fields beside an image.
    private func web(_ fields: String, files: [String: String] = [:]) throws -> (component: JSONValue, text: String) {
        let compose =
            "services:\n  web:\n    image: web:1\n" + fields.split(separator: "\n").map { "    \($0)\n" }.joined()
        let (manifest, text, _) = try imported(compose, files: files)
        return (manifest["spec"]?["components"]?[0] ?? .null, text)
    }

    private func yaml(_ text: String) throws -> JSONValue { try YAML.parseDocument(Array(text.utf8)) }

    // MARK: Whole files

    @Test("Files in the shape of well-known ones become what their golden files say", arguments: ImportFixtures.compose)
    func golden(name: String) throws {
        let file = try ComposeFile(path: ImportFixtures.path("compose", name))
        let text = try ComposeImport(file, name: name, tier: "staging", source: "\(name).yaml").environment.manifest()
            .text
        try ImportFixtures.expect(text, isGolden: "compose-\(name)")
        try ImportFixtures.expectUsable(text, name)
    }

    @Test(
        "In every tier the result is valid and can be rendered", arguments: ImportFixtures.compose,
        AppEnvironment.Tier.allCases)
    func tiers(name: String, tier: AppEnvironment.Tier) throws {
        let file = try ComposeFile(path: ImportFixtures.path("compose", name))
        let text = try ComposeImport(file, name: "shop", tier: tier.rawValue, source: name).environment.manifest().text
        try ImportFixtures.expectUsable(text, "\(name), \(tier)")
    }

    @Test("No value that looks like a secret is printed")
    func secrets() throws {
        let secrets = ["hunter2", "s3cret", "t0ken", "k3y"]
        let (manifest, text, _) = try imported(
            """
            services:
              web:
                image: web:1
                command: [serve, --password, hunter2, "--api-token=t0ken"]
                environment:
                  DB_PASSWORD: hunter2
                  apiToken: t0ken
                  DATABASE_URL: postgres://app:s3cret@db:5432/app
                  CONNECTION: Server=db;User Id=app;Password=s3cret
                  SIGNING_KEY: ${SIGNING_KEY:-k3y}
                  PLAIN: "${FROM_FILE_SECRET}"
                  PASSWORD_FILE: /run/secrets/password
                  ALLOW_EMPTY_PASSWORD: "yes"
              db:
                image: postgres:17
            """, files: [".env": "FROM_FILE_SECRET=s3cret\n"])
        for secret in secrets { #expect(!text.contains(secret)) }
        let web = manifest["spec"]?["components"]?[0]
        #expect(web?["config"] == ["PASSWORD_FILE": "/run/secrets/password", "ALLOW_EMPTY_PASSWORD": "yes"])
        #expect(web?["secrets"] == [["name": "web-secrets"]])
        #expect(web?["args"] == ["serve", "--password", "$(PASSWORD)", "--api-token=$(API_TOKEN)"])
        let keys = [
            "PASSWORD", "API_TOKEN", "DB_PASSWORD", "apiToken", "DATABASE_URL", "CONNECTION", "SIGNING_KEY", "PLAIN",
        ].map { " --from-literal=\($0)=…" }
        #expect(text.contains("#   kubectl -n shop create secret generic web-secrets" + keys.joined()))
        // Whose address it is, is said all the same.
        #expect(web?["connectsTo"] == [["component": "db"]])
    }

    @Test(
        "Passwords behind flags of one letter, in shells and in variables before a program are not printed",
        arguments: [
            ("[mysql, -uroot, -phunter2, shop]", ["mysql", "-uroot", "-p$(PASSWORD)", "shop"]),
            ("[redis-cli, -a, hunter2, ping]", ["redis-cli", "-a", "$(PASSWORD)", "ping"]),
            ("[/usr/bin/mongosh, -p, hunter2]", ["/usr/bin/mongosh", "-p", "$(PASSWORD)"]),
            ("[env, PGPASSWORD=hunter2, psql]", ["env", "PGPASSWORD=$(PGPASSWORD)", "psql"]),
            ("redis-server --requirepass 'hunter2 x'", ["redis-server", "--requirepass", "$(REQUIREPASS)"]),
            (
                "[sh, -c, 'exec  redis-server --requirepass \"hunter2 x\" --save 60']",
                ["sh", "-c", "exec  redis-server --requirepass \"$(REQUIREPASS)\" --save 60"]
            ),
            (
                "[sh, -c, \"a --password='hunter2$$x';\\n mysql -p'hunter2' <b; redis-cli -a hunter2|c\"]",
                ["sh", "-c", "a --password='$(PASSWORD)';\n mysql -p'$(PASSWORD)' <b; redis-cli -a $(PASSWORD)|c"]
            ),
            (
                #"[sh, -c, 'mysql "-phunter2" && mysqldump -phunter2\ x && mysql -p"hunter2\"x"']"#,
                ["sh", "-c", #"mysql "-p$(PASSWORD)" && mysqldump -p'$(PASSWORD)' && mysql -p'$(PASSWORD)'"#]
            ),
            (
                #"[sh, -c, 'a "--password=hunter2\$$x" b']"#, ["sh", "-c", #"a "--password=$(PASSWORD)" b"#]
            ),
            (
                #"[sh, -c, "su -c 'mysql -phunter2\\ x'"]"#, ["sh", "-c", #"su -c 'mysql -p"$(PASSWORD)"'"#]
            ),
            (
                #"[sh, -c, 'su app -c "PGPASSWORD=hunter2 psql postgres://app:hunter2@db/app"']"#,
                ["sh", "-c", #"su app -c "PGPASSWORD=$(PGPASSWORD) psql $(SECRET_ADDRESS)""#]
            ),
        ] as [(String, [JSONValue])])
    func passwordFlags(command: String, words: [JSONValue]) throws {
        let (component, text) = try web("command: \(command)")
        #expect(component["args"]?.array == words)
        #expect(component["secrets"] == [["name": "web-secrets"]])
        #expect(!text.contains("hunter2"))
    }

    @Test(
        "A command that holds no secret stays as it is, byte for byte",
        arguments: [
            ["sh", "-c", "mysql  -p$MYSQL_PASSWORD -e 'a  b';\tredis-cli -a \"$PASS\"\n"],
            ["sh", "-c", "export DB_PASSWORD=$(cat /run/secret); exec app --token=`cat t` 'it''s' \\\" x"],
            ["sh", "-c", "psql postgres://app:$PASS@db/app?a=1&b=2 2>&1 | tee -a log"],
            ["tar", "-pxf", "a", "-a", "b"], ["mysql", "-p", "ping"], ["mysql -p ping; tar -pxf a"],
            ["app", "--passwords-file=/x y", "don't", " ", ""], ["sh", "-c", "echo \"a b\"c"],
        ])
    func plainCommands(words: [String]) {
        let (masked, variables) = CommandMask.masked(words)
        #expect(masked == words)
        #expect(variables == [])
    }

    @Test(
        "Words that are booleans for kubectl are the texts that they are for Compose, and answers where it asks for one"
    )
    func booleans() throws {
        let (component, _) = try web(
            """
            environment: {A: yes, B: on, C: No, D: true, E: off, y: n}
            read_only: yes
            privileged: no
            tty: on
            """)
        #expect(component["config"] == ["A": "yes", "B": "on", "C": "No", "D": "true", "E": "off", "y": "n"])
        #expect(component["securityContext"]?["readOnlyRootFilesystem"] == true)
        #expect(component["template"]?["spec"]?["containers"]?[0]?["tty"] == true)
        let text = try web("privileged: no\nrestart: no").text
        #expect(!text.contains("privileged"))
        #expect(text.contains("restart"))
    }

    @Test("A name that no environment or component can have becomes one that it can have")
    func names() throws {
        let (manifest, text, _) = try imported(
            "name: default\nservices: {My_App: {image: a}, my-app: {image: b, depends_on: [My_App]}, 9lives: {image: c}, deployer: {image: d}}"
        )
        #expect(manifest["metadata"]?["name"] == "default-app")
        let names = manifest["spec"]?["components"]?.array?.compactMap { $0["name"]?.string }
        #expect(names == ["my-app", "my-app-2", "app-9lives", "deployer-2"])
        #expect(manifest["spec"]?["components"]?[1]?["connectsTo"] == [["component": "my-app"]])
        #expect(text.contains("# In the file it is called My_App. Its host name is my-app now."))
        #expect(try imported("services: {a: {image: a}}").manifest["metadata"]?["name"] == "shop")
    }

    @Test("More than a component or an environment takes is left out with the words of the rule")
    func rules() throws {
        let services = (1...32).map { "  s\($0): {image: a, expose: [80], depends_on: [s32]}\n" }.joined()
        let (manifest, text, losses) = try imported("services:\n" + services)
        #expect(manifest["spec"]?["components"]?.array?.count == 30)
        #expect(losses == 2)
        #expect(text.contains("# Left out, s32: "))
        let ports = (1...20).map { "\"\($0 + 3000)\"" }.joined(separator: ", ")
        let (component, portText) = try web("ports: [\(ports)]\nenvironment: {\"A B\": x, GOOD: fine}")
        #expect(component["ports"]?.array?.count == 16)
        #expect(component["config"] == ["GOOD": "fine"])
        #expect(portText.contains("Left out, A B"))
    }

    @Test("What somebody else wrote breaks out of no comment")
    func comments() throws {
        let (_, text) = try web("user: \"root\\nspec: {tier: production}\\u2028kind: X\"")
        let lines = text.split(whereSeparator: \.isNewline)
        #expect(!lines.contains { $0.hasPrefix("spec: {") || $0.hasPrefix("kind: X") })
    }

    @Test(
        "What is no Compose file is refused with what to do",
        arguments: [
            ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}", "import what runs with -n NAMESPACE"),
            ("services: {}", "has no services"), ("[a, b]", "is no Compose file"),
            ("a: 1\n---\nb: 2", "is one document"),
        ])
    func refused(text: String, reason: String) throws {
        let error = #expect(throws: ImportedEnvironment.Failure.self) { try imported(text) }
        #expect(error?.description.contains(reason) == true)
    }

    // MARK: Single fields

    @Test(
        "A field of a service becomes a field of the component",
        arguments: [
            ("entrypoint: /run.sh --fast 'two words'", "command: [/run.sh, --fast, two words]"),
            ("command: [\"sh\", \"-c\", \"echo $$HOME\"]", "args: [sh, -c, echo $HOME]"),
            (
                "ports: [\"8080:80\", \"127.0.0.1:53:5353/udp\"]",
                "ports: [{name: http, port: 80}, {name: udp-5353, port: 5353, protocol: UDP}]"
            ),
            (
                "ports: [{target: 3000, published: 80}]\nexpose: [\"3001\", 3000]",
                "ports: [{name: http, port: 3000}, {name: tcp-3001, port: 3001}]"
            ),
            ("environment: [A=1, \"B=x=y\", C=]", "config: {A: \"1\", B: x=y, C: \"\"}"),
            (
                "environment: {A: 1, B: true, C: \"${NONE:-d}\", D: \"${NONE-}\", E: \"a$$b\"}",
                "config: {A: \"1\", B: \"true\", C: d, D: \"\", E: a$b}"
            ),
            (
                "deploy: {resources: {limits: {cpus: \"0.5\", memory: 1G}, reservations: {cpus: \"0.25\", memory: 300m}}}",
                "resources: {requests: {cpu: 250m, memory: 300Mi}, limits: {cpu: 500m, memory: 1Gi}}"
            ),
            ("deploy: {replicas: 3}", "replicas: 3"), ("profiles: [extra]", "replicas: 0"),
            (
                "user: \"1000:2000\"\nread_only: true\ncap_add: [CAP_NET_BIND_SERVICE]\ngroup_add: [44]",
                "securityContext: {runAsUser: 1000, runAsGroup: 2000, readOnlyRootFilesystem: true, supplementalGroups: [44], capabilities: {add: [NET_BIND_SERVICE]}}"
            ),
            (
                "user: \"1000\"\nvolumes: [\"data:/var/lib/web\"]",
                "volumes: [{name: data, path: /var/lib/web, size: 1Gi}]\nsecurityContext: {runAsUser: 1000, fsGroup: 1000}"
            ),
            (
                "healthcheck: {test: curl -f http://localhost:3000/health || exit 1, interval: 1m30s, timeout: 3s, retries: 4}",
                "probes: {readiness: {httpGet: {path: /health, port: 3000}, periodSeconds: 90, timeoutSeconds: 3, failureThreshold: 4}}"
            ),
            ("healthcheck: {test: [CMD, check, \"$$A\"]}", "probes: {readiness: {exec: {command: [check, $A]}}}"),
            (
                "healthcheck: {test: \"redis-cli -a ${CACHE_PASSWORD:-hunter2} ping\"}",
                "probes: {readiness: {exec: {command: [/bin/sh, -c, \"redis-cli -a ${CACHE_PASSWORD} ping\"]}}}\nsecrets: [{name: web-secrets}]"
            ),
            ("healthcheck: {test: [NONE]}", "probes: {defaults: \"Off\"}"),
            (
                "working_dir: /srv\ntty: true\nstop_grace_period: 1m\nextra_hosts: [\"a.example.com:192.0.2.1\"]",
                "template: {spec: {terminationGracePeriodSeconds: 60, hostAliases: [{ip: 192.0.2.1, hostnames: [a.example.com]}], containers: [{name: web, workingDir: /srv, tty: true}]}}"
            ),
            (
                "tmpfs: /tmp\nvolumes: [{type: tmpfs, target: /run/web, tmpfs: {size: 1048576}}]",
                "template: {spec: {containers: [{name: web, volumeMounts: [{name: run-web, mountPath: /run/web}, {name: tmp, mountPath: /tmp}]}], volumes: [{name: run-web, emptyDir: {medium: Memory, sizeLimit: 1Mi}}, {name: tmp, emptyDir: {medium: Memory}}]}}"
            ),
        ])
    func fields(compose: String, want: String) throws {
        let component = try web(compose).component
        for (field, value) in try yaml(want).object ?? [:] { #expect(component[field] == value, "\(field)") }
    }

    @Test(
        "What can't be taken is said where it would be, with what to do instead",
        arguments: [
            (
                "healthcheck: {test: [CMD, cli, --password, \"${CACHE_PASSWORD:-hunter2}\"]}",
                "its command holds a secret"
            ),
            ("healthcheck: {test: cli --password=hunter2}", "its command holds a secret"),
            ("privileged: true", "# Left out, privileged: the Pod Security level"),
            ("network_mode: host", "# Left out, network_mode host"), ("devices: [/dev/dri]", "# Left out, devices"),
            ("cap_add: [SYS_ADMIN]", "# Left out, cap_add SYS_ADMIN"), ("user: root", "# Left out, user root"),
            ("volumes: [\"./a.conf:/etc/a.conf\"]", "create configmap web-files --from-file=./a.conf"),
            ("volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]", "pods can't reach the container engine"),
            ("volumes: [\"./data:/data\"]", "It was the folder ./data of the host: copy its data here."),
            ("restart: \"no\"", "make it a Job"), ("deploy: {mode: global}", "a DaemonSet"),
            ("environment: [A]", "# Left out, A: ${A} has no value in the file."),
            ("env_file: missing.env", "the variables of missing.env, which can't be read"),
            ("ports: [\"2222:22\"]", "add a Service of the type LoadBalancer"), ("build: .", "push it to its registry"),
            ("labels: {traefik.http.routers.a.rule: \"HostRegexp(`x`)\"}", "the rule of Traefik HostRegexp(`x`)"),
            ("volumes: [\"data:/data\"]\ndeploy: {replicas: 2}", "a ReadWriteOnce volume has one pod"),
            ("ports: [\"8080:8080\"]", "#     - host: web.example.com"),
        ])
    func leftOut(compose: String, want: String) throws {
        let text = try web(compose).text
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
        #expect(
            text.contains(want) || lines.joined(separator: " ").replacing(" # ", with: " ").contains(want), "\(text)")
    }

    @Test("Variables come from .env and from files of variables; what the service says itself stands above them")
    func variables() throws {
        let component = try web(
            "env_file: [web.env]\nenvironment: {MODE: \"${MODE}\", B: own}",
            files: [".env": "# modes\nexport MODE='fast'\n", "web.env": "B=file\nC=\"two words\" \nD=1 # one\n"]
        ).component
        #expect(component["config"] == ["C": "two words", "D": "1", "MODE": "fast", "B": "own"])
    }

    @Test("A service extends another one, of the same file or of one beside it")
    func extends() throws {
        let (manifest, _, _) = try imported(
            """
            services:
              worker: {extends: base, command: work, environment: [B=2]}
              other: {extends: {file: base.yaml, service: outer}}
              base: {image: "app:1", environment: {A: 1}, command: serve}
            """, files: ["base.yaml": "services: {outer: {image: \"outer:1\", expose: [80]}}"])
        let components = manifest["spec"]?["components"]
        #expect(components?[0]?["image"] == "app:1")
        #expect(components?[0]?["args"] == ["work"])
        #expect(components?[0]?["config"] == ["A": "1", "B": "2"])
        #expect(components?[1]?["image"] == "outer:1")
    }

    @Test("Connections follow from depends_on, links and addresses, ports from addresses and well-known images")
    func graph() throws {
        let (manifest, _, _) = try imported(
            """
            services:
              web:
                image: web:1
                links: ["api_v1:backend"]
                environment: {DB_TYPE: postgres, CACHE_HOST: cache_1, SEARCH: "http://search:7000/x", BROKERS: "a.example.com,queue"}
              api_v1: {image: "api:1", expose: [3000], depends_on: {postgres: {condition: service_healthy}}}
              postgres: {image: "postgres:17-alpine"}
              redis: {image: "redis:8", container_name: cache_1}
              search: {image: "search:1"}
              queue: {image: "queue:1", environment: {PORT: 5000}}
            """)
        let components = Dictionary(
            (manifest["spec"]?["components"]?.array ?? []).map { ($0["name"]?.string ?? "", $0) },
            uniquingKeysWith: { $1 })
        let peers = components["web"]?["connectsTo"]?.array?.compactMap { $0["component"]?.string }
        #expect(peers == ["api-v1", "redis", "search", "queue"])
        #expect(components["api-v1"]?["connectsTo"] == [["component": "postgres"]])
        #expect(components["web"]?["config"]?["CACHE_HOST"] == "redis")
        #expect(components["postgres"]?["ports"] == [["name": "postgres", "port": 5432]])
        #expect(components["postgres"]?["securityContext"]?["runAsUser"] == 70)
        #expect(components["redis"]?["ports"] == [["name": "redis", "port": 6379]])
        #expect(components["search"]?["ports"] == [["name": "http", "port": 7000]])
        #expect(components["queue"]?["ports"] == [["name": "http", "port": 5000]])
    }

    @Test("Labels for Traefik and variables for nginx-proxy become hosts")
    func hosts() throws {
        let (manifest, _, _) = try imported(
            """
            services:
              web:
                image: web:1
                labels:
                  - traefik.http.routers.w.rule=Host(`a.example.com`, `b.example.com`) && PathPrefix(`/shop`)
                  - traefik.http.services.w.loadbalancer.server.port=8080
              blog: {image: "blog:1", environment: {VIRTUAL_HOST: blog.example.com, VIRTUAL_PORT: 2368}}
            """)
        let want = try yaml(
            """
            - {host: a.example.com, className: traefik, paths: [{path: /shop, component: web, port: http}]}
            - {host: b.example.com, className: traefik, paths: [{path: /shop, component: web, port: http}]}
            - {host: blog.example.com, paths: [{path: /, component: blog, port: http}]}
            """)
        #expect(manifest["spec"]?["ingress"] == want)
        #expect(manifest["spec"]?["components"]?[1]?["config"] == nil)
    }

    @Test("A volume of two services is one claim that both mount")
    func sharedVolume() throws {
        let (manifest, _, _) = try imported(
            "services: {a: {image: a, volumes: [\"d:/data\"]}, b: {image: b, volumes: [\"d:/in:ro\"]}}\nvolumes: {d: {}}"
        )
        let components = manifest["spec"]?["components"]
        #expect(components?[0]?["volumes"]?[0]?["accessMode"] == "ReadWriteMany")
        let spec = components?[1]?["template"]?["spec"]
        #expect(spec?["volumes"] == [["name": "a-d", "persistentVolumeClaim": ["claimName": "a-d"]]])
        #expect(spec?["containers"]?[0]?["volumeMounts"] == [["name": "a-d", "mountPath": "/in", "readOnly": true]])
    }

    @Test("In production an image without a tag gets one to choose")
    func production() throws {
        let (manifest, text, _) = try imported(
            "services: {a: {image: \"web:latest\"}, b: {image: \"registry:5000/web\"}, c: {build: .}}",
            tier: "production")
        let images = manifest["spec"]?["components"]?.array?.compactMap { $0["image"]?.string }
        #expect(images == ["web:change-me", "registry:5000/web:change-me", "registry.example.com/shop/c:change-me"])
        #expect(text.contains("In production an image has a digest or a tag other than latest"))
    }

    @Test(
        "What is cut out of a Compose file at random still gives a valid environment, or says why not",
        arguments: ImportFixtures.compose)
    func mutations(name: String) throws {
        let original = try YAML.parse(String(contentsOfFile: ImportFixtures.path("compose", name), encoding: .utf8))[0]
        var random = SeededRandom(seed: 1)
        for _ in 0..<20 {
            let changed = ImportFixtures.changed(original, &random)
            do {
                _ = try imported(YAML.write(changed))
            } catch is ImportedEnvironment.Failure {
                continue  // Nothing is left that could be one.
            }
        }
    }
}
