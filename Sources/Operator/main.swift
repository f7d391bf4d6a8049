internal import CommandLineInterface
internal import Glibc

// The main file stays thin: everything it calls can be called by a test as well.
let arguments = Array(CommandLine.arguments.dropFirst())
let program = CommandLineProgram.quartermaster.called(CommandLine.arguments.first ?? "")
exit(await program.run(arguments: arguments, environment: .process).code)
