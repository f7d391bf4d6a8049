import Testing

@testable import Operator

@Suite("Redaction of texts")
struct TextRedactionTests {
    private let redaction = TextRedaction()

    @Test(
        "What looks like a secret is taken out, and what stands around it stays",
        arguments: [
            (
                "GET https://user:hun/ter2@example.com/path?token=x ok",
                "GET https://[redacted]@example.com/path?[redacted] ok"
            ),
            ("dial postgres://app:p@ss@db:5432/shop: refused", "dial postgres://[redacted]@db:5432/shop: refused"),
            ("root:hunter2@tcp(db:3306)/shop", "root:[redacted]@tcp(db:3306)/shop"),
            (
                "POST https://hooks.example.com/services/T0/B1/abc failed",
                "POST https://hooks.example.com/[redacted] failed"
            ),
            ("root:hun/ter2@tcp(db:3306)/shop", "root:[redacted]@tcp(db:3306)/shop"),
            ("https://discord.com/api/webhooks/1234/Ab_cd", "https://discord.com/[redacted]"),
            ("https://up.example.com/api/push/Ab3dE6gH?status=up", "https://up.example.com/[redacted]?[redacted]"),
            ("ENCRYPTION_KEY=hunter2 next", "ENCRYPTION_KEY=[redacted] next"),
            ("https://chat.example.com/in/a1b2c3d4e5f6a7b8c9d0e1", "https://chat.example.com/[redacted]"),
            ("Authorization: Basic dXNlcjpwYXNz end", "Authorization: [redacted] end"),
            ("sent Bearer abcdefghijkl.mno", "sent Bearer [redacted]"),
            ("jwt eyJhbGciOi.eyJzdWIi.c2ln!", "jwt [redacted]!"),
            ("key AKIAABCDEFGHIJKLMNOP used", "key [redacted] used"),
            ("host=db password=hunter2 dbname=shop", "host=db password=[redacted] dbname=shop"),
            ("DB_PASS='a b c' next", "DB_PASS='[redacted]' next"),
            (#"{"level":"info","apiToken":"a \" b","n":1}"#, #"{"level":"info","apiToken":"[redacted]","n":1}"#),
            (
                #"{"msg":"body {\"password\":\"x y\",\"a\":1}"}"#,
                #"{"msg":"body {\"password\":\"[redacted]\",\"a\":1}"}"#
            ),
            ("run --db-password hunter2 --verbose", "run --db-password [redacted] --verbose"),
            (
                "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nAAAA\n-----END RSA PRIVATE KEY-----\nb",
                "a\n[redacted]\nb"
            ),
            ("cut -----BEGIN PRIVATE KEY-----\nMIIE", "cut [redacted]"),
        ])
    func taken(text: String, want: String) {
        #expect(redaction.redacted(text) == want)
    }

    @Test(
        "What is no secret stays",
        arguments: [
            "secrets \"db\" is forbidden: User \"x\" cannot get resource \"secrets\"",
            "Secret shop/db, which spec.destinations[0].credentialsSecretRef names, is not there",
            #"{"secretName":"db","passwordKey":"POSTGRES_PASSWORD","tokenExpirationSeconds":3600}"#,
            "image registry:5000/shop/web:1.2@sha256:0123456789abcdef",
            "Get \"https://10.96.0.1:443/api/v1/namespaces/shop/pods/web-7d9f8c6b5d-abcde\": dial tcp: timeout",
            "Get \"https://10.96.0.1/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/x\": EOF",
            "basic authentication, token expired, --secret-source-namespaces=shared",
            "2026-01-31T09:05:00Z pool workers/pool: 2 of 3 pods available",
        ])
    func kept(text: String) {
        #expect(redaction.redacted(text) == text)
    }

    @Test("What was redacted once stays as it is")
    func again() {
        let once = redaction.redacted("password=hunter2 https://a:b@c/?d token: abc")
        #expect(redaction.redacted(once) == once)
    }

    @Test(
        "What was taken out at one place is taken out where it is repeated, however much that is; what stays elsewhere stays"
    )
    func notes() {
        let notes = RedactionNotes()
        for index in 0..<2000 {
            notes.take("--key=va|ue.\(index)\(String(repeating: "x", count: index % 300))", named: "args")
        }
        notes.take("correct horse battery", named: "DB_PASSWORD")
        notes.take("correct horse battery staple", named: "MODE")
        notes.take("eu-central-1", named: "REGION")
        notes.keep("eu-central-1")
        let scrub = notes.scrub
        #expect(scrub("a va|ue.1x b va|ue.1204xxxx") == "a [redacted] b [redacted]")
        #expect(
            scrub("the correct horse battery in eu-central-1, vaXue.1x") == "the [redacted] in eu-central-1, vaXue.1x")
        #expect(RedactionNotes().scrub("anything") == "anything")
    }

    @Test(
        "Whatever somebody has written into a variable is looked for as it stands",
        arguments: [
            "*\u{FE0F}\u{20E3}release2024", "+\u{301}a1b2c3d4", "(\u{301}a1b2c3d4", "a1b2c3d4_\r\n", "\u{0}a1b2c3d4",
        ])
    func literal(value: String) {
        let notes = RedactionNotes()
        notes.take(value, named: "DB_PASSWORD")
        #expect(notes.scrub("is \(value) wrong") == "is [redacted] wrong")
    }

    @Test("A character of hundreds of marks is no reason to give up, and a backslash may be doubled")
    func marks() {
        let notes = RedactionNotes()
        for index in 0..<50 {
            notes.take(
                String(repeating: "\(index % 10)a" + String(repeating: "\u{301}", count: 500), count: 100), named: "X")
        }
        notes.take(#"SHOP\svc1"#, named: "MODE")
        #expect(notes.scrub(#"as SHOP\svc1 or "SHOP\\svc1""#) == #"as [redacted] or "[redacted]""#)
    }
}
