internal import Glibc

Stop.listen()
exit(AgentProgram.run(Array(CommandLine.arguments.dropFirst())))
