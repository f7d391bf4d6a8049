internal import BackupModel

typealias AgentFailure = RunFailure

extension RunFailure {
    /// A program that failed; its last words say why.
    init(_ purpose: String, _ ending: Program.Ending) {
        self.init("\(purpose) (status \(ending.status)): \(ending.words)")
    }
}
