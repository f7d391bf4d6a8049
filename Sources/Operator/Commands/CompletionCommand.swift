internal import CommandLineInterface

/// `quartermaster completion`: what a shell reads to complete its commands, flags and objects.
struct CompletionCommand: Command {
    static let name = "completion"
    static let summary = "Print what makes a shell complete commands, flags and objects"
    static let usage = "bash | zsh | fish"
    static let flags: [Flag] = []

    private let shell: Shell

    init(_ arguments: Arguments) throws(UsageError) {
        let shells = Shell.allCases.map(\.rawValue).joined(separator: ", ")
        guard let name = arguments.positional.first, arguments.positional.count == 1, let shell = Shell(rawValue: name)
        else { throw UsageError("name one shell of \(shells), such as source <(quartermaster completion bash)") }
        self.shell = shell
    }

    static func candidates(after arguments: Arguments) async -> [String] {
        arguments.positional.isEmpty ? Shell.allCases.map(\.rawValue) : []
    }

    func run() -> CommandStatus {
        printLine(shell.script)
        return .fine
    }
}

/// The shells that are completed. Their scripts ask the program itself, by `Completion.command`: what may come next is known there alone.
enum Shell: String, Sendable, CaseIterable {
    case bash
    case zsh
    case fish

    var script: String {
        switch self {
        case .bash: Self.bashScript
        case .zsh: Self.zshScript
        case .fish: Self.fishScript
        }
    }

    private static let bashScript = #"""
        # bash completion of quartermaster: source <(quartermaster completion bash)
        _quartermaster() {
            local line
            COMPREPLY=()
            while IFS= read -r line; do
                case $line in
                    :0) compopt -o default 2>/dev/null ;;
                    :*) ;;
                    *) COMPREPLY+=("${line%%$'\t'*}") ;;
                esac
            done < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
        }
        complete -F _quartermaster quartermaster
        """#

    private static let zshScript = #"""
        #compdef quartermaster
        # zsh completion of quartermaster: source <(quartermaster completion zsh), or as _quartermaster in a folder of $fpath
        _quartermaster() {
            local -a candidates
            local line files=
            for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
                case $line in
                    :0) files=1 ;;
                    :*) ;;
                    *$'\t'*) candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
                    ?*) candidates+=("${line//:/\\:}") ;;
                esac
            done
            (( ${#candidates} )) && _describe -t quartermaster quartermaster candidates
            [[ -n $files ]] && _files
        }
        if [ "$funcstack[1]" = _quartermaster ]; then _quartermaster "$@"; else compdef _quartermaster quartermaster; fi
        """#

    private static let fishScript = #"""
        # fish completion of quartermaster: quartermaster completion fish | source
        function __quartermaster_complete
            set -l words (commandline -opc)
            set -l current (commandline -ct)
            for line in ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
                switch $line
                    case ':0'
                        __fish_complete_path "$current"
                    case ':*'
                    case '*'
                        echo $line
                end
            end
        end
        complete -c quartermaster -f -a '(__quartermaster_complete)'
        """#
}
