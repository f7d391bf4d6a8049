internal import KubeAPI

/// A service on its way to a component.
struct ComposeService {
    /// What a service has to know of the whole.
    struct Context {
        var environment: String
        var file: ComposeFile
        var addresses: Addresses
    }

    let name: String
    let fields: JSONObject
    let context: Context
    var component: ImportedComponent
    let image: String
    /// Services that it names as such.
    private(set) var peers: [String] = []
    /// Components that its variables and commands name.
    private(set) var mentions: [Addresses.Mention] = []
    /// Mounts of volumes with a name, which the whole decides about.
    var namedMounts: [ComposeMount] = []
    private var ports: [ComposePort] = []
    /// Variables with secrets in them, which a Secret has to bring.
    private var secretKeys: [String] = []

    init(_ name: String, _ fields: JSONObject, as component: String, _ context: Context) {
        self.name = name
        self.fields = fields
        self.context = context
        self.component = ImportedComponent(component)
        image = ComposeImage.image(of: name, fields, context)
        takeImage()
        takeCommand()
        takePorts()
        takeVariables()
        takeHealthCheck()
        takeResources()
        takeReplicas()
        takeSecurity()
        takeMounts()
        takeFiles()
        takePodFields()
        sayLeftovers()
        takeSecrets()
        peers = ComposeValue.names(fields["depends_on"])
        peers += ComposeValue.texts(fields["links"]).compactMap { $0.split(separator: ":").first.map(String.init) }
        if component != name.lowercased() {
            self.component.note("In the file it is called \(name). Its host name is \(component) now.")
        }
    }

    /// A text with its variables filled in; those without a value are named.
    mutating func filled(_ value: JSONValue?, _ field: String) -> String? {
        guard let text = ComposeValue.text(value) else { return nil }
        let filled = context.file.interpolation.fill(text)
        if !filled.missing.isEmpty {
            component.leaveOut(
                "\(field): \(Self.listed(filled.missing)) has no value in the file; fill it in.", at: field)
        }
        return filled.text
    }

    /// The same for all that a value consists of.
    mutating func filledWhole(_ value: JSONValue?, _ field: String) -> JSONValue? {
        switch value {
        case .string(let text): return filled(.string(text), field).map(JSONValue.string)
        case .array(let elements): return .array(elements.compactMap { filledWhole($0, field) })
        case .object(let fields):
            return .object(JSONObject(fields.compactMap { key, value in filledWhole(value, field).map { (key, $0) } }))
        default: return value
        }
    }

