import Foundation
import Testing

extension Sandbox {
    /// A folder of PostgreSQL's programs as the image has it, with some of them replaced.
    ///
    /// - Parameters:
    ///   - majors: those that are there; all of them are the programs of the distribution.
    ///   - shims: scripts by the program that they stand for, at each major.
    /// - Returns: what points the agent there.
    func postgresPrograms(_ majors: [Int], shims: [String: String] = [:]) throws -> [String: String] {
        let real = try PostgresServer.programs()
        for major in majors {
            let folder = path("pg/\(major)/bin")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for program in try FileManager.default.contentsOfDirectory(atPath: real) where shims[program] == nil {
                try? FileManager.default.removeItem(atPath: "\(folder)/\(program)")
                try FileManager.default.createSymbolicLink(
                    atPath: "\(folder)/\(program)", withDestinationPath: "\(real)/\(program)")
            }
            for (program, script) in shims {
                try write("#!/bin/sh\nmajor=\(major) real=\(real)/\(program)\n" + script, to: "pg/\(program).text")
                // By another process, as `shim` says.
                try Sandbox.tool("install", ["-m", "755", path("pg/\(program).text"), "\(folder)/\(program)"])
            }
        }
        return ["QM_PG_BIN_ROOT": path("pg")]
    }

    /// The major of the distribution.
    static func postgresMajor() throws -> Int {
        let folder = URL(filePath: try PostgresServer.programs()).deletingLastPathComponent()
        return try #require(Int(folder.lastPathComponent))
    }
}
