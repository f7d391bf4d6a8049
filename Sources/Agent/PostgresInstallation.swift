internal import BackupModel
internal import Glibc

/// The programs of PostgreSQL in the image, each major in a folder of its own as Debian has them.
enum PostgresInstallation {
    private static var root: String { Settings.text("QM_PG_BIN_ROOT") ?? "/usr/lib/postgresql" }

    static func folder(major: Int) -> String { "\(root)/\(major)/bin" }

    /// The majors that have a program.
    static func majors(having program: String) throws(AgentFailure) -> [Int] {
        let majors = Files.names(in: root).compactMap(Int.init).filter {
            Files.exists("\(folder(major: $0))/\(program)")
        }
        guard !majors.isEmpty else { throw AgentFailure("the image has no \(program) of PostgreSQL below \(root)") }
        return majors.sorted()
    }
}
