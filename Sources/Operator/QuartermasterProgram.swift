internal import CommandLineInterface

extension CommandLineProgram {
    /// `quartermaster`.
    static let quartermaster = CommandLineProgram(
        name: "quartermaster",
        summary: "Quartermaster keeps worker pools, backups and application environments of a Kubernetes cluster true.",
        commands: [VersionCommand.self])
}
