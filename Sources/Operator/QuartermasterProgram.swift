internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

extension CommandLineProgram {
    /// `quartermaster`.
    static let quartermaster = CommandLineProgram(
        name: "quartermaster",
        summary: "Quartermaster keeps the worker pools, environments and backups of a Kubernetes cluster true.",
        commands: [
            RunCommand.self, RenderCommand.self, ValidateCommand.self, DiffCommand.self, StatusCommand.self,
            DoctorCommand.self, BackupCommand.self, AccessCommand.self, ImportCommand.self, UninstallCommand.self,
            CompletionCommand.self, VersionCommand.self,
        ],
        // The texts of the CRDs: an operator that starts does not wait for them.
        remarks: { ["", "Kinds, with their short names:", ""] + kinds })

    private static let kinds = CustomResource.all.map { resource in
        let names = [resource.type.kind, resource.shortName]
        let columns = zip(names, [20, 8]).map { $0 + String(repeating: " ", count: max(1, $1 - $0.count)) }
        return "  \(columns.joined())\(resource.summary)"
    }
}
