/// Which major of PostgreSQL's programs a dump or a restore takes.
///
/// What `pg_dump` of a newer major has written may hold settings that an older server refuses, and it has no option
/// that keeps them out. So a server is dumped by programs of its own major, where they are installed.
package enum PostgresPrograms {
    package struct Choice: Sendable, Hashable {
        package var major: Int
        /// What has to be known of a dump by other programs than the server's.
        package var finding: String?

        package init(major: Int, finding: String? = nil) {
            self.major = major
            self.finding = finding
        }
    }

    /// The major of a number such as `150014`; `nil` where it is of a server from before 10, which nothing here dumps.
    package static func major(versionNumber text: some StringProtocol) -> Int? {
        guard let number = Int(text), number >= 100_000 else { return nil }
        return number / 10_000
    }

    /// The major of a version such as `15.14 (Debian 15.14-0+deb12u1)` or `17beta1`.
    package static func major(version text: some StringProtocol) -> Int? {
        Int(text.drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber })
    }

    /// - Parameter server: the server's major.
    /// - Throws: `RunFailure` where no program fits, before anything is dumped.
    package static func forDump(server: Int, installed: [Int]) throws(RunFailure) -> Choice {
        let known = installed.sorted().map(String.init).joined(separator: ", ")
        if installed.contains(server) { return Choice(major: server) }
        guard let newer = installed.filter({ $0 > server }).min() else {
            throw RunFailure(
                "the server is PostgreSQL \(server), and the image has no programs of that major or a newer one; it has those "
                    + "of \(known)")
        }
        return Choice(major: newer, finding: finding(server, newer))
    }

    /// The programs that restore a dump: those of the major that has written it, else the oldest newer ones.
    package static func forRestore(dump: Int, installed: [Int]) throws(RunFailure) -> Int {
        guard let major = installed.filter({ $0 >= dump }).min() else {
            throw RunFailure(
                "the dump was written by PostgreSQL \(dump), and the image has no programs of that major or a newer one"
            )
        }
        return major
    }

    /// The major of the `pg_dump` that has written a dump, from what `pg_restore --list` says of it.
    package static func dumpMajor(listing: some StringProtocol) -> Int? {
        for line in listing.split(separator: "\n") {
            guard line.hasPrefix(";") else { return nil }
            if let found = line.firstRange(of: "Dumped by pg_dump version:") {
                return major(version: line[found.upperBound...])
            }
        }
        return nil
    }

    private static func finding(_ server: Int, _ used: Int) -> String {
        "the server is PostgreSQL \(server) and was dumped by the programs of \(used): a restore needs a server of \(used) or newer"
    }
}
