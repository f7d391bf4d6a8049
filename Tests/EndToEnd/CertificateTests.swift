import EmbeddedAPIServer
import Foundation
import KubeAPI
import Testing

extension EndToEnd {
    /// A certificate by HTTP-01, with what takes part in that: the challenge travels through a controller's pod to a solver's
    /// pod under the environment's policies. The suite stands in for cert-manager and for the authority.
    @Suite("A certificate on real nodes")
    struct CertificateTests {
        private let cluster: Cluster

        init() throws { cluster = try Cluster.installed.get() }

        private static let shop = "e2e-certified"
        private static let ingress = "e2e-ingress"
        private static let host = "certified.example.com"
        private static let controller = "controller.\(ingress).svc.cluster.local"

        private static let environment = """
            apiVersion: quartermaster.dev/v1alpha1
            kind: AppEnvironment
            metadata: {name: \(shop), annotations: {quartermaster.dev/confirm-delete: \(shop)}}
            spec:
              tier: production
              deletionPolicy: Delete
              components:
                - name: web
                  image: \(Cluster.backupImage)
                  replicas: 1
                  command: [bash, -c, \(Workload.quoted(Workload.serveHTTP(8080)))]
                  ports: [{name: http, port: 8080}]
                  securityContext: {runAsUser: 65532}
              ingress:
                - host: \(host)
                  className: e2e
                  clusterIssuer: e2e
                  paths: [{component: web, port: http}]
              network:
                ingressController: {namespace: \(ingress), podSelector: {app: controller}}
            """

        /// As much of cert-manager's kind as this test needs.
        private static let definition = """
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: certificates.cert-manager.io}
            spec:
              group: cert-manager.io
              scope: Namespaced
              names: {kind: Certificate, plural: certificates, singular: certificate, listKind: CertificateList}
              versions:
                - name: v1
                  served: true
                  storage: true
                  subresources: {status: {}}
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}

            """

        /// A controller that looks each request's way up in the Ingresses of the cluster, and takes certificates from their Secrets.
        private static let proxy = """
            import base64, http.client, http.server, json, os, ssl, tempfile, threading, urllib.request
            ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/"
            API = ssl.create_default_context(cafile=ACCOUNT + "ca.crt")
            def get(path):
                request = urllib.request.Request("https://" + os.environ["KUBERNETES_SERVICE_HOST"] + path)
                request.add_header("Authorization", "Bearer " + open(ACCOUNT + "token").read())
                return json.load(urllib.request.urlopen(request, context=API, timeout=4))
            def ingresses():
                return get("/apis/networking.k8s.io/v1/ingresses")["items"]
            def backend(host, path):
                ways = [(way["path"], item["metadata"]["namespace"], way["backend"]["service"])
                        for item in ingresses() for rule in item["spec"].get("rules", []) if rule.get("host") == host
                        for way in rule["http"]["paths"] if path.startswith(way["path"])]
                return max(ways, key=lambda way: len(way[0]))[1:]
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    try:
                        namespace, service = backend(self.headers["Host"], self.path)
                        name = service["name"] + "." + namespace + ".svc.cluster.local"
                        behind = http.client.HTTPConnection(name, service["port"]["number"], timeout=4)
                        behind.request("GET", self.path, headers={"Host": self.headers["Host"]})
                        answer = behind.getresponse()
                        status, body = answer.status, answer.read()
                    except Exception as error:
                        status, body = 502, repr(error).encode()
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
            def certify(connection, host, _):
                for item in ingresses():
                    for entry in item["spec"].get("tls", []):
                        if host in entry["hosts"]:
                            place = item["metadata"]["namespace"] + "/secrets/" + entry["secretName"]
                            data = get("/api/v1/namespaces/" + place)["data"]
                            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                            with tempfile.NamedTemporaryFile() as file:
                                file.write(base64.b64decode(data["tls.key"]) + base64.b64decode(data["tls.crt"]))
                                file.flush()
                                context.load_cert_chain(file.name)
                            connection.context = context
            Server = http.server.ThreadingHTTPServer
            threading.Thread(target=Server(("", 8080), Handler).serve_forever).start()
            secure = Server(("", 8443), Handler)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.sni_callback = certify
            secure.socket = context.wrap_socket(secure.socket, server_side=True, do_handshake_on_connect=False)
            secure.serve_forever()
            """

