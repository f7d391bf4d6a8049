import Testing

@testable import Reconcilers

@Suite("Names of images")
struct ImageReferenceTests {
    @Test(
        "A name without a registry is what a container runtime takes it for",
        arguments: [
            ("nginx", "docker.io/library/nginx"), ("nginx:1.27", "docker.io/library/nginx"),
            ("shop/api", "docker.io/shop/api"), ("docker.io/nginx", "docker.io/library/nginx"),
            ("index.docker.io/shop/api:1", "docker.io/shop/api"), ("localhost/api", "localhost/api"),
            ("localhost:5000/api:1", "localhost:5000/api"), ("ghcr.io/shop/api", "ghcr.io/shop/api"),
            ("registry.example.com:5000/shop/api:1@sha256:00", "registry.example.com:5000/shop/api"),
        ])
    func repositories(text: String, repository: String) {
        #expect(ImageReference(text)?.repository == repository)
    }

    @Test(
        "What names no image is none", arguments: ["", "a//b", "/a", "a/", "a:", "a@", "ghcr.io/../x", "ghcr.io/./x"])
    func malformed(text: String) { #expect(ImageReference(text) == nil) }

    @Test(
        "A digest, or a tag other than latest, stays the same",
        arguments: [
            ("a", false), ("a:latest", false), ("a:1", true), ("a:latest@sha256:00", true), ("r:5000/a", false),
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
            ("localhost:5000/api", "localhost:5000/*", true),
        ])
    func patterns(image: String, pattern: String, isIn: Bool) throws {
        #expect(try #require(ImageReference(image)).isIn(pattern) == isIn)
    }
}
