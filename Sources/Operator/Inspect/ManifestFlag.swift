internal import CommandLineInterface

/// `-f`, as kubectl has it.
enum ManifestFlag {
    static let flag = Flag(
        "filename", "FILE", short: "f", isRepeatable: true,
        help: "a manifest, a folder of manifests, or - for standard input; may be given more than once")

    static func paths(_ arguments: Arguments) throws(UsageError) -> [String] {
        let paths = arguments.list("filename") + arguments.positional
        if paths.isEmpty { throw UsageError("name a manifest with -f FILE, or -f - for standard input") }
        return paths
    }
}
