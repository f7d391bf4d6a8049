import KubeAPI

/// What a server writes on a list or watch.
enum WireText {
    static func pod(
        _ name: String, namespace: String = "shop", uid: String? = nil, version: Int, labels: [String: String] = [:],
        isTerminating: Bool = false, hasType: Bool = true
    ) -> String {
        let labels = labels.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
        let type = hasType ? #""kind":"Pod","apiVersion":"v1","# : ""
        let deletion = isTerminating ? #","deletionTimestamp":"2026-01-31T09:05:00Z""# : ""
        return """
            {\(type)"metadata":{"name":"\(name)","namespace":"\(namespace)","uid":"\(uid ?? "uid-\(name)")",\
            "resourceVersion":"\(version)","labels":{\(labels)}\(deletion),"managedFields":[{"manager":"kubelet",\
            "fieldsV1":{"f:status":{"k:{\\"type\\":\\"Ready\\"}":{".":{}}}}}]},"spec":{"nodeName":"node-1"}}
            """
    }

    static func event(_ type: String, _ object: String) -> String { #"{"type":"\#(type)","object":\#(object)}"# + "\n" }

    static func bookmark(_ version: Int, endsInitialEvents: Bool = false) -> String {
        let annotations = endsInitialEvents ? #","annotations":{"k8s.io/initial-events-end":"true"}"# : ""
        return event(
            "BOOKMARK", #"{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"\#(version)"\#(annotations)}}"#
        )
    }

    static func status(_ code: Int, _ reason: String, _ message: String = "no", retryAfter: Int? = nil) -> String {
        let details = retryAfter.map { #","details":{"retryAfterSeconds":\#($0)}"# } ?? ""
        return """
            {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"\(message)",\
            "reason":"\(reason)"\(details),"code":\(code)}
            """
    }

    /// Items of built-in types come without their type.
    static func page(_ items: [String], version: Int, continueToken: String = "") -> String {
        """
        {"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"\(version)","continue":"\(continueToken)"},\
        "items":[\(items.joined(separator: ","))]}
        """
    }
}

extension String {
    func withRawBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try Array(utf8).withUnsafeBytes { try body($0) }
    }
}
