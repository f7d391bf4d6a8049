internal import CommandLineInterface
internal import KubeAPI
internal import Simulation

/// Flags about what is simulated, the same for all commands that simulate.
enum SimulationFlags {
    static let regions = Flag(
        "regions", "NAMES", default: "eu-central,us-east,asia-pacific",
        help: "regions to make nodes in, separated by commas; an empty text makes none")
    static let nodesPerRegion = Flag("nodes-per-region", "N", default: "2", help: "nodes in each region")

    static func systemNodes(default count: Int) -> Flag {
        Flag(
            "system-nodes", "N", default: "\(count)",
            help: "nodes in a region \"system\", for what is not to run beside workers")
    }

    static func controllers(default controllers: Set<SimulatedController>) -> Flag {
        let names = SimulatedController.allCases.map(\.rawValue)
        return Flag(
            "controllers", "NAMES",
            default: names.filter { controllers.map(\.rawValue).contains($0) }.joined(separator: ","),
            help: "what to simulate, separated by commas, of: \(names.joined(separator: ", "))")
    }

    static func options(_ arguments: Arguments) throws(UsageError) -> SimulationOptions {
        var options = SimulationOptions()
        options.controllers = try controllers(arguments)
        options.regions = words(arguments.string("regions"))
        for region in options.regions where !isLabel(region) {
            throw UsageError("flag --regions: \"\(region)\" is no name of a region; use small letters, digits and -")
        }
        options.nodesPerRegion = try arguments.integer("nodes-per-region", in: 0...1000)
        options.systemNodes = try arguments.integer("system-nodes", in: 0...1000)
        return options
    }

    private static func controllers(_ arguments: Arguments) throws(UsageError) -> Set<SimulatedController> {
        var controllers: Set<SimulatedController> = []
        for name in words(arguments.string("controllers")) {
            guard let controller = SimulatedController(rawValue: name) else {
                throw UsageError("flag --controllers: \"\(name)\" is nothing that can be simulated; see --help")
            }
            controllers.insert(controller)
        }
        return controllers
    }

    private static func words(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
    }

    private static func isLabel(_ text: String) -> Bool {
        let isValid = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
        }
        return isValid && !text.hasPrefix("-") && !text.hasSuffix("-") && text.count <= 40
    }
}
