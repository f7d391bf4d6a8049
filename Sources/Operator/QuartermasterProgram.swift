internal import CommandLineInterface

extension CommandLineProgram {
    /// `quartermaster`.
    static let quartermaster = CommandLineProgram(
        name: "quartermaster",
        summary: "Quartermaster keeps the worker pools and backups of a Kubernetes cluster true.",
        commands: [
            RunCommand.self, RenderCommand.self, ValidateCommand.self, DiffCommand.self, StatusCommand.self,
            DoctorCommand.self, BackupCommand.self, AccessCommand.self, ImportCommand.self, UninstallCommand.self,
            VersionCommand.self,
        ])
}
