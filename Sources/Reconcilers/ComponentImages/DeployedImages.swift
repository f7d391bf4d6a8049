internal import KubeAPI

/// What a `ComponentImages` object comes to in its environment.
package struct DeployedImages: Sendable, Hashable {
    /// The object as it was read.
    let object: DynamicObject
    /// The images that take the place of those of the spec, by the component: for a refused one that which was accepted before it.
    let accepted: [String: String]
    /// Why entries are not followed, by their key.
    let refused: [String: Finding]
    /// Entries that were followed until their component was taken out of the environment, and that nobody has changed since.
    let stale: [String: String]
    /// Components whose entry is gone, as long as their last status says that it counts: see `EnvironmentObservation.status(of:)`.
    let withdrawn: Set<String>

    /// Judges what the object asks for: its author has fewer rights than the environment's.
    ///
    /// - Returns: `nil` for an object that can't be read, which no server takes.
    init?(_ object: DynamicObject, in environment: ResolvedEnvironment) {
        let complete = CustomResource.componentImages.applyingDefaults(to: object)
        guard let images = try? complete.decode(ComponentImages.self) else { return nil }
        let before = (images.status?.components ?? []).filter { $0.source == .componentImages }
        var (accepted, stale): ([String: String], [String: String]) = ([:], [:])
        var refused: [String: Finding] = [:]
        for (name, image) in images.spec.images {
            guard let finding = environment.objection(to: image, of: name) else {
                accepted[name] = image
                continue
            }
            if environment.component(name) == nil, before.contains(where: { $0.name == name && $0.image == image }) {
                stale[name] = image
                continue
            }
            refused[name] = finding
            // Nobody wants to go back to the image of the environment because of a typing error.
            let last = before.first { $0.name == name }?.image
            if let last, environment.objection(to: last, of: name) == nil { accepted[name] = last }
        }
        (self.object, self.accepted, self.refused, self.stale) = (object, accepted, refused, stale)
        withdrawn = Set(before.map(\.name)).subtracting(images.spec.images.keys)
    }
}

extension ResolvedEnvironment {
    /// Lets the images of a pipeline take the place of those of the spec, as far as the environment allows that.
    mutating func deploy(_ object: DynamicObject) {
        guard let images = DeployedImages(object, in: self) else { return }
        self.images = images
        for index in components.indices {
            guard let image = images.accepted[components[index].name] else { continue }
            components[index].image = image
        }
    }

    /// Why a component may not run an image that a deployer has set; `nil` where it may.
    fileprivate func objection(to image: String, of name: String) -> Finding? {
        let place = "spec.images[\(name)]"
        guard let component = component(name) else {
            let known = components.map(\.name).joined(separator: ", ")
            return Finding(
                .invalidSpec,
                "\(place): AppEnvironment \(self.name) has no component \(name), only \(known); remove the entry", .edit
            )
        }
        guard let wanted = ImageReference(image), let base = ImageReference(component.spec.image) else {
            return Finding(.invalidSpec, "\(place): \"\(image)\" is no image, such as \(component.spec.image)", .edit)
        }
        if component.templateImage != nil {
            let words =
                "spec.components[\(name)].template of AppEnvironment \(self.name) sets the image; remove it there"
            return Finding(.notPermitted, "\(place): \(words)", .edit)
        }
        let repositories = spec.access.repositories ?? []
        guard wanted.repository == base.repository || repositories.contains(where: wanted.isIn) else {
            let words = """
                \(place): \(wanted.repository) is neither the repository of the component's image, \(base.repository), nor \
                one of spec.access.repositories of AppEnvironment \(self.name)
                """
            return Finding(.notPermitted, words, .edit)
        }
        guard spec.tier != .production || wanted.isFixed else {
            let words =
                "in production an image has a digest or a tag other than latest, so that every pod runs the same"
            return Finding(.notPermitted, "\(place): \(words)", .edit)
        }
        return nil
    }
}

extension Component {
    /// The image that the template sets over that of the component; `nil` where it sets none.
    var templateImage: String? {
        let containers = spec.template?["spec"]?["containers"]?.elements ?? []
        return containers.first { $0["name"]?.string == name }?["image"]?.string
    }
}
