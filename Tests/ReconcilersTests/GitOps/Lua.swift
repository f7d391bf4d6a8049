import Foundation
import KubeAPI
import Testing

/// Lua 5.1, whose dialect the interpreter in Argo CD speaks.
enum Lua {
    static let path = ["/usr/bin/lua5.1", "/usr/local/bin/lua5.1"].first(
        where: FileManager.default.isExecutableFile)

    static var isThere: Bool { path != nil }

    /// Runs a script once for each object, which it finds as `obj`.
    ///
    /// As in Argo CD, a script of a ConfigMap has the base functions, `table` and a small `os`, and nothing else. Source: argo-cd,
    /// util/lua/lua.go.
    /// - Returns: what it returned for each of them. A table without fields is an empty list, as there.
    static func run(_ script: String, on objects: [JSONValue]) async throws -> [Result<JSONValue, ScriptError>] {
        let cases = objects.map { "function() return \($0.luaLiteral) end" }.joined(separator: ",\n")
        let made = try await Shell.run(
            "'\(path ?? "lua5.1")' run.lua script.lua",
            files: ["run.lua": "local objects = {\n\(cases)\n}\n" + harness, "script.lua": script])
        try #require(made.status == 0, "\(made.output)")
        let lines = made.output.split(separator: "\n")
        try #require(lines.count == objects.count, "\(made.output)")
        return try lines.map { line in
            let answer = try JSONValue.parse(Array(line.utf8))
            if let error = answer["error"]?.string { return .failure(ScriptError(description: error)) }
            return .success(answer["value"] ?? .null)
        }
    }

    struct ScriptError: Error, CustomStringConvertible { var description: String }

    private static let harness = """
        local file = assert(io.open(arg[1]))
        local script = file:read("*a")
        file:close()
        local format, gsub, byte = string.format, string.gsub, string.byte
        -- Nobody shall find the functions of strings by way of a string.
        getmetatable("").__index = nil

        local function quoted(text)
          return '"' .. gsub(text, '[%c"\\\\]', function(c) return format("\\\\u%04x", byte(c)) end) .. '"'
        end

        local function json(value)
          local kind = type(value)
          if kind == "string" then return quoted(value) end
          if kind == "number" then return format("%.17g", value) end
          if kind == "boolean" or kind == "nil" then return value == nil and "null" or tostring(value) end
          if kind ~= "table" then error("cannot be returned: " .. kind) end
          local parts = {}
          local first = next(value)
          if first == nil or type(first) == "number" then
            for _, element in ipairs(value) do parts[#parts + 1] = json(element) end
            return "[" .. table.concat(parts, ",") .. "]"
          end
          for name, field in pairs(value) do parts[#parts + 1] = quoted(name) .. ":" .. json(field) end
          return "{" .. table.concat(parts, ",") .. "}"
        end

        local function library(name)
          if name == "os" then return {date = os.date, time = os.time} end
          error("module " .. name .. " not found")
        end

        for _, make in ipairs(objects) do
          local globals = {
            assert = assert, error = error, ipairs = ipairs, next = next, pairs = pairs, pcall = pcall, select = select,
            tonumber = tonumber, tostring = tostring, type = type, unpack = unpack, table = table, require = library,
            obj = make(),
          }
          local chunk = assert(loadstring(script, "=script"))
          setfenv(chunk, globals)
          local isDone, value = pcall(chunk)
          if isDone then isDone, value = pcall(json, value) else value = tostring(value) end
          print(isDone and '{"value":' .. value .. "}" or '{"error":' .. quoted(value) .. "}")
        end

        """
}

extension JSONValue {
    /// The value as Lua writes it. A field that is `null` is none.
    fileprivate var luaLiteral: String {
        switch self {
        case .null: "nil"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let text): Self.quoted(text)
        case .array(let elements): "{" + elements.map(\.luaLiteral).joined(separator: ", ") + "}"
        case .object(let fields):
            "{" + fields.map { "[\(Self.quoted($0.key))] = \($0.value.luaLiteral)" }.joined(separator: ", ") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let bytes = text.utf8.map { byte in
            let isPlain = byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            return isPlain ? String(UnicodeScalar(byte)) : "\\" + "00\(byte)".suffix(3)
        }
        return "\"" + bytes.joined() + "\""
    }
}
