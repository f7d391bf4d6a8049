import Glibc
import KubeAPI
import Support
import Synchronization
import Testing

final class CapturedLog: LogDestination {
    private let captured = Mutex<[Logger.Record]>([])
    var records: [Logger.Record] { captured.withLock { $0 } }
    func write(_ record: Logger.Record) { captured.withLock { $0.append(record) } }
}

/// A pipe with which a test reads what a writer wrote.
private struct LogPipe {
    let reader: Int32
    let writer: Int32

    init() {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        (reader, writer) = (ends[0], ends[1])
        _ = fcntl(reader, F_SETFL, O_NONBLOCK)
    }

    func read() -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(reader, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += buffer[..<count]
        }
    }
}

@Suite("Logger")
struct LoggerTests {
    @Test("a line below the level is not even built")
    func levels() {
        let log = CapturedLog()
        let logger = Logger(to: log, minimum: .warning)
        var built = 0
        func message() -> String {
            built += 1
            return "message"
        }
        logger.info(message())
        logger.warning(message())
        #expect(built == 1)
        #expect(log.records.map(\.level) == [.warning])
    }

    @Test("context is carried along, the nearest value of a name wins")
    func context() {
        let log = CapturedLog()
        let logger = Logger(to: log).with("controller", "pool").with("object", "a/b").with("object", "a/c")
        logger.info("done", ["controller": "other", "count": 3])
        let fields = log.records.first?.fields ?? []
        #expect(fields.map(\.name) == ["object", "controller", "count"])
        #expect(fields.map(\.value) == ["a/c", "other", 3])
    }

    @Test(
        "levels are read from configuration",
        arguments: [("debug", Logger.Level.debug), ("Info", .info), ("WARNING", .warning), ("error", .error)])
    func levelNames(name: String, want: Logger.Level) {
        #expect(Logger.Level(name: name) == want)
    }

    @Test("an unknown level is refused", arguments: ["", "verbose", "warn ", "0"])
    func unknownLevels(name: String) {
        #expect(Logger.Level(name: name) == nil)
    }

    @Test("a JSON line is one JSON object, whatever the text")
    func jsonLines() throws {
        let pipe = LogPipe()
        let writer = LogWriter(descriptor: pipe.writer, format: .json, service: "quartermaster")
        let message = "quote \" backslash \\ line\nbreak tab\t bell\u{7} ü 🚢"
        Logger(to: writer).with("reconcileID", "r1").warning(message, ["share": 0.5, "ok": true])
        writer.flush(within: .seconds(10))
        let text = pipe.read()
        #expect(text.filter { $0 == "\n" }.count == 1)
        let line = try JSONValue.parse(text)
        #expect(line["message"]?.string == message)
        #expect(line["level"] == "warning")
        #expect(line["service"] == "quartermaster")
        #expect(line["reconcileID"] == "r1")
        #expect(line["share"] == 0.5)
        #expect(line["ok"] == true)
        let stamp = try #require(line["timestamp"]?.string.flatMap(Timestamp.init(rfc3339:)))
        #expect(abs((stamp - Timestamp.now()).inSeconds) < 60)
    }

    @Test("text for a terminal has one line for each message and quotes what could be misread")
    func textLines() {
        let pipe = LogPipe()
        let writer = LogWriter(descriptor: pipe.writer, format: .text, service: "quartermaster")
        Logger(to: writer).info("first\nsecond \u{1B}[31m", ["object": "a/b", "why": "two words"])
        writer.flush(within: .seconds(10))
        let text = pipe.read()
        #expect(text.hasSuffix("INFO    first second  [31m  object=a/b  why=\"two words\"\n"))
    }

    @Test("a pipe is no terminal, so it gets JSON")
    func automaticFormat() {
        #expect(LogFormat.automatic(descriptor: LogPipe().writer) == .json)
    }

    @Test("a reader that has stopped holds nobody up: lines are dropped, counted, and the loss is told")
    func slowReader() async throws {
        let pipe = LogPipe()
        let writer = LogWriter(descriptor: pipe.writer, format: .json, service: "s", capacity: 10_000)
        let logger = Logger(to: writer)
        // The pipe itself takes 64 KiB, the buffer 10 kB: most of 400 kB has no place.
        for number in 0..<4000 { logger.info("line", ["number": .integer(Int64(number))]) }
        #expect(writer.droppedLines > 0)
        let seen = Recorder<String>()
        try await eventually("the loss is told") {
            seen.append(pipe.read())
            return seen.all.joined().contains("log lines were dropped")
        }
        // What did arrive is whole.
        for line in seen.all.joined().split(separator: "\n").dropLast() {
            _ = try JSONValue.parse(String(line))
        }
    }
}