        /// The controller, and a place from which the world asks it.
        private func surround() throws {
            try cluster.apply(
                Workload.namespace(Self.ingress)
                    + Workload.pod("world", Self.ingress, labels: "{app: world}", "sleep infinity")
                    + Workload.deployment(
                        "controller", Self.ingress, port: 8080, "exec python3 -c \(Workload.shellQuoted(Self.proxy))")
                        + """
                        ---
                        apiVersion: v1
                        kind: Service
                        metadata: {name: secure, namespace: \(Self.ingress)}
                        spec: {selector: {app: controller}, ports: [{port: 8443}]}
                        ---
                        apiVersion: rbac.authorization.k8s.io/v1
                        kind: ClusterRole
                        metadata: {name: \(Self.ingress)}
                        rules:
                          - {apiGroups: [networking.k8s.io], resources: [ingresses], verbs: [list]}
                          - {apiGroups: [""], resources: [secrets], verbs: [get]}
                        ---
                        apiVersion: rbac.authorization.k8s.io/v1
                        kind: ClusterRoleBinding
                        metadata: {name: \(Self.ingress)}
                        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: \(Self.ingress)}
                        subjects: [{kind: ServiceAccount, name: default, namespace: \(Self.ingress)}]

                        """ + Self.definition)
            try cluster.kubectl("rollout", "status", "-n", Self.ingress, "deployment/controller", "--timeout=120s")
            try cluster.kubectl("wait", "-n", Self.ingress, "pod/world", "--for=condition=Ready", "--timeout=60s")
        }

        /// `200 body` for a request of the world's.
        private func get(_ path: String, trusting authority: String? = nil) throws -> String {
            let secure = authority.map { "cadata=\"\"\"\($0)\"\"\"" }
            let connection =
                secure.map {
                    """
                    import socket, ssl
                    connection = http.client.HTTPSConnection("\(Self.host)", timeout=8)
                    plain = socket.create_connection(("secure.\(Self.ingress).svc.cluster.local", 8443), 8)
                    connection.sock = ssl.create_default_context(\($0)).wrap_socket(plain, server_hostname="\(Self.host)")
                    """
                } ?? "connection = http.client.HTTPConnection(\"\(Self.controller)\", 8080, timeout=8)"
            let script = """
                import http.client
                \(connection)
                connection.request("GET", "\(path)", headers={"Host": "\(Self.host)"})
                answer = connection.getresponse()
                print(answer.status, answer.read().decode().strip())
                """
            return try cluster.inside(
                "world", Self.ingress, "python3 -c \(Workload.shellQuoted(script)) 2>&1 | tail -1"
            ).text
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }

        private func certificate(isReady: Bool, _ message: String) throws {
            try cluster.apply(
                "---\n{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: \(Self.host)-tls, namespace: \(Self.shop)}}"
            )
            let status =
                #"{"status":{"conditions":[{"type":"Ready","status":"\#(isReady ? "True" : "False")","message":"\#(message)"}]}}"#
            try cluster.kubectl(
                "patch", "certificates.cert-manager.io", "\(Self.host)-tls", "-n", Self.shop, "--subresource=status",
                "--type=merge", "-p", status)
        }

