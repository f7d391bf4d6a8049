internal import KubeAPI

/// Names that the API takes, made of names that it may not.
enum ImportedName {
    /// Small letters, digits and dashes, beginning with a letter.
    static func label(_ text: String, limit: Int, fallback: String = "app") -> String {
        var name = ""
        for character in text.lowercased() {
            let isFine = character.isASCII && (character.isLetter || character.isNumber)
            if isFine { name.append(character) } else if !name.isEmpty, !name.hasSuffix("-") { name.append("-") }
        }
        if name.first?.isNumber == true { name = "\(fallback)-\(name)" }
        name = String(name.prefix(limit))
        while name.hasSuffix("-") { name.removeLast() }
        return name.isEmpty ? fallback : name
    }

    /// The same, told apart from names that are taken.
    static func label(_ text: String, limit: Int, fallback: String = "app", taken: some Sequence<String>) -> String {
        let taken = Set(taken)
        let name = label(text, limit: limit, fallback: fallback)
        guard taken.contains(name) else { return name }
        for number in 2... {
            let other = "\(label(name, limit: limit - 4))-\(number)"
            if !taken.contains(other) { return other }
        }
        return name
    }

    /// What no component can be called: the ServiceAccount of pipelines has the name.
    static let reserved: Set = ["deployer"]

    /// The name of an environment, which is that of its namespace.
    static func environment(_ text: String) -> String {
        let name = label(text, limit: 59)
        return isOfTheCluster(name) ? "\(name)-app" : name
    }

    static func isOfTheCluster(_ name: String) -> Bool {
        ["default", "quartermaster-system"].contains(name) || name.hasPrefix("kube-")
    }

    /// Whether a component can have a variable of this name.
    static func isVariable(_ name: String) -> Bool {
        name.first?.isNumber == false && Names.problems(ofDataKey: name).isEmpty
    }

    private static let ports: [Int: String] = [
        22: "ssh", 25: "smtp", 53: "dns", 80: "http", 443: "https", 465: "smtps", 587: "submission", 1025: "smtp",
        1883: "mqtt", 3000: "http", 3306: "mysql", 4222: "nats", 5432: "postgres", 5672: "amqp", 6379: "redis",
        8000: "http", 8080: "http", 8443: "https", 9092: "kafka", 11211: "memcached", 27017: "mongo",
    ]

    /// - Parameter isWeb: whether a port that is not known may be called `http`.
    static func port(_ number: Int, isUDP: Bool, isWeb: Bool, taken: Set<String>) -> String {
        let plain = "\(isUDP ? "udp" : "tcp")-\(number)"
        let name = ports[number] ?? (isWeb && !isUDP ? "http" : plain)
        let own = isUDP ? plain : name
        return taken.contains(own) ? plain : own
    }
}
