package import KubeAPI

/// How the objects of a kind go when the operator is taken out of a cluster.
package struct Departure: Sendable {
    /// What their spec says from now on, in the very version that is deleted.
    package var change: JSONValue?
    /// What follows, for whoever is asked to confirm it.
    package var consequence: String
}
