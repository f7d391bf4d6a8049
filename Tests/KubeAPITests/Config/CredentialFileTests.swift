internal import Testing

@testable import KubeAPI

@Suite struct CredentialFileTests {
    private let folder: TemporaryFolder
    private let clock = ManualWallClock()

    init() throws { folder = try TemporaryFolder() }

    private func provider(_ change: (inout ClientConfiguration) -> Void) -> any CredentialProvider {
        var configuration = ClientConfiguration(server: "https://x", origin: "/k")
        change(&configuration)
        return makeCredentialProvider(for: configuration, now: clock.read)
    }

    private func tokenProvider(fallback: String? = nil) -> any CredentialProvider {
        provider {
            $0.authentication = .tokenFile(path: "\(folder.path)/token", fallback: fallback.map { Redacted($0) })
        }
    }

    private func header(_ provider: any CredentialProvider) async throws -> String? {
        try await provider.authorization()?.header.value
    }

    @Test("A token file is read again after a minute, not sooner")
    func rereading() async throws {
        folder.write("token", " one\n")
        let provider = tokenProvider()
        #expect(try await header(provider) == "Bearer one")
        folder.write("token", "two")
        clock.advance(.seconds(59))
        #expect(try await header(provider) == "Bearer one")
        clock.advance(.seconds(1))
        #expect(try await header(provider) == "Bearer two")
        folder.write("token", "three")
        clock.advance(.seconds(-3600))
        #expect(try await header(provider) == "Bearer three")
    }

    @Test("A read that fails keeps the old token", arguments: ["", "two words", nil])
    func failedRead(text: String?) async throws {
        folder.write("token", "one")
        let provider = tokenProvider()
        _ = try await provider.authorization()
        if let text { folder.write("token", text) } else { folder.remove("token") }
        clock.advance(.seconds(61))
        #expect(try await header(provider) == "Bearer one")
        folder.write("token", "two")
        clock.advance(.seconds(61))
        #expect(try await header(provider) == "Bearer two")
    }

    @Test("A token that could never be read is an error that names the file, until it can be read")
    func neverRead() async throws {
        let provider = tokenProvider()
        let missing = await #expect(throws: ConfigurationError.self) { try await provider.authorization() }
        #expect(missing?.message == "\(folder.path)/token: can't be read: No such file or directory; check the path")
        folder.write("token", "\n")
        let empty = await #expect(throws: ConfigurationError.self) { try await provider.authorization() }
        #expect(empty?.message == "\(folder.path)/token: holds no token; check what writes it")
        folder.write("token", "one")
        #expect(try await header(provider) == "Bearer one")
    }

    @Test("The token beside the file is used until the file can be read")
    func fallback() async throws {
        let provider = tokenProvider(fallback: "given")
        #expect(try await header(provider) == "Bearer given")
        folder.write("token", "one")
        clock.advance(.seconds(61))
        #expect(try await header(provider) == "Bearer one")
    }

    @Test("A 401 has the file read at once; one to an older token does not")
    func rejection() async throws {
        folder.write("token", "one")
        let provider = tokenProvider()
        let first = try #require(try await provider.authorization())
        folder.write("token", "two")
        await provider.rejected(first)
        let second = try #require(try await provider.authorization())
        #expect(second.header.value == "Bearer two" && second.version > first.version)
        folder.write("token", "three")
        await provider.rejected(first)
        #expect(try await provider.authorization() == second)
        // The same text again is the same version: the request is not worth repeating.
        folder.write("token", "two")
        await provider.rejected(second)
        #expect(try await provider.authorization() == second)
    }

