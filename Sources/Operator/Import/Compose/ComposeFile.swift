internal import Glibc
internal import KubeAPI

/// A Compose file with what `extends` and merge keys bring in.
struct ComposeFile {
    /// What the file calls the project; else the name of its folder.
    let projectName: String?
    private(set) var services: [(name: String, fields: JSONObject)] = []
    let volumes: JSONObject
    let secrets: JSONObject
    let configs: JSONObject
    let networks: JSONObject
    let interpolation: Interpolation
    /// What the file as a whole has that could not be read.
    private(set) var problems: [String] = []
    private let folder: String

    /// - Parameter path: of the file; `-` is standard input, which has no folder.
    /// - Throws: `ConfigurationError`, and `ImportedEnvironment.Failure` for what is no Compose file.
    init(path: String) throws {
        folder = path == "-" ? "" : Self.folder(of: path)
        let document = try Self.document(path)
        interpolation = Interpolation(
            values: Dictionary(Self.variables(folder, ".env") ?? [], uniquingKeysWith: { $1 }))
        let fields = try Self.sections(document, path)
        volumes = fields["volumes"]?.object ?? [:]
        secrets = fields["secrets"]?.object ?? [:]
        configs = fields["configs"]?.object ?? [:]
        networks = fields["networks"]?.object ?? [:]
        let name = fields["name"]?.string.map { [interpolation] in interpolation.fill($0).text }
        projectName = name.flatMap { $0.isEmpty ? nil : $0 } ?? Self.name(ofFolder: folder)
        if fields["include"] != nil {
            problems.append("include: other files are not read; docker compose config writes everything into one file")
        }
        let raw = fields["services"]?.object ?? [:]
        for (name, service) in raw {
            guard let service = service.object else {
                problems.append("service \(name): it has no fields")
                continue
            }
            services.append((name, extended(service, of: raw, depth: 0)))
        }
        guard !services.isEmpty else { throw ImportedEnvironment.Failure("\(path): the file has no services") }
    }

    /// The variables of a file beside the Compose file; `nil` where it can't be read.
    func variables(_ file: String) -> [(key: String, value: String)]? { Self.variables(folder, file) }

    private static func variables(_ folder: String, _ file: String) -> [(key: String, value: String)]? {
        guard !folder.isEmpty || file.hasPrefix("/") else { return nil }
        let path = file.hasPrefix("/") ? file : "\(folder)/\(file)"
        return (try? FileContents.read(path)).map { VariableFile.parse(String(decoding: $0, as: UTF8.self)) }
    }

    private static func document(_ path: String) throws -> JSONValue {
        let documents = try ManifestFiles.load([path], booleans: .core)
        guard documents.count == 1, let document = documents.first else {
            throw ImportedEnvironment.Failure("\(path): a Compose file is one document, this has \(documents.count)")
        }
        guard document["apiVersion"] == nil else {
            throw ImportedEnvironment.Failure(
                "\(path): it is a manifest of Kubernetes and no Compose file; import what runs with -n NAMESPACE")
        }
        return document
    }

    /// The oldest form has the services at the top.
    private static func sections(_ document: JSONValue, _ path: String) throws -> JSONObject {
        guard let fields = document.object else { throw ImportedEnvironment.Failure("\(path): it is no Compose file") }
        if fields["services"] != nil { return fields }
        let services = fields.filter { $0.value["image"] != nil || $0.value["build"] != nil }
        return ["services": .object(services)]
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    private static func name(ofFolder folder: String) -> String? {
        guard !folder.isEmpty, let path = realpath(folder, nil) else { return nil }
        defer { free(path) }
        return String(cString: path).split(separator: "/").last.map(String.init)
    }

    // MARK: extends

    private mutating func extended(_ service: JSONObject, of services: JSONObject, depth: Int) -> JSONObject {
        guard let extends = service["extends"] else { return service }
        var service = service
        service["extends"] = nil
        let name = extends.string ?? extends["service"]?.string ?? ""
        var others = services
        if let file = extends["file"]?.string {
            let path = file.hasPrefix("/") ? file : "\(folder)/\(file)"
            guard !folder.isEmpty, let document = try? ManifestFiles.load([path], booleans: .core).first else {
                problems.append("extends: \(file) can't be read; docker compose config writes everything into one file")
                return service
            }
            others = document["services"]?.object ?? [:]
        }
        guard depth < 16, let base = others[name]?.object else {
            problems.append("extends: there is no service \(name)")
            return service
        }
        return Self.merged(extended(base, of: others, depth: depth + 1), with: service)
    }

    /// As Compose does: maps by their keys, lists one behind the other, commands and tests as a whole.
    private static func merged(_ base: JSONObject, with own: JSONObject) -> JSONObject {
        var merged = base
        for (key, value) in own {
            let (old, new) = (pairs(base[key], key), pairs(value, key))
            if let old = old?.object, let new = new?.object {
                merged[key] = .object(Self.merged(old, with: new))
            } else if let old = old?.array, let new = new?.array, !["command", "entrypoint", "test"].contains(key) {
                merged[key] = .array(old + new.filter { !old.contains($0) })
            } else {
                merged[key] = value
            }
        }
        return merged
    }

    /// Maps that can also be lists of `KEY=value`.
    private static func pairs(_ value: JSONValue?, _ key: String) -> JSONValue? {
        guard ["environment", "labels"].contains(key), let value else { return value }
        return .object(ComposeValue.pairs(value))
    }
}
