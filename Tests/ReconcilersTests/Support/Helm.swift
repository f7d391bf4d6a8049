import Foundation

/// Helm: of the PATH, or what `make deps-test` installs.
enum Helm {
    static let path = [
        Repository.root.appending(path: ".build/helm/helm").path, "/usr/local/bin/helm", "/usr/bin/helm",
    ].first(where: FileManager.default.isExecutableFile)

    static var isThere: Bool { path != nil }
    static let chart = Repository.root.appending(path: "charts/quartermaster").path

    /// What `helm template` writes, or what it complains of.
    static func template(chart: String = chart, _ arguments: String = "") async throws -> (
        status: Int32, output: String
    ) {
        try await run("template quartermaster '\(chart)' --namespace quartermaster-system \(arguments)")
    }

    /// - Returns: what it writes to standard output; where it fails, to standard error too.
    static func run(_ command: String) async throws -> (status: Int32, output: String) {
        try await Shell.run("'\(path ?? "helm")' \(command) 2> errors || { status=$?; cat errors; exit $status; }")
    }
}