        /// What cert-manager makes for a challenge: a pod that answers it, within the level `restricted`, a Service and an Ingress.
        private func solver(_ path: String, _ answer: String) -> String {
            let script =
                "mkdir -p /tmp/www\(path) && rmdir /tmp/www\(path) && echo \(answer) >/tmp/www\(path); cd /tmp/www; exec python3 -m http.server 8089"
            return Workload.pod(
                "cm-acme-http-solver", Self.shop, labels: "{acme.cert-manager.io/http01-solver: \"true\"}", script
            )
            .replacing(
                "      securityContext: {allowPrivilegeEscalation",
                with: "      resources: {requests: {cpu: 10m, memory: 64Mi}, limits: {cpu: 100m, memory: 64Mi}}\n"
                    + "      securityContext: {allowPrivilegeEscalation")
                    + """
                    ---
                    apiVersion: v1
                    kind: Service
                    metadata: {name: cm-acme-http-solver, namespace: \(Self.shop)}
                    spec: {type: NodePort, selector: {acme.cert-manager.io/http01-solver: "true"}, ports: [{port: 8089}]}
                    ---
                    apiVersion: networking.k8s.io/v1
                    kind: Ingress
                    metadata:
                      name: cm-acme-http-solver
                      namespace: \(Self.shop)
                      labels: {acme.cert-manager.io/http01-solver: "true"}
                    spec:
                      ingressClassName: e2e
                      rules:
                        - host: \(Self.host)
                          http:
                            paths:
                              - path: \(path)
                                pathType: Exact
                                backend: {service: {name: cm-acme-http-solver, port: {number: 8089}}}

                    """
        }

        @Test(
            "Its challenge is answered through the controller, and the host is served with it",
            .disabled("cert-manager is installed, whose place this test takes") {
                try Cluster.serves("cert-manager.io/v1")
            })
        func challenge() throws {
            defer {
                _ = try? cluster.kubectl("delete", "appenv", Self.shop, "--ignore-not-found", "--timeout=120s")
                _ = try? cluster.kubectl(
                    "delete", "clusterrole,clusterrolebinding", Self.ingress, "--ignore-not-found")
                _ = try? cluster.kubectl("delete", "crd", "certificates.cert-manager.io", "--ignore-not-found")
                try? cluster.remove(namespaces: Self.shop, Self.ingress)
            }
            try surround()
            try cluster.apply(Self.environment)
            try cluster.eventually("the missing certificate is told", within: 180) {
                try cluster.condition("IngressReady", "appenv", Self.shop)
            } is: {
                $0.hasPrefix("False CertificatePending") && $0.contains("has not been made")
            }
            try cluster.eventually("the component is reached through the controller", within: 90) {
                try get("/metrics")
            } is: {
                $0 == "200 e2e_answer 42"
            }

            let path = "/.well-known/acme-challenge/of-the-test"
            try certificate(isReady: false, "Waiting for the challenge")
            try cluster.apply(solver(path, "of-the-test.of-the-account"))
            try cluster.eventually("the challenge is answered", within: 90) {
                try get(path)
            } is: {
                $0 == "200 of-the-test.of-the-account"
            }
            // What answers a challenge takes the host from nobody.
            #expect(try get("/metrics") == "200 e2e_answer 42")
            let pending = try cluster.condition("IngressReady", "appenv", Self.shop)
            #expect(pending.hasPrefix("False CertificatePending") && pending.contains("Waiting for the challenge"))

            let authority = try CertificateAuthority(commonName: "of the test")
            let issued = try authority.server(commonName: Self.host, names: [Self.host])
            try cluster.apply(
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: \(Self.host)-tls, namespace: \(Self.shop)}
                type: kubernetes.io/tls
                data:
                  tls.crt: \(Data(issued.certificate.utf8).base64EncodedString())
                  tls.key: \(Data(issued.privateKey.utf8).base64EncodedString())
                """)
            try certificate(isReady: true, "Issued")
            for kind in ["pod", "service", "ingress"] {
                try cluster.kubectl("delete", kind, "cm-acme-http-solver", "-n", Self.shop)
            }
            try cluster.ready("appenv", Self.shop)
            #expect(
                try get("/metrics", trusting: authority.pair.certificate)
                    == "200 e2e_answer 42")
            try cluster.expectNothingRefused()
        }
    }
}
