extension BackupPolicy.Status {
    func target(_ source: String, _ destination: String) -> BackupPolicy.Target? {
        targets?.first { $0.source == source && $0.destination == destination }
    }

    func destination(_ name: String) -> BackupPolicy.DestinationStatus? { destinations?.first { $0.name == name } }
}

extension BackupPolicy.Target {
    package var name: String { "\(source) to \(destination)" }
}
