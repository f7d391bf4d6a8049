import Testing

@testable import Reconcilers

@Suite("Names of images")
struct ImageReferenceTests {
    private static let digest = "sha256:\(String(repeating: "0f", count: 32))"

    @Test(
        "A name without a registry is what a container runtime takes it for",
        arguments: [
            ("nginx", "docker.io/library/nginx"), ("nginx:1.27", "docker.io/library/nginx"),
            ("shop/api", "docker.io/shop/api"), ("docker.io/nginx", "docker.io/library/nginx"),
            ("index.docker.io/shop/api:1", "docker.io/shop/api"), ("localhost/api", "localhost/api"),
            ("localhost:5000/api:1", "localhost:5000/api"), ("ghcr.io/shop/api", "ghcr.io/shop/api"),
            ("registry.example.com:5000/shop/api:1@\(digest)", "registry.example.com:5000/shop/api"),
            ("Shop/api", "Shop/api"), ("[fd00::1]:5000/api:1", "[fd00::1]:5000/api"),
        ])
    func repositories(text: String, repository: String) {
        #expect(ImageReference(text)?.repository == repository)
    }

    @Test(
        "What no container runtime would pull is no image",
        arguments: [
            "", "a//b", "/a", "a/", "a:", "a@", "ghcr.io/../x", "ghcr.io/./x", "../x", "ghcr.io/shop/API:1", "Api",
            "api:1.4.3+build", "api:.1", "api@sha256:00", "api@evil.com/api:1", "api:1@md5:\(digest.dropFirst(7))",
            "api:1:2", "api@\(digest)@\(digest)", "api:1@\(digest)/x", "api:1\n", " api", "a\u{301}pi", "\u{430}pi",
        ])
    func malformed(text: String) { #expect(ImageReference(text) == nil) }

    @Test(
        "A digest, or a tag other than latest, stays the same",
        arguments: [
            ("a", false), ("a:latest", false), ("a:1", true), ("a:latest@\(digest)", true), ("r:5000/a", false),
        ])
    func fixed(text: String, isFixed: Bool) { #expect(ImageReference(text)?.isFixed == isFixed) }

    @Test(
        "A repository is meant alone, and with a star all below it",
        arguments: [
            ("ghcr.io/shop/api", "ghcr.io/shop/api", true), ("ghcr.io/shop/api", "ghcr.io/shop", false),
            ("ghcr.io/shop/api", "ghcr.io/shop/*", true), ("ghcr.io/shop/a/b", "ghcr.io/shop/*", true),
            ("ghcr.io/shopper/api", "ghcr.io/shop/*", false), ("ghcr.io/shop", "ghcr.io/shop/*", false),
            ("shop/api", "shop/*", true), ("docker.io/shop/api", "shop/*", true), ("ghcr.io/shop/api", "shop/*", false),
            ("ghcr.io/shop/api", "ghcr.io/*", true), ("ghcr.io.example.com/api", "ghcr.io/*", false),
            ("localhost:5000/api", "localhost:5000/*", true), ("nginx", "docker.io/*", true),
            ("redis:7", "docker.io/library/*", true), ("docker.io/library/redis:7", "redis", true),
            ("redis:7", "docker.io/library/redis", true), ("shop/redis:7", "docker.io/library/*", false),
            ("registry.example.com/library/redis:7", "docker.io/library/*", false), ("redis:7", "library/*", true),
            ("shop/api", "docker.io/*", true), ("Shop/api", "docker.io/*", false), ("Shop/api", "shop/*", false),
        ])
    func patterns(image: String, pattern: String, isIn: Bool) throws {
        #expect(try #require(ImageReference(image)).isIn(pattern) == isIn)
    }
}
