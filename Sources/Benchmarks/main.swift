internal import CommandLineInterface
internal import Glibc

let program = CommandLineProgram(
    name: "quartermaster-bench",
    summary: "Measures the runtime against the cluster of a kubeconfig; each run prints one line of JSON.",
    commands: [
        InformerBenchmark.self, EventsBenchmark.self, NoopBenchmark.self, ConvergeBenchmark.self, MemoryBenchmark.self,
        PodsCommand.self,
    ])
exit(await program.run(arguments: Array(CommandLine.arguments.dropFirst()), environment: .process).code)
