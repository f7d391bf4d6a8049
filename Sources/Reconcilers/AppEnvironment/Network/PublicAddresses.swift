/// Every address that is not private to the cluster, its nodes or their provider.
enum PublicAddresses {
    /// Source: RFC 1918, 6598 (shared address space), 3927 (link-local: the metadata services of clouds are there).
    static let privateIPv4 = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]
    /// Source: RFC 4193 (unique local), 4291 (link-local).
    static let privateIPv6 = ["fc00::/7", "fe80::/10"]

    static let peers: [NetworkPolicyRule.Peer] = [
        .addresses("0.0.0.0/0", except: privateIPv4), .addresses("::/0", except: privateIPv6),
    ]
}
