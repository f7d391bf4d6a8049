/// What PostgreSQL's programs and its dumps understand.
package enum PostgresText {
    /// A connection string that means this database and nothing else: a bare name with an `=` in it would be read as
    /// one.
    package static func connection(to database: String) -> String { "dbname='\(escaped(database, "\\'"))'" }

    /// A field of a password file.
    package static func passwordField(_ text: String) -> String { escaped(text, "\\:") }

    /// A name in SQL.
    package static func identifier(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

    /// The names of the tablespaces that SQL text uses, as `pg_restore` and `pg_dumpall` write it. What looks like it
    /// inside of a function's text is found too, which does no harm.
    package static func tablespaces(in sql: some StringProtocol) -> [String] {
        var names: [String] = []
        for line in sql.split(separator: "\n") {
            let rest: Substring
            if let setting = line.firstRange(of: "SET default_tablespace = "), setting.lowerBound == line.startIndex {
                rest = Substring(line[setting.upperBound...])
            } else if line.hasPrefix("CREATE DATABASE "), let clause = line.firstRange(of: " TABLESPACE = ") {
                rest = Substring(line[clause.upperBound...])
            } else if let statement = line.firstRange(of: "CREATE TABLESPACE "), statement.lowerBound == line.startIndex
            {
                rest = Substring(line[statement.upperBound...])
            } else {
                continue
            }
            guard let name = name(at: rest), !name.isEmpty, name != "pg_default", !names.contains(name) else {
                continue
            }
            names.append(name)
        }
        return names
    }

    /// The names of the roles that have settings in one database, as `pg_restore --create` writes them.
    package static func rolesWithSettings(in sql: some StringProtocol) -> [String] {
        var names: [String] = []
        for line in sql.split(separator: "\n") where line.hasPrefix("ALTER ROLE ") && line.contains(" IN DATABASE ") {
            guard let name = name(at: Substring(line.dropFirst("ALTER ROLE ".count))), !names.contains(name) else {
                continue
            }
            names.append(name)
        }
        return names
    }

    /// The globals without the statements that make tablespaces: their folders are those of another host.
    package static func withoutTablespaceFolders(_ globals: String) -> String {
        globals.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("CREATE TABLESPACE ") }.joined(separator: "\n")
    }

    /// The name at the beginning of the text: in quotes, or a plain word.
    private static func name(at text: Substring) -> String? {
        guard text.first == "\"" || text.first == "'" else {
            return String(text.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        }
        let quote = text.first
        var name = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            guard character == quote else {
                name.append(character)
                continue
            }
            guard rest.first == quote else { return name }
            name.append(character)
            rest = rest.dropFirst()
        }
        return nil
    }

    private static func escaped(_ text: String, _ special: String) -> String {
        text.reduce(into: "") { result, character in
            if special.contains(character) { result.append("\\") }
            result.append(character)
        }
    }
}
