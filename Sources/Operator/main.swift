internal import Glibc

// The main file stays thin: everything it calls can be called by a test as well.
let status = await QuartermasterCLI.run(arguments: Array(CommandLine.arguments.dropFirst()), environment: .process)
exit(status)
