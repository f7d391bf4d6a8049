extension KubeClient {
    package func serverVersion() async throws -> ServerVersion {
        let request = APIRequest("GET", path: "/version")
        return try read(await perform(request), request) { json throws(JSONError) in try ServerVersion(json) }
    }

    /// The groups of the server with their versions, the core group left out. Not cached.
    package func groups() async throws -> [APIGroup] {
        let request = APIRequest("GET", path: "/apis")
        return try read(await perform(request), request) { json in
            (json["groups"]?.array ?? []).compactMap { APIGroup($0) }
        }
    }

    /// The resources of a group version (`v1`, `apps/v1`) with their subresources; empty where it does not exist.
    ///
    /// Answers are remembered for ten minutes, absence for ten seconds; see `invalidateDiscovery`.
    package func resources(groupVersion: String) async throws -> [APIResource] {
        if let known = discovery.resources(of: groupVersion) { return known ?? [] }
        let parts = groupVersion.split(separator: "/").map { String($0).percentEncoded }
        let path = parts.count == 1 ? "/api/\(parts[0])" : "/apis/\(parts.joined(separator: "/"))"
        let request = APIRequest("GET", path: path)
        do {
            let resources = try read(await perform(request), request) { json in
                (json["resources"]?.array ?? []).compactMap { APIResource($0) }
            }
            discovery.store(resources, of: groupVersion)
            return resources
        } catch let error as APIError where error.isNotFound {
            discovery.store(nil, of: groupVersion)
            return []
        }
    }

    /// How the objects of a kind are addressed; `nil` where the server does not have the kind.
    package func resourceType(apiVersion: String, kind: String) async throws -> ResourceType? {
        let resources = try await resources(groupVersion: apiVersion)
        guard let resource = resources.first(where: { $0.kind == kind && !$0.isSubresource }) else {
            discovery.shortenLife(of: apiVersion)
            return nil
        }
        let parts = apiVersion.split(separator: "/", maxSplits: 1).map(String.init)
        return ResourceType(
            group: parts.count == 2 ? parts[0] : "", version: parts.last ?? apiVersion, kind: kind,
            plural: resource.name, isNamespaced: resource.isNamespaced)
    }

    /// Forgets what is known of a group version, or of all: after a definition has come or gone.
    package func invalidateDiscovery(groupVersion: String? = nil) {
        discovery.invalidate(groupVersion)
    }

    /// Whether the server answers, whatever it says: one try. Where it does not, and nothing else comes in on the
    /// connection either, that one is given up.
    @discardableResult
    package func probe(within limit: Duration) async -> Bool {
        let request = APIRequest("GET", path: "/version")
        do {
            var http = httpRequest(request, try await admit(request))
            http.timeout = limit
            _ = try await transport.send(http)
            return true
        } catch {
            return false
        }
    }
}
