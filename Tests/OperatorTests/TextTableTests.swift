import CommandLineInterface
import Testing

@Suite("Tables for people")
struct TextTableTests {
    @Test("columns are as wide as their widest cell, empty cells show as a dash")
    func alignment() {
        var table = TextTable("NODE", "TAINTS", "AGE")
        table.add("eu-central-node-1", "", "5s")
        table.add("us", "workload=worker:NoSchedule", "")
        #expect(
            table.lines(indent: 2) == [
                "  NODE                TAINTS                       AGE",
                "  eu-central-node-1   -                            5s",
                "  us                  workload=worker:NoSchedule   -",
            ])
    }

    @Test("a last column that is too long goes on below itself, between words")
    func wrapping() {
        var table = TextTable("TYPE", "MESSAGE")
        table.add("Ready", "all three regions are as wanted")
        #expect(
            table.lines(width: 30) == [
                "TYPE    MESSAGE",
                "Ready   all three regions are",
                "        as wanted",
            ])
    }

    @Test("missing cells are empty, surplus ones dropped")
    func raggedRows() {
        var table = TextTable("A", "B")
        table.add("1")
        table.add("1", "2", "3")
        #expect(table.lines() == ["A   B", "1   -", "1   2"])
    }
}
