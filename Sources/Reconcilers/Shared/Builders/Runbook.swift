/// A page of `docs/runbooks` about the alerts of one kind, with a chapter for each.
enum Runbook: String, Sendable, Hashable {
    case pools
    case backups
    case environments

    static let folder = "https://github.com/quartermaster-dev/quartermaster/blob/main/docs/runbooks"

    func chapter(about alert: String) -> String { "\(Self.folder)/\(rawValue).md#\(alert.lowercased())" }
}
