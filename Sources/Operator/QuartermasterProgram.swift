internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

extension CommandLineProgram {
    /// `quartermaster`.
    static let quartermaster = CommandLineProgram(
        name: "quartermaster",
        summary: "Quartermaster keeps the worker pools and backups of a Kubernetes cluster true.",
        commands: [
            RunCommand.self, RenderCommand.self, ValidateCommand.self, DiffCommand.self, StatusCommand.self,
            DoctorCommand.self, BackupCommand.self, UninstallCommand.self, VersionCommand.self,
        ],
        exitStatus: { error in
            error is ConfigurationError || error is JSONError || error is Rendering.Failure
                || error is RestorePlan.Refusal || error is StatusCommand.Unanswered ? 2 : 1
        }
    )
}
