import KubeAPI

extension FieldManager {
    /// Server-side apply.
    ///
    /// - Parameters:
    ///   - live: the stored object; `nil` where the apply creates it.
    ///   - configuration: what the client applied, `apiVersion` and `kind` included.
    /// - Returns: the merged object with its `managedFields`; equal to `live` where nothing changed.
    /// - Throws: `StatusFailure` 409 with one cause per conflict, 400 or 500 for a broken configuration.
    func apply(live: JSONValue?, configuration: JSONValue, force: Bool) throws(StatusFailure) -> JSONValue {
        try check(configuration)
        let base = live ?? ObjectDecoder.empty(definition)
        var managed = ManagedFields(base)
        if managed.entries.isEmpty, let live { recordHistory(of: live, in: &managed) }

        let old = base.withoutManagedFields
        let last = managed.entries[applier]?.fields ?? FieldSet()
        let applied = FieldSet(configuration, definition.schema)
            .recursiveDifference(definition.resetFields(subresource))
        managed.entries[applier] = .init(
            fields: applied, apiVersion: definition.type.apiVersion, time: managed.entries[applier]?.time)

        let merged = ObjectMerge.merge(old, configuration, definition.schema) ?? old
        let pruned = prune(merged, last, managed)
        let comparison = ObjectComparison(old, pruned, definition.schema).ignoring(definition.resetFields(subresource))
        try resolve(comparison, force: force, in: &managed)
        managed.take(Self.serverOwned, from: applier)
        // An apply that only shares what is there already leaves no time, as on the real server.
        if live == nil || !comparison.isSame { managed.entries[applier]?.time = now }
        managed.capUpdaters()
        return keepingTimes(of: live, pruned.with(managed), managed)
    }

    private var applier: ManagedFields.Writer {
        ManagedFields.Writer(manager: manager, operation: .apply, apiVersion: "", subresource: subresource)
    }

    private func check(_ configuration: JSONValue) throws(StatusFailure) {
        guard configuration[path: ["metadata", "managedFields"]] == nil else {
            throw .badRequest("metadata.managedFields must be nil")
        }
        let version = configuration["apiVersion"]?.string ?? ""
        guard version == definition.type.apiVersion else {
            let kind = configuration["kind"]?.string ?? ""
            throw .badRequest("invalid object type: \(version), Kind=\(kind)")
        }
        let problems = TypedCheck.problems(configuration, definition.schema)
        guard !problems.isEmpty else { return }
        let metadata = configuration["metadata"]
        let type = definition.type
        let subject = "\(metadata?["namespace"]?.string ?? "")/\(metadata?["name"]?.string ?? "")"
        let list =
            problems.count == 1 ? problems[0] : (["errors:"] + problems.map { "  " + $0 }).joined(separator: "\n")
        throw .unclassified(
            "failed to create typed patch object (\(subject); \(type.group)/\(type.version), Kind=\(type.kind)): \(list)"
        )
    }

    /// An object that was never tracked: what it has belongs to `before-first-apply`.
    private func recordHistory(of live: JSONValue, in managed: inout ManagedFields) {
        let history = FieldManager(definition, subresource: subresource, manager: "before-first-apply", now: now)
        let comparison = ObjectComparison(
            ObjectDecoder.empty(definition), live.withoutManagedFields, definition.schema)
        history.record(comparison, in: &managed)
    }

    /// Takes away what this manager applied the last time, not this time, and what no other applier has.
    private func prune(_ merged: JSONValue, _ last: FieldSet, _ managed: ManagedFields) -> JSONValue {
        guard !last.isEmpty else { return merged }
        let schema = definition.schema
        let lastNamed = last.withNamedFields(schema)
        let pruned = lastNamed.removing(from: merged, schema) ?? [:]

        // What appliers hold comes back.
        let owned = managed.entries.filter { $0.key.operation == .apply }.values
            .reduce(FieldSet()) { $0.union($1.fields) }.withNamedFields(schema)
        let all = FieldSet(merged, schema).withNamedFields(schema)
        let kept = FieldSet(pruned, schema).withNamedFields(schema).union(owned)
        let restored = all.difference(kept).removing(from: merged, schema) ?? [:]

        // So does what went only because its parent went.
        let rest = FieldSet(restored, schema).withNamedFields(schema)
        return all.difference(rest).intersection(lastNamed).removing(from: merged, schema) ?? [:]
    }

    private func resolve(
        _ comparison: ObjectComparison, force: Bool, in managed: inout ManagedFields
    ) throws(StatusFailure) {
        let changed = comparison.modified.union(comparison.added)
        let others = managed.entries.keys.filter { $0 != applier }
        let conflicts = others.compactMap { writer -> (ManagedFields.Writer, FieldSet)? in
            guard let common = managed.entries[writer]?.fields.intersection(changed), !common.isEmpty else {
                return nil
            }
            return (writer, common)
        }
        if !force, !conflicts.isEmpty { throw Self.failure(conflicts, managed) }
        for writer in others { managed.take(changed.union(comparison.removed), from: writer) }
        managed.take(comparison.removed, from: applier)
    }

    private static func failure(
        _ conflicts: [(ManagedFields.Writer, FieldSet)], _ managed: ManagedFields
    ) -> StatusFailure {
        let found = conflicts.map { writer, fields in (name: description(writer), paths: fields.descriptions()) }
            .sorted { $0.name < $1.name }
        let count = found.reduce(0) { $0 + $1.paths.count }
        var message = "Apply failed with \(count) conflict\(count == 1 ? "" : "s"): "
        if count == 1 {
            message += "conflict with \(found[0].name): \(found[0].paths[0])"
        } else {
            message += found.flatMap { ["conflicts with \($0.name):"] + $0.paths.map { "- \($0)" } }
                .joined(separator: "\n")
        }
        var failure = StatusFailure(409, "Conflict", message)
        failure.causes = found.flatMap { conflict in
            conflict.paths.map {
                .init(reason: "FieldManagerConflict", message: "conflict with \(conflict.name)", field: $0)
            }
        }
        return failure
    }

    private static func description(_ writer: ManagedFields.Writer) -> String {
        var text = JSONValue.string(writer.manager).serializedString()
        if !writer.subresource.isEmpty { text += " with subresource \"\(writer.subresource)\"" }
        return writer.operation == .update ? "\(text) using \(writer.apiVersion)" : text
    }
}
