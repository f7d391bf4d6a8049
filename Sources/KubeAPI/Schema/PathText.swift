/// A place in an object as error messages write it: `spec.regions[0].name`, `spec.hard[cpu]`.
package struct PathText: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package static let root = PathText("")

    package init(_ description: String) { self.description = description }

    package func child(_ name: String) -> PathText {
        PathText(description.isEmpty ? name : "\(description).\(name)")
    }
    package func index(_ index: Int) -> PathText { PathText("\(description)[\(index)]") }
    package func key(_ key: String) -> PathText { PathText("\(description)[\(key)]") }
}
