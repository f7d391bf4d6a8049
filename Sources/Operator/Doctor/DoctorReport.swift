internal import CommandLineInterface

/// What `quartermaster doctor` has found.
struct DoctorReport: Report {
    static let kind = "DoctorReport"

    let items: [Diagnosis]

    var exitStatus: CommandStatus { items.contains { $0.verdict == .trouble } ? .finding : .fine }

    func lines(_ style: TextStyle) -> [String] { items.map(\.description) }
}
