internal import KubeAPI

/// Keys of labels and annotations that somebody obeys, and that children must not get from their owner's spec: who may write
/// that spec has not been given what they do. The CRDs have the same list in CEL, and a test compares the two.
///
/// It is no bound for tenants, who could have found another key: `config/admission` lists what those may use.
enum ReservedKeys {
    /// With the domains under them.
    static let domains: Set = [
        // Pod Security, topology, DNS names of Services, most ingress controllers; and what distributions build on it.
        "kubernetes.io", "k8s.io", "x-k8s.io", "openshift.io", "cattle.io", "clastix.io",
        // Ours.
        "quartermaster.dev",
        // Admission: a label excuses a namespace from it.
        "kyverno.io", "gatekeeper.sh", "openpolicyagent.org", "sigstore.dev",
        // Meshes and injectors: sidecars, mutual TLS, Secrets.
        "istio.io", "linkerd.io", "cilium.io", "hashicorp.com",
        // GitOps: what carries the label of another application is pruned or taken over.
        "argoproj.io", "fluxcd.io", "helm.sh",
        // Clouds: roles of ServiceAccounts.
        "amazonaws.com", "gke.io", "google.com", "azure.workload.identity",
        // Ingress: certificates, aliases, snippets that are run.
        "cert-manager.io", "haproxy.org", "haproxy-ingress.github.io", "nginx.org", "nginx.com", "traefik.io",
        "projectcontour.io", "konghq.com",
    ]

    /// Read by people and tools, and obeyed by nobody. `app.kubernetes.io/instance` is what Argo CD prunes by.
    private static let harmless: Set = ["app.kubernetes.io/part-of", "app.kubernetes.io/version"]

    static func contains(_ key: String) -> Bool {
        if key == "istio-injection" { return true }
        guard let slash = key.firstIndex(of: "/"), !harmless.contains(key) else { return false }
        let labels = key[..<slash].split(separator: ".", omittingEmptySubsequences: false)
        return labels.indices.contains { domains.contains(labels[$0...].joined(separator: ".")) }
    }
}