    static func listed(_ names: [String]) -> String {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }.map { "${\($0)}" }.joined(separator: ", ")
    }

    // MARK: Image and command

    private mutating func takeImage() {
        component.fields["image"] = .string(image)
        for remark in ComposeImage.remarks(fields, context) { component.leaveOut(remark, at: "image") }
    }

    private mutating func takeCommand() {
        for (source, field) in [("entrypoint", "command"), ("command", "args")] {
            guard let raw = fields[source], let words = ComposeValue.words(raw) else { continue }
            guard !words.isEmpty, words != [""] else {
                component.leaveOut(
                    "The empty \(source) of the file is left out: give a command if the image's must not run.")
                continue
            }
            let text = words.map { reference($0) }
            let masked = CommandMask.masked(text)
            for variable in masked.variables { needSecret(variable) }
            component.fields[field] = .array(masked.words.map { .string(mention($0, "URL")) })
        }
    }

    /// Fills a word in, with references where a secret or nothing would stand.
    mutating func reference(_ word: String) -> String {
        var interpolation = context.file.interpolation
        interpolation.makesReferences = true
        let filled = interpolation.fill(word)
        for name in filled.references { needSecret(name) }
        return filled.text
    }

    /// Notes which components a value names, and gives it with the names that they have now.
    mutating func mention(_ value: String, _ variable: String) -> String {
        let (mentions, text) = context.addresses.read(value, of: variable)
        self.mentions += mentions
        return text
    }

    mutating func needSecret(_ key: String) {
        if !secretKeys.contains(key) { secretKeys.append(key) }
    }

    // MARK: Variables

    private mutating func takeVariables() {
        var all: [(key: String, value: JSONValue)] = []
        func set(_ key: String, _ value: JSONValue) {
            all.removeAll { $0.key == key }
            all.append((key, value))
        }
        for entry in fields["env_file"]?.array ?? [fields["env_file"]].compactMap(\.self) {
            guard let path = filled(entry["path"] ?? entry, "env_file") else { continue }
            guard let variables = context.file.variables(path) else {
                component.leaveOut(
                    """
                    Left out, the variables of \(path), which can't be read: give those that are not secret in config, the others \
                    in a Secret.
                    """
                )
                continue
            }
            // What a file of variables holds is not interpolated a second time here.
            for (key, value) in variables { set(key, .string(value.replacing("$", with: "$$"))) }
        }
        for (key, value) in ComposeValue.pairs(fields["environment"]) { set(key, value) }
        for (key, value) in all where !Self.isForProxy(key) { takeVariable(key, value) }
    }

    /// Variables by which nginx-proxy and its companion know a service.
    private static func isForProxy(_ key: String) -> Bool {
        ["VIRTUAL_HOST", "VIRTUAL_PORT", "LETSENCRYPT_HOST", "LETSENCRYPT_EMAIL"].contains(key)
    }

    private mutating func takeVariable(_ key: String, _ value: JSONValue) {
        let raw = ComposeValue.text(value) ?? "${\(key)}"
        let filled = context.file.interpolation.fill(raw)
        let text = mention(filled.text, key)
        if !ImportedName.isVariable(key) {
            component.leaveOut("Left out, \(key): it is no name of a variable.", at: "config")
        } else if Sensitive.isSecret(key, filled.missing.isEmpty ? text : "?") || filled.isSecret {
            needSecret(key)
        } else if !filled.missing.isEmpty {
            component.leaveOut(
                "Left out, \(key): \(Self.listed(filled.missing)) has no value in the file.", at: "config")
        } else {
            var config = component.fields["config"]?.object ?? [:]
            config[key] = .string(text)
            component.fields["config"] = .object(config)
        }
    }

    private mutating func takeSecrets() {
        guard !secretKeys.isEmpty else { return }
        let secret = "\(component.name)-secrets"
        component.append(["name": .string(secret)], to: "secrets")
        component.note(
            "Values that look like secrets are not written here. Make the Secret:\n"
                + Sensitive.command(secret, secretKeys, in: context.environment),
            at: "secrets")
    }

    // MARK: Ports

    private mutating func takePorts() {
        for (source, isPublished) in [("ports", true), ("expose", false)] {
            for entry in fields[source]?.array ?? [] {
                guard let entry = filledWhole(entry, "ports") else { continue }
                guard let found = ComposePort.ports(entry, isPublished: isPublished) else {
                    component.leaveOut(
                        "Left out, the port \(ComposeValue.text(entry) ?? entry.serializedString()): give the numbers one by one.",
                        at: "ports")
                    continue
                }
                for port in found { addPort(port) }
            }
        }
        let others = ports.filter {
            $0.isPublished && ($0.isUDP || KnownImage.isBackend(image) || [22, 25, 53].contains($0.port))
        }
        if !others.isEmpty {
            let list = others.map { "\($0.port)" }.joined(separator: ", ")
            component.leaveOut(
                """
                Published on the host were \(list), which an Ingress is not for. To reach them from outside, add a Service of the \
                type LoadBalancer.
                """,
                at: "ports")
        }
        if ports.contains(where: { $0.port < 1024 }) {
            component.addSysctl("net.ipv4.ip_unprivileged_port_start", "0")
        }
    }

    mutating func addPort(_ port: ComposePort) {
        if let known = ports.firstIndex(where: { $0.port == port.port && $0.isUDP == port.isUDP }) {
            ports[known].isPublished = ports[known].isPublished || port.isPublished
            return
        }
        let taken = Set(component.list("ports").compactMap { $0["name"]?.string })
        guard taken.count < 16 else {
            component.leaveOut("Left out, port \(port.port): a component has at most 16.", at: "ports")
            return
        }
        ports.append(port)
        var entry: JSONObject = [
            "name": .string(
                ImportedName.port(port.port, isUDP: port.isUDP, isWeb: !KnownImage.isBackend(image), taken: taken)),
            "port": .integer(Int64(port.port)),
        ]
        if port.isUDP { entry["protocol"] = "UDP" }
        component.append(.object(entry), to: "ports")
    }

    /// Somebody connects to it: then its ports must be known.
    mutating func needPorts() {
        guard ports.isEmpty else { return }
        let probed = component.fields["probes"]?["readiness"]?["httpGet"]?["port"]?.integer.map { Int($0) }
        let named = component.fields["config"]?["PORT"]?.string.flatMap { Int($0) }
        for port in KnownImage(image)?.ports ?? [probed ?? named].compactMap(\.self) where (1...65535).contains(port) {
            addPort(ComposePort(port: port, isUDP: false, isPublished: false))
        }
        if ports.isEmpty {
            component.leaveOut("Others connect to it, but the file does not say at which port: give ports.")
        }
    }

    func portName(_ number: Int?) -> String? {
        let tcp = component.list("ports").filter { $0["protocol"] == nil }
        let port = number.map { number in tcp.first { $0["port"]?.integer == Int64(number) } } ?? tcp.first
        return port?["name"]?.string
    }

    /// The name of the port that people open, if it was published.
    var publishedWebPort: String? {
        guard !KnownImage.isBackend(image) else { return nil }
        let web = ports.filter { $0.isPublished && !$0.isUDP && ![22, 25, 53].contains($0.port) }
        // What a program serves by TLS of its own needs annotations.
        return web.first { $0.port != 443 }.flatMap { portName($0.port) }
    }
}