    @Test("Certificate files are seen again within a minute")
    func rotation() async throws {
        folder.write("ca", CertificateFixtures.admin)
        folder.write("cert", CertificateFixtures.admin)
        folder.write("key", CertificateFixtures.adminKey)
        let provider = provider {
            $0.certificateAuthority = .file("\(folder.path)/ca")
            $0.clientCertificate = .init(certificate: .file("\(folder.path)/cert"), key: .file("\(folder.path)/key"))
        }
        let first = try await provider.tlsMaterial()
        #expect(first.certificateAuthority == Array(CertificateFixtures.admin.utf8))
        #expect(first.identity?.key.value == Array(CertificateFixtures.adminKey.utf8))

        // The certificate is there, its key not yet: the earlier pair stays.
        folder.write("cert", CertificateFixtures.zoe)
        clock.advance(.seconds(60))
        #expect(try await provider.tlsMaterial() == first)
        folder.write("key", CertificateFixtures.zoeKey)
        #expect(try await provider.tlsMaterial() == first)
        clock.advance(.seconds(60))
        #expect(try await provider.tlsMaterial().identity?.certificate == Array(CertificateFixtures.zoe.utf8))

        folder.write("ca", CertificateFixtures.zoe)
        clock.advance(.seconds(60))
        #expect(try await provider.tlsMaterial().certificateAuthority == Array(CertificateFixtures.zoe.utf8))
        folder.write("ca", "damaged")
        clock.advance(.seconds(60))
        #expect(try await provider.tlsMaterial().certificateAuthority == Array(CertificateFixtures.zoe.utf8))
    }

    @Test("Files that were never good are named")
    func brokenFiles() async throws {
        let authority = provider { $0.certificateAuthority = .file(folder.write("ca", "no PEM")) }
        let first = await #expect(throws: ConfigurationError.self) { try await authority.tlsMaterial() }
        #expect(first?.message == "\(folder.path)/ca: holds no PEM certificate; check the file")
        let pair = provider {
            $0.clientCertificate = .init(
                certificate: .inline(Array(CertificateFixtures.admin.utf8)),
                key: .inline(Array(CertificateFixtures.zoeKey.utf8)))
        }
        let second = await #expect(throws: ConfigurationError.self) { try await pair.tlsMaterial() }
        #expect(
            second?.message
                == "/k: client-key-data: is no PEM key, or not that of the client certificate; take both from "
                + "the same source")
    }

    @Test("Certificates are read one after the other, other PEM blocks passed over")
    func certificates() throws {
        let chain = CertificateFixtures.adminKey + CertificateFixtures.admin + "text\n" + CertificateFixtures.zoe
        let read = try CertificateInfo.read(Array(chain.utf8))
        #expect(read.map(\.subject) == ["CN=admin,O=system:masters", "CN=Zoë"])
        #expect(read.first?.issuer == "CN=admin,O=system:masters")
        #expect(read.first?.notBefore.rfc3339 == "2026-11-21T09:07:16Z")
        #expect(read.first?.notAfter.rfc3339 == "2126-10-28T09:07:16Z")
        #expect(try CertificateInfo.read([]) == [])
        #expect(try CertificateInfo.read(Array(CertificateFixtures.adminKey.utf8)) == [])
        let damaged = CertificateFixtures.admin.replacing("MII", with: "MIJ")
        #expect(throws: ConfigurationError.self) { try CertificateInfo.read(Array(damaged.utf8)) }
        #expect(throws: ConfigurationError.self) {
            try CertificateInfo.read(Array(CertificateFixtures.admin.utf8.prefix(200)))
        }
    }

    @Test("An expired certificate, or one of tomorrow, is explained")
    func validity() async throws {
        let certificate = try #require(try CertificateInfo.read(Array(CertificateFixtures.admin.utf8)).first)
        #expect(certificate.problem(at: certificate.notAfter) == nil)
        #expect(
            certificate.problem(at: certificate.notAfter + .seconds(1))
                == "CN=admin,O=system:masters expired on 2126-10-28T09:07:16Z; renew it")
        #expect(
            certificate.problem(at: certificate.notBefore + .seconds(-1))
                == "CN=admin,O=system:masters is not valid before 2026-11-21T09:07:16Z; check this machine's clock")
        let provider = provider {
            $0.clientCertificate = .init(
                certificate: .inline(Array(CertificateFixtures.admin.utf8)),
                key: .inline(Array(CertificateFixtures.adminKey.utf8)))
        }
        #expect(await provider.certificateProblem() == nil)
        clock.advance(certificate.notAfter - clock.now + .seconds(1))
        #expect(
            await provider.certificateProblem()
                == "client certificate CN=admin,O=system:masters expired on 2126-10-28T09:07:16Z; renew it")
    }

    @Test(
        "SHA-256 is that of the standard",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ])
    func digest(text: String, want: String) {
        #expect(sha256Hex(Array(text.utf8)) == want)
    }
}
