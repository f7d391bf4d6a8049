internal import CommandLineInterface
internal import Glibc

// The main file stays thin: everything it calls can be called by a test as well.
let arguments = Array(CommandLine.arguments.dropFirst())
exit(await CommandLineProgram.quartermaster.run(arguments: arguments, environment: .process).code)
