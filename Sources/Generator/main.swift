internal import Glibc

// Makes from `crds/*.yaml` what repeats them, in the repository that it is started in. With --check it changes nothing and fails where
// something differs.
let tree = SourceTree(root: ".")
let isCheck = CommandLine.arguments.dropFirst().contains("--check")
do {
    let outdated = try Generation(from: tree).differences(in: tree)
    for file in outdated {
        if isCheck {
            print("generate: \(file.path) is not what the CRDs give; run make generate")
        } else {
            try tree.write(file.text, to: file.path)
            print("generate: \(file.path) written")
        }
    }
    exit(isCheck && !outdated.isEmpty ? 1 : 0)
} catch {
    print("generate: \(error)")
    exit(1)
}
