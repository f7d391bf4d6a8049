// Made by `make generate` from crds/quartermaster.dev_componentimages.yaml; changes are made there.

package import KubeAPI

extension ComponentImages {
    /// The type of `spec`.
    package struct Spec: Sendable, Hashable, Codable {
        /// The image of a component, by the component's name. It takes the place of the image in the AppEnvironment
        /// until the entry is removed. Its repository must be that of the image there, or one of access.repositories.
        package var images: [String: String]
    }

    /// The type of `status`.
    package struct Status: Sendable, Hashable, Codable {
        /// The metadata.generation that this status describes; -1 until the operator has reconciled the object.
        package var observedGeneration: Int64?
        /// The components of the environment, and those that it no longer has and whose entry is still here.
        package var components: [Component]?
        /// Ready, which is True once every component of the environment that has an entry runs its image and is
        /// available, and every one whose entry was removed runs that of the environment again. Reconciling and Stalled
        /// are present only while they are True.
        package var conditions: [Condition]?
    }

    /// The type of `status.components[]`.
    package struct Component: Sendable, Hashable, Codable {
        /// The name of the component.
        package var name: String
        /// The image that the component should run.
        package var image: String
        /// Where that image is set. AppEnvironment: in the environment. ComponentImages: here, or until now: the
        /// component is still on its way back to the image of the environment.
        package var source: Source
        /// What the component waits for, or why the image that is set here is not used; empty if it is as it should be.
        package var message: String?
    }

    /// The type of `status.components[].source`.
    package enum Source: String, Sendable, Hashable, Codable, CaseIterable {
        case appEnvironment = "AppEnvironment"
        case componentImages = "ComponentImages"
    }
}
