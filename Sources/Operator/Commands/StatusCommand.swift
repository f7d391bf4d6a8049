internal import CommandLineInterface
internal import KubeAPI

/// `quartermaster status`: all objects of ours on one screen or, with a name, why one is not Ready.
struct StatusCommand: Command {
    static let name = "status"
    static let summary = "Show how the objects of quartermaster.dev are and, with a name, why one is not Ready"
    static let usage = "[NAME | KIND/NAME] [-n NAMESPACE]"
    static let flags =
        [
            Flag("namespace", "NAME", short: "n", help: "only objects of this namespace; else of every one")
        ] + ClusterFlags.connection

    private let cluster: ClusterFlags
    private let choice: OwnObjects.Choice

    init(_ arguments: Arguments) throws(UsageError) {
        if arguments.positional.count > 1 {
            throw UsageError("\"\(arguments.positional[1])\" is one argument too many; name one object or none")
        }
        cluster = try ClusterFlags(arguments)
        choice = try OwnObjects.Choice(arguments.positional.first, namespace: arguments.string("namespace"))
    }

    /// - Returns: 0: all that is shown is Ready; 1: something is not.
    /// - Throws: `Unanswered`, so that a script can tell what is not Ready from what is not known.
    func run() async throws -> Int32 {
        do {
            let objects = try await cluster.withClient { try await OwnObjects(client: $0).list(choice) }
            let now = Timestamp.now()
            let lines = try Self.lines(objects, choice, now: now, width: Terminal.width)
            print(lines.joined(separator: "\n"))
            return Self.exitStatus(objects, now: now)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw Unanswered(cause: error)
        }
    }

    static func exitStatus(_ objects: [DynamicObject], now: Timestamp) -> Int32 {
        objects.allSatisfy { ObjectReport(object: $0, now: now).isReady } ? 0 : 1
    }

    /// How the objects are could not be found out. Its exit status is 2.
    struct Unanswered: Error, CustomStringConvertible {
        var cause: any Error

        var description: String { "\(cause)" }
    }

    /// What is printed.
    ///
    /// - Throws: `NotFound` where a named object is not there.
    static func lines(
        _ objects: [DynamicObject], _ choice: OwnObjects.Choice, now: Timestamp, width: Int?
    ) throws -> [String] {
        let reports = objects.map { ObjectReport(object: $0, now: now) }
        guard choice.name == nil else {
            guard !reports.isEmpty else { throw NotFound(choice: choice) }
            return Array(reports.map { $0.explanation(width: width) }.joined(separator: [""]))
        }
        guard !reports.isEmpty else {
            return ["There is no object of quartermaster.dev\(choice.namespace.map { " in namespace \($0)" } ?? "")."]
        }
        var table = TextTable("KIND", "NAMESPACE", "NAME", "READY", "REASON", "AGE", "MESSAGE")
        for report in reports {
            table.add(
                report.object.kind, report.object.namespace, report.object.name, report.readyText, report.reason,
                report.age, report.message)
        }
        return table.lines(width: width)
    }

    struct NotFound: Error, CustomStringConvertible {
        var choice: OwnObjects.Choice

        var description: String {
            let place = choice.namespace.map { " in namespace \($0)" } ?? ""
            return "there is no \(choice.kind ?? "object") \(choice.name ?? "")\(place); quartermaster status lists all"
        }
    }
}
