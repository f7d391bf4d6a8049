internal import CommandLineInterface
internal import KubeAPI

/// The demo's tables.
enum DemoTables {
    static func nodes(_ nodes: [DynamicObject], labels keys: Set<String>) -> TextTable {
        var table = TextTable("NODE", "READY", "LABELS", "TAINTS")
        for node in nodes {
            let labels = node.labels.filter { keys.contains($0.key) }.sorted { $0.key < $1.key }
            table.add(
                node.name, node.isReady ? "True" : "False",
                labels.map { "\($0.key)=\($0.value)" }.joined(separator: ","),
                node.taints.map(\.description).sorted().joined(separator: " "))
        }
        return table
    }

    static func deployments(_ deployments: [DynamicObject]) -> TextTable {
        var table = TextTable("DEPLOYMENT", "READY", "UP-TO-DATE", "AVAILABLE")
        for deployment in deployments {
            func count(_ field: String) -> String { String(deployment[path: "status", field]?.integer ?? 0) }
            table.add(
                deployment.name, "\(count("readyReplicas"))/\(deployment[path: "spec", "replicas"]?.integer ?? 1)",
                count("updatedReplicas"), count("availableReplicas"))
        }
        return table
    }

    static func budgets(_ budgets: [DynamicObject]) -> TextTable {
        var table = TextTable("BUDGET", "MIN AVAILABLE", "MAX UNAVAILABLE", "ALLOWED DISRUPTIONS")
        for budget in budgets {
            func limit(_ field: String) -> String {
                budget[path: "spec", field].map { $0.string ?? $0.description } ?? "N/A"
            }
            table.add(
                budget.name, limit("minAvailable"), limit("maxUnavailable"),
                String(budget[path: "status", "disruptionsAllowed"]?.integer ?? 0))
        }
        return table
    }

    static func conditions(_ object: DynamicObject) -> TextTable {
        var table = TextTable("CONDITION", "STATUS", "REASON", "MESSAGE")
        for condition in object[path: "status", "conditions"]?.array ?? [] {
            table.add(
                condition["type"]?.string ?? "", condition["status"]?.string ?? "", condition["reason"]?.string ?? "",
                condition["message"]?.string ?? "")
        }
        return table
    }

    static func events(_ events: [DynamicObject]) -> TextTable {
        var table = TextTable("REASON", "OBJECT", "NOTE")
        for event in events {
            let kind = event[path: "regarding", "kind"]?.string ?? ""
            table.add(
                event["reason"]?.string ?? "", "\(kind)/\(event[path: "regarding", "name"]?.string ?? "")",
                event["note"]?.string ?? "")
        }
        return table
    }
}
