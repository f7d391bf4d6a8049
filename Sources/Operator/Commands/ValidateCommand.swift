internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// `quartermaster validate`: the schema and the rules of manifests, without a cluster.
struct ValidateCommand: Command {
    static let name = "validate"
    static let summary = "Check manifests against the schemas and the rules, without a cluster"
    static let usage = "-f FILE [-f FILE …]"
    static let flags = [ManifestFlag.flag]

    private let paths: [String]

    init(_ arguments: Arguments) throws(UsageError) { paths = try ManifestFlag.paths(arguments) }

    func run() throws -> Int32 {
        let (lines, isValid) = try Self.verdict(on: try ManifestFiles.load(paths))
        print(lines.joined(separator: "\n"))
        return isValid ? 0 : 1
    }

    /// One line for each object, or for each of its fields that breaks a rule.
    ///
    /// - Throws: `Rendering.Failure` where there is nothing of ours to check.
    static func verdict(on documents: [JSONValue]) throws -> (lines: [String], isValid: Bool) {
        var lines: [String] = []
        var isValid = true
        for object in try Rendering.objects(of: documents) {
            let broken = Rendering.violations(in: object)
            let known = Set(broken.map(\.path))
            let violations = broken + Rendering.misfits(in: object).filter { !known.contains($0.path) }
            isValid = isValid && violations.isEmpty
            let name = "\(object.kind) \(object.key)"
            lines += violations.isEmpty ? ["\(name): valid"] : violations.map { "\(name): \($0)" }
        }
        return (lines, isValid)
    }
}
